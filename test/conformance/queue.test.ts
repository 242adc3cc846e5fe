/**
 * What a queue promises between participants, the same for processes and for worker threads: each item whole,
 * once, and in the order of its producer; waits that end when others act; everything an item refers to. Deaths are in
 * queue-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, SharedArray, Value } from '../../src/index.ts';
import { double } from '../fixtures/ipc/functions.ts';
import {
  consume,
  consumeLeases,
  type Everything,
  getFunction,
  iterate,
  type Parcel,
  produce,
  putFunction,
  useEverything,
  waitOnce,
} from '../fixtures/ipc/traffic.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, type ParticipantKind, start, type Started } from '../harness/participants.ts';

endsClean({ killsThreads: true });

const COUNT = 800;

/** Each consumer saw the items of each producer in their order, and all of them together saw each item once. */
function assertOnceInOrder(got: readonly [number, number][][], producers: number, isOrdered = true): void {
  for (const list of isOrdered ? got : []) {
    const last = new Map<number, number>();
    for (const [producer, sequence] of list) {
      assert.ok(
        sequence > (last.get(producer) ?? -1),
        `${producer}: ${sequence} after ${last.get(producer)}`,
      );
      last.set(producer, sequence);
    }
  }
  const all = got.flat().map(([producer, sequence]) => producer * COUNT + sequence);
  all.sort((a, b) => a - b);
  assert.deepEqual(all, [...Array(producers * COUNT).keys()]);
}

const FORMS = ['awaits', 'blocks'] as const;

/** Starts two participants that wait, one for an item and one for room. */
async function startWaits(
  kind: ParticipantKind,
  form: (typeof FORMS)[number],
  told: Queue<string>,
): Promise<{ empty: Queue; getter: Started<unknown>; full: Queue; putter: Started<unknown> }> {
  const [empty, full] = [new Queue(), new Queue({ capacity: 1 })];
  await full.put('full');
  const [getter, putter] = await Promise.all([
    start(kind, waitOnce, [empty, told, 'get', form]),
    start(kind, waitOnce, [full, told, 'put', form]),
  ]);
  return { empty, getter, full, putter };
}

for (const kind of KINDS) {
  test(`Participants that are each a ${kind} put and get each item once, in the order of each producer`, async () => {
    const queue = new Queue<Parcel>({ capacity: 20, bytes: 4096 });
    const producers = await Promise.all(
      FORMS.map((form, index) => start(kind, produce, [queue, 1 + index, COUNT, form])),
    );
    const consumers = await Promise.all(FORMS.map((form) => start(kind, consume, [queue, form])));
    const own = consume(queue, 'tries');
    await produce(queue, 0, COUNT, 'awaits');
    for (const producer of producers) await producer.result();
    queue.close();
    const got = [await own, ...(await Promise.all(consumers.map((consumer) => consumer.result())))];
    assertOnceInOrder(got, 3);
    assert.deepEqual([queue.size, queue.leased, queue.isEmpty], [0, 0, true]);
  });

  test(`Leases that are ended in every way by a ${kind} lose and double nothing`, async () => {
    const queue = new Queue<Parcel>({ bytes: 2048 });
    const consumer = await start(kind, consumeLeases, [queue]);
    const own = consumeLeases(queue);
    await produce(queue, 0, COUNT, 'awaits');
    queue.close();
    // What was given back comes later than what was behind it.
    assertOnceInOrder([await own, await consumer.result()], 1, false);
  });

  test(`A ${kind} that waits for an item or for room, in either form, is woken by whoever brings it`, async () => {
    const told = new Queue<string>();
    const waits = await Promise.all(FORMS.map((form) => startWaits(kind, form, told)));
    for (let count = 0; count < 4; count++) await told.get(HANG_GUARD);
    for (const { empty, getter, full, putter } of waits) {
      await empty.put('item');
      assert.equal(await getter.result(), 'item');
      assert.equal(await full.get(HANG_GUARD), 'full');
      assert.equal(await full.get(HANG_GUARD), 'put at last');
      assert.equal(await putter.result(), 'put');
    }
  });

  test(`close() wakes each ${kind} that waits, awaiting or blocking`, async () => {
    const told = new Queue<string>();
    const waits = await Promise.all(FORMS.map((form) => startWaits(kind, form, told)));
    for (let count = 0; count < 4; count++) await told.get(HANG_GUARD);
    for (const { empty, getter, full, putter } of waits) {
      empty.close();
      full.close();
      assert.equal(await getter.result(), 'closed');
      assert.equal(await putter.result(), 'closed');
      assert.equal(await full.get(), 'full');
    }
  });

  test(`Iterating in a ${kind} ends when somebody else closes the queue, after what is in it`, async () => {
    const queue = new Queue<number>();
    const told = new Queue<string>();
    const reader = await start(kind, iterate, [queue, told]);
    await told.get(HANG_GUARD);
    for (let number = 0; number < 100; number++) await queue.put(number);
    queue.close();
    assert.deepEqual(await reader.result(), [...Array(100).keys()]);
  });

  test(`Queue.size is exact when a ${kind} has put and got`, async () => {
    const queue = new Queue<Parcel>();
    await (await start(kind, produce, [queue, 1, 50, 'blocks'])).result();
    assert.deepEqual([queue.size, queue.isEmpty, queue.isFull], [50, false, false]);
    queue.close();
    await (await start(kind, consume, [queue, 'tries'])).result();
    assert.deepEqual([queue.size, queue.isEmpty], [0, true]);
  });

  test(`Shared objects inside an item work in a ${kind}, each the same wherever it stands`, async () => {
    const lock = new Lock();
    const value = new Value('i32', 40);
    const array = new SharedArray('f64', 3);
    const back = new Queue();
    const queue = new Queue<Everything>();
    const everything = { lock, inner: { queue: back, list: [value, array] }, self: queue } as const;
    await queue.put({ ...everything, ofValue: value.lock, again: lock } as Everything);
    const other = await start(kind, useEverything, [queue]);
    assert.deepEqual(await back.get(HANG_GUARD), { lock, from: 'afar' });
    assert.deepEqual(await other.result(), ['again', 'self', 'ofValue']);
    assert.equal(value.value, 42);
    assert.equal(array.view[0], 2.5);
    assert.equal(lock.isLocked, false);
  });
}

test('A function in an item is awaited where its module is not loaded yet, and is not lost before', async () => {
  const queue = new Queue<(number: number) => number>();
  await queue.put(double);
  const other = await start('process', getFunction, [queue]);
  const refused = ['unsupported', true, 1, 0];
  assert.deepEqual(await other.result(), [refused, refused, refused, [1, 10], 12, 0]);
});

test('A function that another process has put is the same as ours', async () => {
  const queue = new Queue<typeof double>();
  await (await start('process', putFunction, [queue])).result();
  assert.equal(await queue.get(HANG_GUARD), double);
});
