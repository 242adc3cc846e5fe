/**
 * The lock as bytes: who holds it and as which strand, what a death leaves and how it is put in order. Deaths are
 * made here by hand, at each step; real ones are in test/conformance/lock-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { LOCK_BYTES, LockBody, reapLock, repairLock } from '../../../src/sync/lock-body.ts';
import { newStrand } from '../../../src/sync/strand.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

/** A tag that no participant has. */
const DEAD = 0x00ffff;
const [OWNER, DIED, SLEEPERS, WAIT_SET] = [0, 8, 12, 64].map((offset) => (BODY_OFFSET + offset) / 4) as [
  number,
  number,
  number,
  number,
];

interface Bytes {
  readonly object: SharedObject;
  readonly body: LockBody;
  readonly words: Int32Array;
}

function made(): Bytes {
  const reference = referenceOf(new Lock());
  assert.ok(reference);
  const object = here().objects.open(reference);
  return { object, body: new LockBody(object), words: object.words };
}

/** Takes the lock for a new strand, and gives its number; 0 if the lock is not free. */
function take(body: LockBody, register = false): number {
  const strand = newStrand();
  return body.tryTake(strand, register) ? strand : 0;
}

/** The number of waiting participants as its bits say, and as it is counted. */
function sleepers({ words }: Bytes): [bits: number, counted: number] {
  const bits = words.subarray(WAIT_SET, WAIT_SET + 16).reduce((sum, word) => sum + bitsOf(word), 0);
  return [bits, words[SLEEPERS] as number];
}

function bitsOf(word: number): number {
  return (word >>> 0).toString(2).replaceAll('0', '').length;
}

test('A lock of zero bytes is free, and its place is as large as it says', () => {
  const { body, words } = made();
  assert.equal(LOCK_BYTES, 128);
  assert.ok(words.subarray(BODY_OFFSET / 4, (BODY_OFFSET + LOCK_BYTES) / 4).every((word) => word === 0));
  assert.equal(body.owner, 0);
});

test('tryTake() names this participant as the owner, and the strand it was given', () => {
  const { body } = made();
  const strands = Array.from({ length: 5 }, () => {
    const strand = take(body);
    assert.equal(body.owner, here().tag);
    assert.ok(body.isHeldBy(strand));
    assert.ok(!body.isHeldBy(strand + 1));
    body.release(strand);
    assert.equal(body.owner, 0);
    return strand;
  });
  assert.ok(strands.every((strand) => strand > 0));
  assert.equal(new Set(strands).size, 5);
});

test('tryTake() of a held lock gives 0, and leaves this participant among the sleepers only if asked to', () => {
  const lock = made();
  const strand = take(lock.body);
  assert.equal(take(lock.body), 0);
  assert.deepEqual(sleepers(lock), [0, 0]);
  assert.equal(take(lock.body, true), 0);
  assert.equal(take(lock.body, true), 0);
  assert.deepEqual(sleepers(lock), [1, 1]);
  assert.ok(lock.body.waiting.has(here().slot));
  lock.body.release(strand);
  assert.deepEqual(sleepers(lock), [0, 0]);
});

test('release() is only for the strand that holds the lock', () => {
  const { body, words } = made();
  const strand = take(body);
  body.release(strand + 1);
  assert.equal(body.owner, here().tag);
  words[OWNER] = DEAD; // another participant, with a strand of the same number
  body.release(strand);
  assert.equal(body.owner, DEAD);
  words[OWNER] = 0;
  body.release(strand);
  assert.equal(body.owner, 0);
});

test('reapLock() frees the lock of the dead only, and tells each taker until one releases', () => {
  const lock = made();
  const { body, object, words } = lock;
  words[OWNER] = DEAD;
  reapLock(object, DEAD + 1);
  assert.equal(body.owner, DEAD);
  take(body, true);
  reapLock(object, DEAD);
  assert.equal(body.owner, 0);
  assert.deepEqual(sleepers(lock), [0, 0]);

  take(body);
  assert.equal(body.diedBefore, true);
  words[OWNER] = DEAD; // that one dies, too
  reapLock(object, DEAD);
  const strand = take(body);
  assert.equal(body.diedBefore, true);
  body.release(strand);
  body.release(take(body));
  assert.equal(body.diedBefore, false);
});

test('A release cut short between its two stores still tells the next taker', () => {
  const { body, object, words } = made();
  words[OWNER] = DEAD;
  words[DIED] = 0;
  reapLock(object, DEAD);
  body.release(take(body));
  assert.equal(body.diedBefore, true);
});

test('reapLock() may be cut short before its commit, and run again', () => {
  const { body, object, words } = made();
  words[OWNER] = DEAD;
  words[DIED] = 1;
  reapLock(object, DEAD);
  reapLock(object, DEAD);
  assert.equal(body.owner, 0);
  assert.equal(words[DIED], 1);
});

test('A lock whose guard was left by the dead is put in order by whoever comes next', () => {
  const lock = made();
  const { body, object, words } = lock;
  const strand = take(body);
  // Died between a bit and its count.
  object.guard.take();
  words[WAIT_SET] = 0b1010;
  words[SLEEPERS] = 7;
  object.guard.give(false);
  assert.equal(take(body), 0);
  assert.deepEqual(sleepers(lock), [2, 2]);
  assert.equal(object.guard.isBroken, false);
  words.fill(0, WAIT_SET, WAIT_SET + 16);
  repairLock(object);
  assert.deepEqual(sleepers(lock), [0, 0]);
  body.release(strand);
});
