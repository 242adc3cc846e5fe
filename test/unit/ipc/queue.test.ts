/**
 * The waits of a queue are served in order and end early as all of ours do; closing it ends everything in order;
 * by its name it is found. That it does what a plain array does: queue-model.test.ts; what items may be:
 * queue-items.test.ts; between participants: test/conformance/queue.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DuodaoError, Lock, Queue } from '../../../src/index.ts';
import { pack } from '../../../src/ipc/index.ts';
import { recordBytes } from '../../../src/ipc/record-ring.ts';
import { here } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };
const closed = { name: 'DuodaoError', code: 'closed' };

const sizeOf = (item: string): number => recordBytes(pack(item, 'item').bytes.length);

test('Waiting puts and gets are served in the order in which they came', async () => {
  const queue = new Queue<number>({ capacity: 2 });
  const numbers = [...Array(50).keys()];
  const puts = numbers.map((number) => queue.put(number, HANG_GUARD));
  await turn();
  assert.equal(queue.size, 2);
  assert.equal(queue.isFull, true);
  const got = await Promise.all(numbers.map(() => queue.get(HANG_GUARD)));
  assert.deepEqual(got, numbers);
  await Promise.all(puts);

  const gets = numbers.map(() => queue.get(HANG_GUARD));
  await turn();
  for (const number of numbers) await queue.put(number, HANG_GUARD);
  assert.deepEqual(await Promise.all(gets), numbers);
  assert.equal(queue.isEmpty, true);
});

test('A large item waits for room, and those behind it in this thread do not overtake it', async () => {
  const queue = new Queue<string>({ bytes: 256 });
  await queue.put('a');
  await queue.put('b');
  const large = queue.put('x'.repeat(150), HANG_GUARD);
  const small = queue.put('c', HANG_GUARD);
  await turn();
  const got: string[] = [];
  while (got.length < 4) got.push(await queue.get(HANG_GUARD));
  await Promise.all([large, small]);
  assert.deepEqual(
    got.map((item) => item.slice(0, 1)),
    ['a', 'b', 'x', 'c'],
  );
});

test('A blocking call serves the awaited calls of its thread first, and does not sleep if that helps', async () => {
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(1);
  const puts = [queue.put(2, HANG_GUARD), queue.put(3, HANG_GUARD)];
  const { bell } = here();
  bell.sleep = () => assert.fail('it slept though its own thread had what it waited for');
  try {
    for (const number of [1, 2, 3]) assert.equal(queue.getSync(HANG_GUARD), number);
  } finally {
    Reflect.deleteProperty(bell, 'sleep');
  }
  await Promise.all(puts);
});

test('A wait of a queue that is out of time or aborted has put and taken nothing', async () => {
  const full = new Queue<number>({ capacity: 1 });
  const empty = new Queue<number>();
  await full.put(1);
  const reason = new Error('enough');
  for (const timeoutMs of [0, 1, 4]) {
    await assert.rejects(full.put(2, { timeoutMs }), { ...timedOut, facts: { timeoutMs } });
    assert.throws(() => full.putSync(2, { timeoutMs }), timedOut);
    await assert.rejects(empty.get({ timeoutMs }), timedOut);
    assert.throws(() => empty.getSync({ timeoutMs }), timedOut);
    await assert.rejects(empty.lease({ timeoutMs }), timedOut);
    assert.throws(() => empty.leaseSync({ timeoutMs }), timedOut);
  }
  const abort = new AbortController();
  const waits = [full.put(2, { signal: abort.signal }), empty.get({ signal: abort.signal })];
  waits.push(empty.lease({ signal: abort.signal }) as never);
  abort.abort(reason);
  for (const wait of waits) await assert.rejects(wait, (thrown) => thrown === reason);
  await turn();
  assert.equal(full.size, 1);
  await empty.put(7);
  await turn();
  assert.equal(await empty.get(HANG_GUARD), 7);
  assert.equal(await full.get(HANG_GUARD), 1);
  assert.equal(full.isEmpty, true);
});

test('An aborted signal wins over room and over an item', async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  const signal = AbortSignal.abort('no');
  const isNo = (thrown: unknown): boolean => thrown === 'no';
  await assert.rejects(queue.put(2, { signal }), isNo);
  await assert.rejects(queue.get({ signal }), isNo);
  await assert.rejects(queue.lease({ signal }), isNo);
  assert.equal(queue.size, 1);
  assert.equal(queue.leased, 0);
});

test('A queue refuses a bad timeoutMs even when it need not wait', async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(queue.put(2, { timeoutMs }), RangeError);
    assert.throws(() => queue.putSync(2, { timeoutMs }), RangeError);
    await assert.rejects(queue.get({ timeoutMs }), RangeError);
    assert.throws(() => queue.getSync({ timeoutMs }), RangeError);
    await assert.rejects(queue.lease({ timeoutMs }), RangeError);
    assert.throws(() => queue.leaseSync({ timeoutMs }), RangeError);
  }
  await assert.rejects(queue.get({ timeoutMs: '1' as never }), TypeError);
  assert.equal(queue.size, 1);
});

test('An item that can never fit is refused at once, and the largest that fits goes in', async () => {
  const queue = new Queue<string>({ bytes: 256 });
  const envelope = pack('', 'item').bytes.length + 24;
  const largest = 'x'.repeat(256 - envelope - 4); // a longer text has a longer length before it
  assert.equal(sizeOf(largest), 256);
  const tooLarge = 'x'.repeat(300);
  const overLimit = (error: unknown): boolean => {
    assert.ok(error instanceof DuodaoError);
    assert.equal(error.code, 'over-limit');
    assert.deepEqual(error.facts, { sizeBytes: sizeOf(tooLarge), limitBytes: 256 });
    return true;
  };
  await assert.rejects(queue.put(tooLarge), overLimit);
  assert.throws(() => queue.putSync(tooLarge), overLimit);
  assert.throws(() => queue.tryPut(tooLarge), overLimit);
  assert.equal(queue.size, 0);
  for (let round = 0; round < 3; round++) {
    assert.equal(queue.tryPut(largest), true);
    assert.equal(queue.isFull, true);
    assert.equal(await queue.get(), largest);
  }
});

test('close() wakes everybody who waits, and refuses what comes later', async () => {
  const [full, empty] = [new Queue<number>({ capacity: 1 }), new Queue<number>()];
  await full.put(1);
  const waits = [full.put(2), full.put(3), empty.get(), empty.lease(), empty.get()];
  await turn();
  full.close();
  empty.close();
  for (const wait of waits) await assert.rejects(wait, closed);
  await assert.rejects(full.put(4), closed);
  assert.throws(() => full.putSync(4), closed);
  assert.throws(() => full.tryPut(4), closed);
  assert.throws(() => empty.getSync(), closed);
  assert.throws(() => empty.tryGet(), closed);
  assert.throws(() => empty.tryLease(), closed);
  full.close();
  assert.equal(full.isClosed, true);
  assert.equal(await full.get(), 1);
  await assert.rejects(full.get(), closed);
});

test('A closed queue ends only when what is leased is done, as it may come back', async () => {
  const queue = new Queue<string>();
  await queue.put('only');
  const held = await queue.lease();
  queue.close();
  assert.equal(queue.tryGet(), undefined);
  const waiting = queue.get(HANG_GUARD);
  await turn();
  held.giveBack();
  assert.equal(await waiting, 'only');
  await assert.rejects(queue.get(), closed);
});

test('The end of the last lease of a closed queue ends the waits for more', async () => {
  const queue = new Queue<string>();
  await queue.put('only');
  const held = await queue.lease();
  queue.close();
  const waits = [queue.get(), queue.lease()];
  await turn();
  held.done();
  for (const wait of waits) await assert.rejects(wait, closed);
});

test('Iterating takes until the queue is closed and drained, and stops early when asked to', async () => {
  const queue = new Queue<number>();
  for (let number = 0; number < 5; number++) await queue.put(number);
  const got: number[] = [];
  for await (const number of queue) {
    got.push(number);
    if (number === 2) break;
  }
  assert.deepEqual(got, [0, 1, 2]);
  assert.equal(queue.size, 2);
  const rest = (async () => {
    for await (const number of queue) got.push(number);
  })();
  await turn();
  await queue.put(5);
  queue.close();
  await rest;
  assert.deepEqual(got, [0, 1, 2, 3, 4, 5]);
});

test('Two iterations share the items between them', async () => {
  const queue = new Queue<number>();
  const drain = async (): Promise<number[]> => {
    const got: number[] = [];
    for await (const number of queue) got.push(number);
    return got;
  };
  const both = Promise.all([drain(), drain()]);
  for (let number = 0; number < 20; number++) await queue.put(number);
  queue.close();
  const got = (await both).flat().sort((a, b) => a - b);
  assert.deepEqual(got, [...Array(20).keys()]);
});

test('Queue.named() gives one queue to all who ask with the same bounds, or with none', () => {
  const queue = Queue.named<number>('orders', { capacity: 5, bytes: 1000 });
  assert.equal(Queue.named('orders'), queue);
  assert.equal(Queue.named('orders', { capacity: 5 }), queue);
  assert.equal(Queue.named('orders', { bytes: 1024 }), queue);
  assert.equal(queue.tryPut(1), true);
  assert.equal(Queue.named<number>('orders').size, 1);
});

test('Queue.named() refuses other bounds, other kinds, and what is no name', () => {
  Queue.named('bounded', { capacity: 5, bytes: 1024 });
  for (const capacity of [4, 6, Number.POSITIVE_INFINITY])
    assert.throws(() => Queue.named('bounded', { capacity }), RangeError);
  for (const bytes of [1025, 512, 1]) assert.throws(() => Queue.named('bounded', { bytes }), RangeError);
  assert.throws(() => Queue.named('bounded', { capacity: 0 }), RangeError);
  Lock.named('a lock');
  assert.throws(() => Queue.named('a lock'), { name: 'TypeError', message: /"a lock".*lock/ });
  assert.throws(() => Queue.named(''), RangeError);
  assert.throws(() => Queue.named(Symbol('x') as never), TypeError);
});
