/**
 * What a worker thread that takes part owes its process: when it ends, what it opened is closed, and nothing that is
 * not its own.
 */
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import test from 'node:test';
import { Lock, Queue } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { waitOnce } from '../fixtures/ipc/traffic.ts';
import { holdForever } from '../fixtures/sync/holders.ts';
import { assertFewLeaksOfThreads, endsClean } from '../harness/clean-end.ts';
import { holdings } from '../harness/leaks.ts';
import { HANG_GUARD, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

/** Where each open descriptor of this process leads to. */
function targets(): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      found.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch (error) {
      // It was the one that read the folder, or a thread has closed it since.
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
    }
  }
  return found;
}

test('Threads that come and go leave nothing open, however they end', async () => {
  const told = new Queue<string>();
  const lock = new Lock();
  const queue = new Queue();
  const before = holdings();
  for (const end of ['ends', 'is killed waiting', 'is killed blocked'] as const) {
    const thread = await start('thread', waitOnce, [
      queue,
      told,
      'get',
      end === 'is killed blocked' ? 'blocks' : 'awaits',
    ]);
    await told.get(HANG_GUARD);
    (await lock.acquire(HANG_GUARD)).release();
    if (end === 'ends') {
      await queue.put('item');
      assert.equal(await thread.result(), 'item');
    } else await thread.kill();
  }
  await assertFewLeaksOfThreads(before); // fewer than threads: none that is left each time
});

test('A thread that ends closes no descriptor that another thread has opened since', async () => {
  const lock = new Lock();
  const held = new Queue<boolean>();
  const told = new Queue<string>();
  const queue = new Queue();
  const mortal = await start('process', holdForever, [lock, held]);
  await held.get(HANG_GUARD);
  const slot = Array.from({ length: here().slots.top }, (_, index) => index).find(
    (index) => here().slots.pid(index) === lock.holder?.pid,
  );
  const life = `pipe:[${here().slots.lifePlace(slot as number).inode}]`;
  const thread = await start('thread', waitOnce, [queue, told, 'get', 'awaits']);
  await told.get(HANG_GUARD);
  await until('the thread watches the process', () => [...targets().values()].includes(life));
  await mortal.kill();
  await until('nobody watches it any more', () => ![...targets().values()].includes(life));

  const ours = Array.from({ length: 60 }, () => openSync('/proc/self/status', 'r'));
  const before = targets();
  await queue.put('item');
  assert.equal(await thread.result(), 'item');
  const after = targets();
  for (const fd of ours) assert.equal(after.get(fd), before.get(fd), `descriptor ${fd}`);
  ours.forEach((fd) => closeSync(fd));
});
