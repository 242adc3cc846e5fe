/** The proof that a read-write lock is held: the only thing that releases it, once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { ReadWriteHeld, ReadWriteLock } from '../../../src/sync/public.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

for (const isWriting of [false, true]) {
  const take = (lock: ReadWriteLock): ReadWriteHeld =>
    isWriting ? lock.acquireWriteSync() : lock.acquireReadSync();

  test(`ReadWriteHeld to ${isWriting ? 'write' : 'read'} releases once, and throws nobody out later`, () => {
    const lock = new ReadWriteLock();
    const former = take(lock);
    assert.ok(former instanceof ReadWriteHeld);
    assert.deepEqual([former.isWriting, former.ownerDied], [isWriting, false]);
    former.release();
    former.release();
    assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
    const later = take(lock);
    former[Symbol.dispose]();
    assert.deepEqual(lock.stats(), { readers: isWriting ? 0 : 1, isWriting, writersWaiting: 0 });
    later[Symbol.dispose]();
    assert.equal(lock.tryAcquireWrite()?.isWriting, true);
  });
}
