/**
 * The steps of a queue: a step that throws what nobody planned leaves the guard so that the next owner repairs;
 * a lease is settled by its holder only; and who only tries looks for the dead himself.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue } from '../../../src/index.ts';
import { QueueBody, type Taken } from '../../../src/ipc/queue-body.ts';
import { QueueSteps } from '../../../src/ipc/queue-steps.ts';
import { here, NOT_YET, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

interface Parts<T> {
  readonly queue: Queue<T>;
  readonly object: SharedObject;
  readonly steps: QueueSteps<T>;
}

function made<T>(capacity = 9): Parts<T> {
  const queue = new Queue<T>({ capacity, bytes: 512 });
  const reference = referenceOf(queue);
  assert.ok(reference);
  const object = here().objects.open(reference);
  return { queue, object, steps: new QueueSteps(object) };
}

test('A step gives what it gives, inside the guard and only there', () => {
  const { object, steps } = made();
  const isFree = steps.inside(() => object.guard.isFree);
  assert.equal(isFree, false);
  assert.equal(object.guard.isFree, true);
});

test('A step that throws leaves the guard to be repaired by whoever comes next', async () => {
  const { object, queue, steps } = made<number>();
  await queue.put(1);
  const error = new Error('unplanned');
  assert.throws(() => steps.inside(() => assert.fail(error)), error);
  assert.equal(object.guard.isBroken, true);
  assert.deepEqual(queue.tryGet(), { item: 1 });
  assert.equal(object.guard.isBroken, false);
});

test('That a queue is closed is an answer, after which there is nothing to repair', () => {
  const { object, queue } = made();
  queue.close();
  assert.throws(() => queue.tryGet(), { code: 'closed' });
  assert.throws(() => queue.tryPut(1), { code: 'closed' });
  assert.equal(object.guard.isBroken, false);
});

test('tryPut() without room, and tryGet() without items, register only if asked to', () => {
  const { steps } = made<string>(1);
  const { slot } = here();
  const { getters, putters } = steps.body;
  assert.equal(steps.tryGet(false), NOT_YET);
  assert.equal(steps.tryLease(false), NOT_YET);
  assert.equal(getters.has(slot), false);
  assert.equal(steps.tryGet(true), NOT_YET);
  assert.equal(getters.has(slot), true);
  const packed = steps.pack('item');
  const bytes = packed.bytes.slice();
  assert.equal(steps.tryPut(bytes, packed, false), true);
  assert.equal(getters.has(slot), false);
  assert.equal(steps.tryPut(bytes, packed, false), NOT_YET);
  assert.equal(putters.has(slot), false);
  assert.equal(steps.tryPut(bytes, packed, true), NOT_YET);
  assert.equal(putters.has(slot), true);
  assert.deepEqual(steps.tryGet(false), { item: 'item' });
  assert.equal(putters.has(slot), false);
});

test('What refers to a shared object is leased by a get until it is in our hands', async () => {
  const { queue, steps } = made<Lock>();
  const lock = new Lock();
  await queue.put(lock);
  const taken = steps.tryGet(false) as Taken;
  assert.deepEqual([queue.size, queue.leased, taken.links], [0, 1, 1]);
  assert.equal(steps.open(taken), lock);
  assert.equal(queue.leased, 1);
  steps.settle(taken, 'done');
  steps.settle(taken, 'done');
  assert.deepEqual([queue.size, queue.leased], [0, 0]);
});

test('An item that was not read is handed out again as if for the first time', async () => {
  const { queue, steps } = made<string>();
  await queue.put('a');
  await queue.put('b');
  steps.settle(steps.tryLease(false) as Taken, 'unread');
  const lease = await queue.lease();
  assert.deepEqual([lease.item, lease.deliveries, lease.redelivered], ['a', 1, false]);
  lease.giveBack();
  assert.equal((await queue.lease()).deliveries, 2);
});

test('An item that cannot be read is finished with, and its error is that it cannot be read', async () => {
  const { object, queue, steps } = made<Lock>();
  await queue.put(new Lock());
  const taken = steps.tryGet(false) as Taken;
  taken.bytes.fill(0);
  assert.throws(() => steps.open(taken), { code: 'protocol' });
  assert.deepEqual([queue.size, queue.leased], [0, 0]);
  assert.equal(object.guard.isBroken, false);
});

test('isFull says whether the smallest item finds room, however the bytes lie', () => {
  for (let length = 0; length < 300; length++) {
    const { queue } = made<unknown>(99);
    if (!queue.tryPut('x'.repeat(length))) continue;
    for (let rounds = 0; rounds < 40; rounds++) {
      const isFull = queue.isFull;
      assert.equal(queue.tryPut(undefined), !isFull, `${length} characters and ${rounds} items`);
      if (isFull) break;
    }
    assert.equal(queue.isFull, true);
  }
});

test('QueueBody and QueueSteps see the same queue', async () => {
  const { object, queue } = made<number>();
  await queue.put(1);
  assert.equal(new QueueBody(object).ready, 1);
});
