/** The proof that a lock is held: the only thing that releases it, once, and tells whether a holder died in it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

test('Held.release() asked again does nothing to a later holder', () => {
  const lock = new Lock();
  const former = lock.acquireSync();
  former.release();
  const later = lock.acquireSync();
  former.release();
  assert.equal(lock.isLocked, true);
  assert.equal(lock.tryAcquire(), undefined);
  later.release();
  assert.equal(lock.isLocked, false);
  former.release();
});

test('Held.release() of a former strand, also when it comes first only now, throws nobody out', async () => {
  const lock = new Lock();
  const held = await lock.acquire();
  const waiting = lock.acquire({ timeoutMs: 20_000 });
  held.release();
  held.release();
  held[Symbol.dispose]();
  const next = await waiting;
  held.release();
  assert.equal(lock.isLocked, true);
  next.release();
  assert.equal(lock.isLocked, false);
});

test('Held is disposable, so that a block can end with the release', () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  held[Symbol.dispose]();
  assert.equal(lock.isLocked, false);
  held[Symbol.dispose]();
  assert.equal(lock.isLocked, false);
});

test('Held.ownerDied stays what it was told when the lock was taken', () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  held.release();
  lock.acquireSync().release();
  assert.equal(held.ownerDied, false);
});

test('Two locks are released each by its own proof', () => {
  const [one, other] = [new Lock(), new Lock()];
  const [heldOne, heldOther] = [one.acquireSync(), other.acquireSync()];
  heldOne.release();
  assert.deepEqual([one.isLocked, other.isLocked], [false, true]);
  heldOther.release();
  assert.deepEqual([one.isLocked, other.isLocked], [false, false]);
});
