/**
 * Where the stack ends, any call may throw, also inside a guard. Whatever is tried there, locks and queues go on
 * working afterwards, here and in other processes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Lock, Queue } from '../../../src/index.ts';
import { here } from '../../../src/memory/index.ts';
import { PENDING_INDEX } from '../../../src/platform/index.ts';
import * as depths from '../../fixtures/memory/depths.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';

endsClean();

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

test('A lock and a queue that were used at every depth go on working, and what was confirmed is there', async () => {
  const [lock, queue] = [new Lock(), new Queue<number>()];
  depths.useBoth(lock, queue);
  for (const way of WAYS) {
    assert.ok(depths.lockAtEveryDepth(lock, way) > 1000);
    assert.equal(lock.isLocked, false);
    assert.ok(depths.putAtEveryDepth(queue, way) > 1000);
  }
  await assertUsable(lock, queue);
});

for (const way of WAYS) {
  test(`A process that uses its first lock at the end of the stack, on its way ${way}, leaves it usable`, async () => {
    const [lock, queue] = [new Lock(), new Queue<number>()];
    const other = await start('process', depths.coldAtEveryDepth, [lock, queue, way]);
    const taken = await other.result();
    assert.ok(taken > 1000, `it took the lock ${taken} times`);
    await assertUsable(lock, queue);
  });
}

test('A lock that is released where the stack ends goes to who waits for it', () => {
  const program = fileURLToPath(new URL('../../fixtures/memory/deep-release.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, program], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], [`${depths.HEIGHTS.length}\n`, '']);
});
