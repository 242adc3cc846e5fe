/**
 * The bounded semaphore as bytes: who holds how many, what a death leaves and how it is put in order. Deaths are made
 * here by hand, at each step; real ones are in test/conformance/semaphore-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoundedSemaphore } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { BOUNDED_BODY_BYTES, BOUNDED_DATA_BYTES, BoundedBody } from '../../../src/sync/bounded-body.ts';
import { SLOTS, slotOf } from '../../../src/sync/bounded-slots.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const [FREE, SLEEPERS, WAIT_SET] = [0, 8, 64].map((offset) => (BODY_OFFSET + offset) / 4) as [
  number,
  number,
  number,
];
/** A slot of somebody else. */
const OTHER = SLOTS - 1;

interface Bytes {
  readonly object: SharedObject;
  readonly body: BoundedBody;
  readonly held: Int32Array;
}

function made(capacity: number, fair = false): Bytes {
  const reference = referenceOf(new BoundedSemaphore(capacity, { fair }));
  assert.ok(reference);
  const object = here().objects.open(reference);
  const held = new Int32Array(object.data(BOUNDED_BODY_BYTES), 0, SLOTS);
  return { object, body: new BoundedBody(object), held };
}

test('The table has a place for each participant', () => {
  assert.equal(SLOTS, 512);
  assert.equal(made(1).held.length, SLOTS);
  assert.equal(BOUNDED_DATA_BYTES, 2048);
  assert.equal(slotOf(here().tag), here().slot);
  assert.equal(slotOf(0), -1);
});

test('tryTake() and giveBack() count what this participant holds', () => {
  const { body, held } = made(2);
  assert.equal(body.tryTake(false, 0), true);
  assert.equal(body.tryTake(false, 0), true);
  assert.deepEqual([held[here().slot], body.mine, body.free], [2, 2, 0]);
  assert.equal(body.tryTake(true, 0), false);
  assert.equal(body.sleepers, 1);
  assert.equal(body.giveBack(3), false);
  assert.deepEqual([body.mine, body.free, body.sleepers], [2, 0, 1]);
  assert.equal(body.giveBack(2), true);
  assert.deepEqual([body.mine, body.free, body.sleepers], [0, 2, 0]);
});

test('giveBack() does not touch what others hold', () => {
  const { body, held } = made(2);
  held[OTHER] = 2;
  body.repair();
  assert.equal(body.free, 0);
  assert.equal(body.giveBack(1), false);
  assert.equal(held[OTHER], 2);
});

test('reap() takes back all that the dead participant held, and wakes those who wait', () => {
  const { body, held } = made(2);
  held[OTHER] = 1;
  body.repair();
  body.tryTake(false, 0);
  body.tryTake(true, 0);
  body.reap(0x00ffff); // nobody
  assert.deepEqual([body.free, body.sleepers], [0, 1]);
  body.reap(here().tag);
  assert.deepEqual([held[here().slot], held[OTHER], body.free, body.sleepers], [0, 1, 1, 0]);
  body.reap(here().tag);
  assert.equal(body.free, 1);
});

test('A death between a commit and the count of what is free is put right by whoever comes next', () => {
  const { body, held, object } = made(3);
  object.guard.take();
  held[OTHER] = 2;
  object.words[FREE] = 3;
  object.words[WAIT_SET] = 0b11;
  object.words[SLEEPERS] = 0;
  object.guard.give(false);
  assert.equal(body.tryTake(false, 0), true);
  assert.deepEqual([body.free, body.sleepers], [0, 2]);
  object.words.fill(0, WAIT_SET, WAIT_SET + 16);
  body.repair();
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
  body.join();
  body.reap(here().tag);
  assert.deepEqual([body.free, body.tryTake(false, 0)], [2, true]);
});
