/**
 * A queue in one thread does what a plain array does, within its bounds, in every form of call and in any order. The
 * rings are small, so that they begin anew and are padded all the time.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError, type Lease, Queue } from '../../../src/index.ts';
import { pack } from '../../../src/ipc/index.ts';
import { recordBytes } from '../../../src/ipc/record-ring.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { type ModelItem, QueueModel } from './queue-model.ts';

endsClean();

type Lifted = { readonly item: ModelItem<string>; readonly lease: Lease<string> };

interface Real {
  readonly queue: Queue<string>;
  readonly leases: Lifted[];
}

type Model = QueueModel<string>;
type Command = fc.AsyncCommand<Model, Real>;

const sizeOf = (item: string): number => recordBytes(pack(item, 'item').bytes.length);

/** What holds after each step. */
function compare(model: Model, { queue }: Real): void {
  assert.equal(queue.size, model.count('ready'));
  assert.equal(queue.leased, model.count('leased'));
  assert.equal(queue.isEmpty, model.count('ready') === 0);
  assert.equal(queue.isClosed, model.closed);
  const fits = model.fits(sizeOf(''));
  if (fits !== undefined) assert.equal(queue.isFull, !fits);
}

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real);
      compare(model, real);
    },
    toString: () => name,
  };
}

/** Runs the call, and says what came of it: a value, or the code of an error. */
async function outcome<T>(call: () => T | Promise<T>): Promise<{ value: T } | { code: string }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof DuodaoError) return { code: error.code };
    throw error;
  }
}

const NOW = { timeoutMs: 0 };

/** The forms of a put; each says whether the item is in. */
const puts: Record<string, (queue: Queue<string>, item: string) => boolean | Promise<boolean>> = {
  tryPut: (queue, item) => queue.tryPut(item),
  put: async (queue, item) => inTime(await outcome(() => queue.put(item, NOW))),
  putSync: async (queue, item) => inTime(await outcome(() => queue.putSync(item, NOW))),
};

/** Out of time is no; any other error is thrown again. */
function inTime(result: { value: unknown } | { code: string }): boolean {
  if ('value' in result) return true;
  if (result.code === 'timed-out') return false;
  throw new DuodaoError(result.code as 'closed', 'as before');
}

const gets: Record<string, (queue: Queue<string>) => Promise<{ item: string } | undefined>> = {
  tryGet: async (queue) => queue.tryGet(),
  get: (queue) => unlessEmpty(async () => ({ item: await queue.get(NOW) })),
  getSync: (queue) => unlessEmpty(() => ({ item: queue.getSync(NOW) })),
};

const leases: Record<string, (queue: Queue<string>) => Promise<Lease<string> | undefined>> = {
  tryLease: async (queue) => queue.tryLease(),
  lease: (queue) => unlessEmpty(() => queue.lease(NOW)),
  leaseSync: (queue) => unlessEmpty(() => queue.leaseSync(NOW)),
};

async function unlessEmpty<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  const result = await outcome(call);
  return inTime(result) ? (result as { value: T }).value : undefined;
}

function put(form: string, item: string): Command {
  return command(`${form}(${item.length} characters)`, async (model, { queue }) => {
    const size = sizeOf(item);
    const result = await outcome(() => puts[form]!(queue, item));
    if (model.closed) return assert.deepEqual(result, { code: 'closed' });
    if (size > model.ringBytes) return assert.deepEqual(result, { code: 'over-limit' });
    const isIn = (result as { value: boolean }).value;
    if (model.fits(size) !== undefined) assert.equal(isIn, model.fits(size));
    if (isIn) model.put(item, size);
    // What is not full has room for the smallest item.
    else if (item === '') assert.equal(queue.isFull, true);
  });
}

/** Puts until there is no room. */
function fill(form: string): Command {
  return command(`${form} until it is full`, async (model, { queue }) => {
    for (let count = 0; !model.closed && !queue.isFull; count++) {
      const item = '.'.repeat((count * 37) % 50);
      if (await puts[form]!(queue, item)) model.put(item, sizeOf(item));
      else assert.notEqual(model.fits(sizeOf(item)), true);
    }
  });
}

function get(form: string): Command {
  return command(form, async (model, { queue }) => {
    if (model.isDrained) return assert.deepEqual(await outcome(() => gets[form]!(queue)), { code: 'closed' });
    const item = model.take('get');
    assert.deepEqual(await gets[form]!(queue), item && { item: item.value });
  });
}

function lease(form: string): Command {
  return command(form, async (model, { queue, leases: held }) => {
    if (model.isDrained)
      return assert.deepEqual(await outcome(() => leases[form]!(queue)), { code: 'closed' });
    const item = model.take('lease');
    const found = await leases[form]!(queue);
    if (!item || !found) return assert.equal(found, item);
    assert.equal(found.item, item.value);
    assert.equal(found.deliveries, item.deliveries);
    assert.equal(found.redelivered, item.deliveries > 1);
    held.push({ item, lease: found });
  });
}

function settle(end: 'done' | 'giveBack', which: number): Command {
  return command(`${end}(${which})`, async (model, { leases: held }) => {
    const [one] = held.splice(which % Math.max(1, held.length), 1);
    if (!one) return;
    one.lease[end]();
    one.lease.done();
    one.lease.giveBack();
    model.settle(one.item, end === 'done' ? 'done' : 'ready');
  });
}

const close: Command = command('close', async (model, { queue }) => {
  queue.close();
  model.closed = true;
});

const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.nat(60) },
    { weight: 1, arbitrary: fc.constantFrom(0, 200, 215, 216, 600) },
  )
  .chain((length) => fc.string({ minLength: length, maxLength: length, unit: 'grapheme-ascii' }));
const oneOf = (table: object): fc.Arbitrary<string> => fc.constantFrom(...Object.keys(table));

const commands = [
  fc.tuple(oneOf(puts), text).map(([form, item]) => put(form, item)),
  fc.tuple(oneOf(puts), fc.constant('')).map(([form, item]) => put(form, item)),
  oneOf(puts).map(fill),
  oneOf(gets).map(get),
  oneOf(leases).map(lease),
  fc.tuple(fc.constantFrom('done', 'giveBack', 'done'), fc.nat(9)).map(([end, which]) => settle(end, which)),
  fc.nat(9).map((which) => settle('done', which)),
];

async function runsLikeAnArray(list: fc.Arbitrary<Iterable<Command>>, numRuns: number): Promise<void> {
  const capacities = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Number.POSITIVE_INFINITY));
  await fc.assert(
    fc.asyncProperty(capacities, fc.constantFrom(1, 256, 300), list, async (capacity, bytes, steps) => {
      const queue = new Queue<string>({ capacity, bytes });
      assert.equal(queue.capacity, capacity);
      const model = new QueueModel<string>(capacity, bytes > 256 ? 512 : 256);
      await fc.asyncModelRun(() => ({ model, real: { queue, leases: [] } }), steps);
    }),
    { numRuns },
  );
}

test('A queue does what a plain array does, within its bounds, in every form of call', async () => {
  await runsLikeAnArray(fc.commands(commands, { maxCommands: 80, size: 'max' }), 150);
});

test('A queue that is closed at any time still gives what is in it, and then says so', async () => {
  const closing = [...commands, fc.constant(close)];
  await runsLikeAnArray(fc.commands(closing, { maxCommands: 60, size: 'max' }), 100);
});
