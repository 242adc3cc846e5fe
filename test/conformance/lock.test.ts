/**
 * What a lock promises between participants, the same for processes and for worker threads: one at a time, whoever
 * waits in which form. Deaths are in lock-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, SharedArray } from '../../src/index.ts';
import { blockWithWaits, count, holdBusy, holderOfNamed, takeOnce } from '../fixtures/sync/holders.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const ROUNDS = 1500;

for (const kind of KINDS) {
  test(`Lock lets one ${kind} in at a time, whether it awaits, blocks or tries`, async () => {
    const lock = new Lock();
    const array = new SharedArray('i32', 2);
    const forms = ['awaits', 'blocks', 'tries'] as const;
    const others = await Promise.all(forms.map((form) => start(kind, count, [lock, array, ROUNDS, form])));
    const met = [await count(lock, array, ROUNDS, 'awaits')];
    for (const other of others) met.push(await other.result());
    assert.deepEqual(met, [0, 0, 0, 0]);
    assert.equal(array.view[1], 4 * ROUNDS);
    assert.equal(lock.isLocked, false);
  });

  test(`The lock of an array is one lock for each ${kind}`, async () => {
    const array = new SharedArray('i32', 2);
    const other = await start(kind, count, [array.lock, array, ROUNDS, 'blocks']);
    assert.equal(await count(array.lock, array, ROUNDS, 'awaits'), 0);
    assert.equal(await other.result(), 0);
    assert.equal(array.view[1], 2 * ROUNDS);
  });

  test(`Lock.named() is one lock for each ${kind}, and tells who holds it`, async () => {
    const lock = Lock.named(`shared with a ${kind}`);
    const held = lock.acquireSync();
    const other = await start(kind, holderOfNamed, [`shared with a ${kind}`]);
    assert.deepEqual(await other.result(), { pid: process.pid, name: 'MainProcess', thread: 0 });
    held.release();
  });

  test(`Lock.holder names the ${kind} that holds it`, async () => {
    const lock = new Lock();
    const told = new Queue<boolean>();
    const holder = await start(kind, holdBusy, [lock, told]);
    assert.equal(await told.get(HANG_GUARD), false);
    const seen = lock.holder;
    assert.ok(seen);
    assert.equal(seen.pid === process.pid, kind === 'thread');
    assert.equal(seen.thread === 0, kind === 'process');
    assert.match(seen.name, kind === 'process' ? /^Process-\d+$/ : /^Thread-\d+$/);
    assert.equal(lock.tryAcquire(), undefined);
    await holder.kill();
    (await lock.acquire(HANG_GUARD)).release();
    assert.equal(lock.holder, undefined);
  });

  for (const form of ['awaits', 'blocks'] as const) {
    test(`A release wakes a ${kind} that ${form}`, async () => {
      const lock = new Lock();
      const told = new Queue<string>();
      const held = lock.acquireSync();
      const waiter = await start(kind, takeOnce, [lock, told, form]);
      await told.get(HANG_GUARD);
      held.release();
      assert.equal(await waiter.result(), false);
    });
  }

  test(`A ${kind} that blocks serves its other waits meanwhile`, async () => {
    const [blocked, awaited] = [new Lock(), new Lock()];
    const items = new Queue<string>();
    const told = new Queue<string>();
    const [heldBlocked, heldAwaited] = [blocked.acquireSync(), awaited.acquireSync()];
    const other = await start(kind, blockWithWaits, [blocked, awaited, items, told]);
    await told.get(HANG_GUARD);
    // It takes both though its event loop stands still.
    items.putSync('item');
    await until('the item is taken', () => items.isEmpty);
    heldAwaited.release();
    await until('the lock is taken', () => awaited.isLocked);
    heldBlocked.release();
    assert.deepEqual((await other.result()).sort(), ['awaited', 'blocked', 'item']);
  });
}
