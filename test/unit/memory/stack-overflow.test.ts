/**
 * Where the stack ends, any call may throw, also inside a guard. Whatever is tried there, locks and queues go on
 * working afterwards, here and in other processes.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, Value } from '../../../src/index.ts';
import { here } from '../../../src/memory/index.ts';
import { PENDING_INDEX } from '../../../src/platform/index.ts';
import * as depths from '../../fixtures/memory/depths.ts';
import { HANG_GUARD, start } from '../../harness/participants.ts';
import { assertNoLeaks, holdings } from '../../harness/leaks.ts';

const BYTES = 64 * 2 ** 20;
const WAYS = ['down', 'up'] as const;

/** Both can be used by another process, and by this one. */
async function assertUsable(lock: Lock, queue: Queue<number>): Promise<void> {
  assert.equal(here().robust.pending[PENDING_INDEX], 0);
  const other = await start('process', depths.useBoth, [lock, queue]);
  assert.equal(await other.result(), 42);
  assert.equal(depths.useBoth(lock, queue), 42);
  assert.equal(lock.isLocked, false);
  assert.equal(queue.size, 0);
}

test('A lock and a queue that were used at every depth go on working, and the queue holds what it confirmed', async () => {
  const before = holdings();
  const [lock, queue] = [new Lock(), new Queue<number>({ bytes: BYTES })];
  depths.useBoth(lock, queue);
  for (const way of WAYS) {
    assert.ok(depths.lockAtEveryDepth(lock, way) > 10_000);
    assert.equal(lock.isLocked, false);
    const confirmed = depths.putAtEveryDepth(queue, way);
    assert.ok(confirmed.length > 10_000);
    assert.deepEqual(depths.drain(queue), confirmed);
  }
  await assertUsable(lock, queue);
  await assertNoLeaks(before);
});

for (const way of WAYS) {
  test(`A process that uses its first lock at the end of the stack, on its way ${way}, leaves it usable`, async () => {
    const [lock, queue] = [new Lock(), new Queue<number>({ bytes: BYTES })];
    const other = await start('process', depths.coldAtEveryDepth, [lock, queue, way]);
    const taken = await other.result();
    assert.ok(taken > 10_000, `it took the lock ${taken} times`);
    await assertUsable(lock, queue);
  });
}

test('A lock that is released at every depth while others wait for it goes to them all the same', async () => {
  const [lock, done] = [new Lock(), new Value('i32')];
  const other = await start('process', depths.contendAtEveryDepth, [lock, done]);
  let taken = 0;
  while (done.value === 0) {
    (await lock.acquire(HANG_GUARD)).release();
    taken++;
  }
  assert.ok((await other.result()) > 0);
  assert.ok(taken > 0);
  await assertUsable(lock, new Queue<number>());
});
