/**
 * What items may be and refer to: values cross as by structured clone, shared objects and exported functions as
 * themselves; what cannot cross is refused at the door, and leaves the queue and everything else as it was.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Lock, Queue, SharedArray, Value } from '../../../src/index.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { double, later, Shop } from '../../fixtures/ipc/functions.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes } from '../../harness/tree.ts';

endsClean();

/** How often a handle of the object is somewhere on its way. */
function flights(face: object): number {
  const reference = referenceOf(face);
  assert.ok(reference);
  return here().objects.find(reference)?.flights ?? 0;
}

test('Items come out as they went in', async () => {
  const queue = new Queue();
  const cycle: Record<string, unknown> = { name: 'cycle' };
  cycle['self'] = cycle;
  const items: unknown[] = [
    undefined,
    null,
    -0,
    Number.NaN,
    2 ** 53,
    10n ** 30n,
    '',
    '\ud800 lone',
    'ж多🦉',
    Object.assign([1, 2, 3], { length: 5 }), // with holes
    new Map([[{ key: 1 }, new Set(['a'])]]),
    new Date(0),
    /x+/giu,
    new Uint8Array([1, 2, 3]),
    JSON.parse('{"__proto__": 1}'),
    'x'.repeat(100_000),
  ];
  for (const item of items) {
    await queue.put(item);
    assert.deepEqual(await queue.get(), item);
  }
  await queue.put(cycle);
  const back = (await queue.get()) as typeof cycle;
  assert.equal(back['self'], back);
  await queue.put(new RangeError('far', { cause: 'near' }));
  const error = (await queue.get()) as Error;
  assert.ok(error instanceof RangeError);
  assert.deepEqual([error.message, error.cause], ['far', 'near']);
});

test('undefined is an item, told apart from none by every form of call', async () => {
  const queue = new Queue<undefined>();
  assert.equal(queue.tryGet(), undefined);
  await queue.put(undefined);
  assert.deepEqual(queue.tryGet(), { item: undefined });
  await queue.put(undefined);
  assert.equal((await queue.lease()).item, undefined);
});

test('An item is what it was when it was put, though it waits and changes meanwhile', async () => {
  const queue = new Queue<{ count: number }>({ capacity: 1 });
  await queue.put({ count: 0 });
  const items = [{ count: 1 }, { count: 2 }];
  const puts = items.map((item) => queue.put(item, HANG_GUARD));
  for (const item of items) item.count = 99;
  new Queue().tryPut('something else that is packed meanwhile');
  for (const count of [0, 1, 2]) assert.deepEqual(await queue.get(HANG_GUARD), { count });
  await Promise.all(puts);
});

test('What cannot cross is refused at the door with the path to it, in each form of put', async () => {
  const queue = new Queue({ capacity: 3 });
  await queue.put('before');
  const lock = new Lock();
  const closure = (): number => queue.size;
  const refused: [item: unknown, path: RegExp][] = [
    [closure, /item/],
    [{ orders: [1, { onDone: closure }] }, /item\.orders\[1\]\.onDone/],
    [{ lock, wait: Promise.resolve() }, /item\.wait.*Promise/],
    [[lock, Symbol('x')], /item\[1\].*symbol/],
    [new Map([['key', new WeakMap()]]), /item/],
  ];
  for (const [item, path] of refused) {
    const isRefused = (error: unknown): boolean => {
      assert.ok(error instanceof DuodaoError);
      assert.match(error.code, /^not-(?:cloneable|exported)$/);
      assert.match(error.message, path);
      return true;
    };
    await assert.rejects(queue.put(item), isRefused);
    assert.throws(() => queue.putSync(item), isRefused);
    assert.throws(() => queue.tryPut(item), isRefused);
  }
  assert.equal(queue.size, 1);
  assert.equal(flights(lock), 0);
  assert.equal(await queue.get(), 'before');
});

test('An item whose getter uses queues itself arrives whole, and so do theirs', async () => {
  const queue = new Queue();
  const item = {
    first: 'x'.repeat(50),
    get second() {
      queue.tryPut('from within');
      return 2;
    },
    third: 'y'.repeat(50),
  };
  await queue.put(item);
  assert.equal(await queue.get(), 'from within');
  assert.deepEqual(await queue.get(), { first: item.first, second: 2, third: item.third });
});

test('A getter that throws refuses the item with its own error', async () => {
  const queue = new Queue();
  const mine = new Error('mine');
  const item = {
    get it() {
      throw mine;
    },
  };
  await assert.rejects(queue.put(item), (error) => error === mine || (error as Error).cause === mine);
  assert.equal(queue.size, 0);
  assert.equal(queue.tryPut('next'), true);
});

test('Shared objects inside an item come out as the very same objects here, wherever they stand', async () => {
  const queue = new Queue();
  const item = {
    lock: new Lock(),
    inner: [new Queue(), new Map([['value', new Value('i32', 5)]])],
    array: new SharedArray('f64', [1.5]),
  };
  const { lock: ofValue } = (item.inner[1] as Map<string, Value>).get('value') as Value;
  await queue.put({ ...item, again: item.lock, queue, ofValue });
  const back = (await queue.get()) as typeof item & { again: Lock; queue: Queue; ofValue: Lock };
  assert.equal(back.lock, item.lock);
  assert.equal(back.again, item.lock);
  assert.equal(back.inner[0], item.inner[0]);
  assert.equal(
    (back.inner[1] as Map<string, Value>).get('value'),
    (item.inner[1] as (typeof back.inner)[1] & Map<string, Value>).get('value'),
  );
  assert.equal(back.array, item.array);
  assert.equal(back.queue, queue);
  assert.equal(back.ofValue, ofValue);
});

test('Every form of get and of lease gives items that refer to shared objects', async () => {
  const queue = new Queue<[Lock, string]>();
  const lock = new Lock();
  const takes: (() => Promise<[Lock, string]>)[] = [
    () => queue.get(),
    async () => queue.getSync(),
    async () => queue.tryGet()?.item as [Lock, string],
  ];
  for (const take of takes) {
    await queue.put([lock, 'text']);
    assert.deepEqual(await take(), [lock, 'text']);
    assert.deepEqual([queue.size, queue.leased, flights(lock)], [0, 0, 0]);
  }
  const leases = [() => queue.lease(), () => queue.leaseSync(), () => queue.tryLease()];
  for (const take of leases) {
    await queue.put([lock, 'text']);
    const lease = await take();
    assert.equal(lease?.item[0], lock);
    assert.deepEqual([queue.leased, flights(lock)], [1, 1]);
    lease?.giveBack();
    assert.equal(flights(lock), 1);
    queue.tryLease()?.done();
    assert.deepEqual([queue.size, queue.leased, flights(lock)], [0, 0, 0]);
  }
});

test('A put that comes to nothing counts no handle', async () => {
  const queue = new Queue({ capacity: 1, bytes: 256 });
  const lock = new Lock();
  await queue.put('full');
  const put = { timeoutMs: 1 };
  await assert.rejects(queue.put([lock], put));
  assert.throws(() => queue.putSync([lock], put));
  assert.equal(queue.tryPut([lock]), false);
  await assert.rejects(queue.put([lock], { timeoutMs: -1 }), RangeError);
  assert.throws(() => queue.putSync([lock], { timeoutMs: -1 }), RangeError);
  await assert.rejects(queue.put([lock], { signal: AbortSignal.abort() }));
  await assert.rejects(queue.put([lock, 'x'.repeat(300)]), { code: 'over-limit' });
  const waiting = queue.put([lock]);
  queue.close();
  await assert.rejects(waiting, { code: 'closed' });
  assert.throws(() => queue.tryPut([lock]), { code: 'closed' });
  assert.equal(flights(lock), 0);
});

test('An object that is only alive inside an item stays, and goes with the item', async () => {
  const before = await restingBytes();
  let queue: Queue<SharedArray<'i32'>> | undefined = new Queue();
  queue.tryPut(new SharedArray('i32', [1, 2, 3]));
  queue.tryPut(new SharedArray('i32', 100_000));
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  assert.deepEqual([...(await queue.get()).view], [1, 2, 3]);
  queue = undefined; // with the other one inside
  await assertGivenBack(before);
});

test('Exported functions inside an item come out as functions of the same module', async () => {
  const queue = new Queue();
  await queue.put({ double, list: [later, Shop.sell] });
  const item = (await queue.get()) as { double: typeof double; list: [typeof later, typeof Shop.sell] };
  assert.equal(item.double, double);
  assert.equal(item.list[0], later);
  assert.equal(item.list[1](3), '3 sold');
});

test('A blocking get gives functions whose module is loaded here, as it is where they were put', async () => {
  const queue = new Queue<typeof double>();
  for (const take of [() => queue.getSync(), () => queue.tryGet()?.item, () => queue.leaseSync().item]) {
    await queue.put(double);
    assert.equal(take(), double);
  }
});
