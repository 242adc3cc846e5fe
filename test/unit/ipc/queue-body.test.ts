/**
 * The queue as bytes. Steps in any order do what a plain array does, also where positions begin anew at 2^32; a step
 * that is cut short leaves the old state or the new one. That a step ends whatever the bytes say:
 * queue-hostile.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Queue } from '../../../src/index.ts';
import { QueueBody, type Taken } from '../../../src/ipc/queue-body.ts';
import { recordBytes } from '../../../src/ipc/record-ring.ts';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { type ModelItem, QueueModel } from './queue-model.ts';

endsClean();

const [HEAD, TAIL, SCAN, READY, LEASED] = [8, 12, 16, 20, 24].map((offset) => (BODY_OFFSET + offset) / 4) as [
  number,
  number,
  number,
  number,
  number,
];
/** Tags that no participant has. */
const [ME, OTHER] = [0x00ffff, 0x01ffff];

interface Bytes {
  readonly object: SharedObject;
  readonly body: QueueBody;
}

/** A queue whose first record begins at `position`. */
function made(capacity: number, bytes: number, position = 0): Bytes {
  const reference = referenceOf(new Queue({ capacity, bytes }));
  assert.ok(reference);
  const object = here().objects.open(reference);
  for (const index of [HEAD, TAIL, SCAN]) object.words[index] = position;
  return { object, body: new QueueBody(object) };
}

type Step =
  | { readonly kind: 'put'; readonly length: number }
  | { readonly kind: 'get' | 'lease' | 'fill' | 'reap' | 'repair' }
  | { readonly kind: 'done' | 'back' | 'unread'; readonly which: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), length: fc.nat(90) }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('get' as const, 'lease' as const, 'lease' as const) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('done' as const, 'back' as const, 'unread' as const),
        which: fc.nat(9),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('fill' as const, 'reap' as const, 'repair' as const) }),
    },
  ),
  { maxLength: 80, size: 'max' },
);
const starts = fc.constantFrom(0, -8, -64, -240, 0x7fffff00, 2 ** 31 - 8, 1 << 20);

/** A real queue and its model, taken through the same steps. */
class Pair {
  readonly body: QueueBody;
  readonly object: SharedObject;
  readonly model: QueueModel<number>;
  #leases: { readonly item: ModelItem<number>; readonly taken: Taken }[] = [];
  #puts = 0;

  constructor(capacity: number, bytes: number, position: number) {
    ({ body: this.body, object: this.object } = made(capacity, bytes, position));
    this.model = new QueueModel(capacity, this.body.ringBytes);
  }

  do(step: Step): void {
    if (step.kind === 'put') this.#put(step.length);
    else if (step.kind === 'get' || step.kind === 'lease') this.#take(step.kind);
    else if (step.kind === 'fill') for (let length = 0; length < 60; length += 9) this.#put(length);
    else if (step.kind === 'reap') this.#reap();
    else if (step.kind === 'repair') this.body.repair();
    else if ('which' in step) this.#settle(step.which, step.kind);
    this.check();
  }

  #put(length: number): void {
    const size = recordBytes(length);
    const fits = this.body.hasRoom(length);
    if (this.model.fits(size) !== undefined) assert.equal(fits, this.model.fits(size), `room for ${size}`);
    if (!fits) return;
    const value = this.#puts++ & 255;
    this.model.put(value, size);
    this.body.put(new Uint8Array(length).fill(value), length % 3);
  }

  #take(how: 'get' | 'lease'): void {
    const item = this.model.take(how);
    const taken = this.body.take(how === 'lease' ? ME : undefined);
    if (!item || !taken) return assert.equal(taken, item);
    assert.equal(taken.deliveries, item.deliveries);
    assert.equal(recordBytes(taken.bytes.length), item.recordBytes);
    assert.ok(taken.bytes.every((byte) => byte === item.value));
    assert.equal(taken.links, taken.bytes.length % 3);
    if (how === 'lease') this.#leases.push({ item, taken });
  }

  #settle(which: number, end: 'done' | 'back' | 'unread'): void {
    const lease = this.#leases.splice(which % Math.max(1, this.#leases.length), 1)[0];
    if (!lease) return;
    const { item, taken } = lease;
    assert.equal(this.body.settle(taken.position, taken.id, OTHER, end), false, 'not his lease');
    assert.equal(this.body.settle(taken.position, taken.id + 1, ME, end), false, 'not this item');
    assert.equal(this.body.settle(taken.position, taken.id, ME, end), true);
    assert.equal(this.body.settle(taken.position, taken.id, ME, end), false, 'settled before');
    if (end === 'unread') item.deliveries--;
    this.model.settle(item, end === 'done' ? 'done' : 'ready');
  }

  #reap(): void {
    this.body.reap(OTHER);
    this.check();
    this.body.reap(ME);
    for (const { item } of this.#leases.splice(0)) this.model.settle(item, 'ready');
  }

  check(): void {
    assert.equal(this.body.ready, this.model.count('ready'));
    assert.equal(this.body.leased, this.model.count('leased'));
  }
}

test('The steps of a queue do what a plain array does, wherever in its ring they happen', () => {
  const sizes = fc.constantFrom(256, 512);
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 9 }), sizes, starts, (list, capacity, bytes, start) => {
      const pair = new Pair(capacity, bytes, start);
      for (const step of list) pair.do(step);
    }),
    { numRuns: 400 },
  );
});

class Cut extends Error {}

/** Runs a step that dies just before its nth atomic store. True if it came that far. */
function cutShort(nth: number, step: () => void): boolean {
  const { store } = Atomics;
  let left = nth;
  Atomics.store = ((array: Int32Array, index: number, value: number) => {
    if (left-- === 0) throw new Cut();
    return store(array, index, value);
  }) as typeof Atomics.store;
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof Cut) return true;
    throw error;
  } finally {
    Atomics.store = store;
  }
}

/** What a taker would find, the leases of ME apart: each item by its only byte, and how often it was handed out. */
function content(bytes: Bytes): string {
  const { body } = bytes;
  const leased = body.leased;
  const found: string[] = [];
  for (let taken = body.take(OTHER); taken; taken = body.take(OTHER)) found.push(`${taken.bytes[0]}`);
  body.reap(OTHER);
  return `${found.join()} and ${leased} leased`;
}

test('A step that is cut short before any of its stores leaves the old state or the new one', () => {
  const acts: Record<string, (body: QueueBody) => void> = {
    put: (body) => body.put(new Uint8Array(24).fill(9), 0), // behind a PAD
    get: (body) => void body.take(undefined),
    lease: (body) => void body.take(ME),
    done: (body) => void body.settle(settled.position, settled.id, ME, 'done'),
    back: (body) => void body.settle(settled.position, settled.id, ME, 'back'),
    reap: (body) => body.reap(ME),
    repair: (body) => body.repair(),
  };
  let settled: Taken;
  const prepare = (): Bytes => {
    const bytes = made(8, 256);
    for (const [index, length] of [96, 24, 24].entries())
      bytes.body.put(new Uint8Array(length).fill(index + 1), 0);
    bytes.body.take(undefined);
    settled = bytes.body.take(ME) as Taken;
    return bytes;
  };
  for (const [name, act] of Object.entries(acts)) {
    const before = content(prepare());
    const whole = prepare();
    act(whole.body);
    const after = content(whole);
    let cuts = 0;
    for (let nth = 0; ; nth++) {
      const bytes = prepare();
      if (!cutShort(nth, () => act(bytes.body))) break;
      cuts++;
      bytes.body.repair();
      const now = content(bytes);
      assert.ok(now === before || now === after, `${name} cut before store ${nth}: ${now}`);
      // It goes on as if nothing had happened.
      assert.ok(bytes.body.hasRoom(24));
      bytes.body.put(new Uint8Array(24).fill(7), 0);
      assert.match(content(bytes), /7 and/);
    }
    assert.ok(name === 'repair' || cuts > 0, `${name} makes a store`);
  }
});

test('repair() derives every number that is derived', () => {
  fc.assert(
    fc.property(steps, starts, fc.infiniteStream(fc.integer()), (list, start, junk) => {
      const pair = new Pair(9, 512, start);
      for (const step of list) pair.do(step);
      const { words } = pair.object;
      const derived = [SCAN, READY, LEASED, (BODY_OFFSET + 40) / 4, (BODY_OFFSET + 44) / 4];
      for (const index of derived) words[index] = junk.next().value as number;
      pair.body.repair();
      pair.check();
      assert.ok(pair.body.getters.isEmpty && pair.body.putters.isEmpty);
      for (const step of list) pair.do(step);
    }),
    { numRuns: 100 },
  );
});

test('reap() gives the leases of the dead back in their old places, and leaves those of others', () => {
  const { body } = made(9, 512);
  for (const value of [1, 2, 3, 4]) body.put(Uint8Array.of(value), 0);
  const taken = [ME, OTHER, ME].map((tag) => body.take(tag) as Taken);
  body.reap(ME);
  assert.equal(body.ready, 3);
  assert.equal(body.leased, 1);
  assert.equal(body.settle(taken[0]?.position as number, taken[0]?.id as number, ME, 'done'), false);
  const next = Array.from({ length: 3 }, () => body.take(undefined) as Taken);
  assert.deepEqual(
    next.map(({ bytes, deliveries }) => [bytes[0], deliveries]),
    [
      [1, 2],
      [3, 2],
      [4, 1],
    ],
  );
  assert.equal(body.settle(taken[1]?.position as number, taken[1]?.id as number, OTHER, 'done'), true);
});

test('Whoever changes a queue takes out of its wait sets those whom the change lets go on', () => {
  const { slot } = here();
  const { body } = made(2, 256);
  body.getters.add(slot);
  body.put(Uint8Array.of(1), 0);
  assert.ok(body.getters.isEmpty);
  body.putters.add(slot);
  body.joiners.add(slot);
  body.take(undefined);
  assert.ok(body.putters.isEmpty && body.joiners.isEmpty);
  body.put(Uint8Array.of(1), 0);
  const { position, id } = body.take(ME) as Taken;
  body.getters.add(slot);
  body.settle(position, id, ME, 'back');
  assert.ok(body.getters.isEmpty);
  body.take(ME);
  body.getters.add(slot);
  body.reap(ME);
  assert.ok(body.getters.isEmpty);
  for (const set of [body.getters, body.putters]) set.add(slot);
  body.close();
  assert.ok(body.getters.isEmpty && body.putters.isEmpty);
  // The last item of a closed queue ends the waits for more.
  body.getters.add(slot);
  body.take(undefined);
  assert.ok(body.getters.isEmpty);
});
