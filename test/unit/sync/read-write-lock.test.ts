/**
 * Many read or one writes, in one thread. Between processes and threads, and after deaths:
 * test/conformance/read-write-lock.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Lock, Queue } from '../../../src/index.ts';
import { ReadWriteLock } from '../../../src/sync/public.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

test('ReadWriteLock lets readers in together, and a writer alone', async () => {
  const lock = new ReadWriteLock();
  const [one, other] = [lock.acquireReadSync(), await lock.acquireRead()];
  assert.equal(lock.readers, 2);
  assert.equal(lock.tryAcquireWrite(), undefined);
  one.release();
  other.release();
  const writer = lock.tryAcquireWrite();
  assert.deepEqual(lock.writer, { pid: process.pid, name: 'MainProcess', thread: 0 });
  assert.equal(lock.tryAcquireRead(), undefined);
  assert.equal(lock.tryAcquireWrite(), undefined);
  writer?.release();
  assert.equal(lock.writer, undefined);
});

test('A writer that waits is not starved: it keeps new readers out, and they come after it', async () => {
  const lock = new ReadWriteLock();
  const reader = lock.acquireReadSync();
  const order: string[] = [];
  const writes = lock.useWrite(() => order.push('write'), HANG_GUARD);
  assert.equal(lock.tryAcquireRead(), undefined);
  const reads = lock.useRead(() => order.push('read'), HANG_GUARD);
  await turn();
  assert.deepEqual(order, []);
  reader.release();
  await Promise.all([writes, reads]);
  assert.deepEqual(order, ['write', 'read']);
});

test('A lock that prefers readers lets them join while a writer waits', async () => {
  const lock = new ReadWriteLock({ prefer: 'readers' });
  const reader = lock.acquireReadSync();
  const writes = lock.acquireWrite(HANG_GUARD);
  const other = lock.tryAcquireRead();
  assert.ok(other);
  reader.release();
  other.release();
  (await writes).release();
});

test('A writer that gives up lets the readers in that it kept out', async () => {
  for (const form of ['time', 'signal', 'blocks'] as const) {
    const lock = new ReadWriteLock();
    const reader = lock.acquireReadSync();
    const abort = new AbortController();
    if (form === 'blocks') assert.throws(() => lock.acquireWriteSync({ timeoutMs: 1 }), timedOut);
    const writes =
      form === 'time' ? lock.acquireWrite({ timeoutMs: 5 }) : lock.acquireWrite({ signal: abort.signal });
    const heard = assert.rejects(writes);
    const reads = lock.acquireRead(HANG_GUARD);
    abort.abort();
    await heard;
    (await reads).release();
    reader.release();
    assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
  }
});

test('Of two writers that wait, one that gives up leaves readers out for the other', async () => {
  const lock = new ReadWriteLock();
  const reader = lock.acquireReadSync();
  const abort = new AbortController();
  const gone = lock.acquireWrite({ signal: abort.signal });
  const stays = lock.acquireWrite(HANG_GUARD);
  abort.abort('gone');
  await assert.rejects(gone, (reason) => reason === 'gone');
  assert.equal(lock.tryAcquireRead(), undefined);
  reader.release();
  (await stays).release();
  lock.tryAcquireRead()?.release();
  assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
});

test('Writers of one thread that give up at the same moment as one gets in leave nobody out', async () => {
  const lock = new ReadWriteLock();
  const reader = lock.acquireReadSync();
  const abort = new AbortController();
  const first = lock.acquireWrite(HANG_GUARD);
  const second = lock.acquireWrite({ signal: abort.signal });
  reader.release();
  abort.abort();
  await assert.rejects(second);
  (await first).release();
  assert.equal(lock.stats().writersWaiting, 0);
  lock.tryAcquireRead()?.release();
});

test('ReadWriteLock.useRead() and useWrite() release when their function has ended, however it ended', async () => {
  const lock = new ReadWriteLock();
  const error = new Error('mine');
  const fails = (): never => {
    throw error;
  };
  assert.equal(await lock.useRead(async ({ isWriting }) => isWriting), false);
  assert.equal(await lock.useWrite(({ isWriting }) => isWriting), true);
  await assert.rejects(lock.useRead(fails), error);
  await assert.rejects(lock.useWrite(fails), error);
  assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
});

test('A wait for a read-write lock that failed has taken nothing', async () => {
  const lock = new ReadWriteLock();
  const writer = lock.acquireWriteSync();
  for (const timeoutMs of [0, 1]) {
    await assert.rejects(lock.acquireRead({ timeoutMs }), timedOut);
    await assert.rejects(lock.acquireWrite({ timeoutMs }), timedOut);
    assert.throws(() => lock.acquireReadSync({ timeoutMs }), timedOut);
    assert.throws(() => lock.acquireWriteSync({ timeoutMs }), timedOut);
  }
  writer.release();
  await assert.rejects(lock.acquireWrite({ signal: AbortSignal.abort('now') }), (reason) => reason === 'now');
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(lock.acquireRead({ timeoutMs }), RangeError);
    assert.throws(() => lock.acquireWriteSync({ timeoutMs }), RangeError);
    assert.throws(() => lock.acquireReadSync({ timeoutMs }), RangeError);
  }
  assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
});

test('ReadWriteLock.named() gives one lock to all who ask for the name and the same preference', () => {
  const one = ReadWriteLock.named('prices', { prefer: 'readers' });
  assert.equal(ReadWriteLock.named('prices'), one);
  assert.throws(() => ReadWriteLock.named('prices', { prefer: 'writers' }), RangeError);
  assert.throws(() => Lock.named('prices'), { name: 'TypeError', message: /read-write lock/ });
  assert.throws(() => ReadWriteLock.named(''), RangeError);
  assert.throws(() => new ReadWriteLock({ prefer: 'nobody' as never }), RangeError);
});

test('A read-write lock comes home as itself, and gives its memory back in the end', async () => {
  const before = await restingBytes();
  await (async () => {
    const lock = new ReadWriteLock();
    const queue = new Queue<ReadWriteLock>();
    await queue.put(lock);
    assert.equal(await queue.get(), lock);
  })();
  await assertGivenBack(before);
});
