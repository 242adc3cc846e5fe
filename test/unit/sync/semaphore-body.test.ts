/** The semaphore as bytes: what a death inside the guard leaves, and how it is put in order. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Semaphore } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { repairSemaphore, SEMAPHORE_BYTES, SemaphoreBody } from '../../../src/sync/semaphore-body.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const [FREE, INITIAL, SLEEPERS, WAIT_SET] = [0, 4, 8, 64].map((offset) => (BODY_OFFSET + offset) / 4) as [
  number,
  number,
  number,
  number,
];

function made(
  permits: number,
  fair = false,
): { object: SharedObject; body: SemaphoreBody; words: Int32Array } {
  const reference = referenceOf(new Semaphore(permits, { fair }));
  assert.ok(reference);
  const object = here().objects.open(reference);
  return { object, body: new SemaphoreBody(object), words: object.words };
}

test('A semaphore is its count, and the count it was made with', () => {
  const { body, words } = made(3);
  assert.equal(SEMAPHORE_BYTES, 128);
  assert.deepEqual([words[FREE], words[INITIAL], words[SLEEPERS]], [3, 3, 0]);
  assert.deepEqual([body.free, body.initial, body.sleepers], [3, 3, 0]);
});

test('tryTake() takes one, and leaves this participant among the sleepers only if asked to', () => {
  const { body } = made(1);
  assert.equal(body.tryTake(true, 0), true);
  assert.equal(body.sleepers, 0);
  assert.equal(body.tryTake(false, 0), false);
  assert.equal(body.sleepers, 0);
  assert.equal(body.tryTake(true, 0), false);
  assert.equal(body.tryTake(true, 0), false);
  assert.equal(body.sleepers, 1);
  assert.ok(body.waiting.has(here().slot));
});

test('giveBack() adds all or nothing, and wakes the sleepers before', () => {
  const { body } = made(0);
  body.tryTake(true, 0);
  assert.equal(body.giveBack(2), true);
  assert.deepEqual([body.free, body.sleepers], [2, 0]);
  assert.equal(body.giveBack(2 ** 31 - 2), false);
  assert.equal(body.free, 2);
  assert.equal(body.giveBack(2 ** 31 - 3), true);
  assert.equal(body.free, 2 ** 31 - 1);
});

test('A semaphore whose guard was left by the dead is put in order by whoever comes next', () => {
  const { body, object, words } = made(1);
  object.guard.take();
  words[WAIT_SET] = 0b101;
  words[SLEEPERS] = 9;
  object.guard.give(false);
  assert.equal(body.tryTake(false, 0), true);
  assert.equal(object.guard.isBroken, false);
  assert.equal(body.sleepers, 2);
  words.fill(0, WAIT_SET, WAIT_SET + 16);
  repairSemaphore(object);
  assert.equal(body.sleepers, 0);
});

test('Who is served in the line and leaves a permit wakes the next one; the dead leave the line', () => {
  const { body } = made(2, true);
  const [first, second] = [body.join(), body.join()];
  assert.equal(body.tryTake(false, 0), false);
  assert.equal(body.tryTake(true, second), false);
  assert.equal(body.sleepers, 1);
  assert.equal(body.tryTake(true, first), true);
  assert.equal(body.sleepers, 0);
  assert.equal(body.tryTake(true, second), true);
  body.giveBack(1);
  body.join();
  body.tryTake(true, 0);
  body.reap(here().tag);
  assert.deepEqual([body.tryTake(false, 0), body.sleepers], [true, 0]);
});
