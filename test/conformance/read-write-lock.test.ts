/**
 * What a read-write lock promises between participants, the same for processes and for worker threads, whoever dies.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Queue, SharedArray } from '../../src/index.ts';
import { ReadWriteLock } from '../../src/sync/public.ts';
import { holdReadWrite, readAndWrite, takeReadWrite } from '../fixtures/sync/permits.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const ROUNDS = 300;
const FORMS = ['awaits', 'blocks'] as const;
const HOWS = ['reads', 'writes'] as const;

for (const kind of KINDS) {
  test(`A ReadWriteLock keeps each ${kind} that writes away from all others`, async () => {
    const lock = new ReadWriteLock();
    const array = new SharedArray('i32', 2);
    const others = await Promise.all(
      FORMS.map((form) => start(kind, readAndWrite, [lock, array, ROUNDS, form])),
    );
    const faults = [await readAndWrite(lock, array, ROUNDS, 'awaits')];
    for (const other of others) faults.push(await other.result());
    assert.deepEqual(faults, [0, 0, 0]);
    assert.deepEqual([...array.view], [ROUNDS, ROUNDS]);
    assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
  });

  for (const form of FORMS) {
    for (const how of HOWS) {
      test(`A release wakes a ${kind} that ${form} and ${how}`, async () => {
        const lock = new ReadWriteLock();
        const told = new Queue<string>();
        const held = how === 'reads' ? lock.acquireWriteSync() : lock.acquireReadSync();
        const waiter = await start(kind, takeReadWrite, [lock, how, told, form]);
        await told.get(HANG_GUARD);
        if (how === 'writes') await until('it waits', () => lock.stats().writersWaiting === 1);
        held.release();
        assert.equal(await waiter.result(), false);
      });
    }

    test(`A ${kind} that dies while it writes leaves the lock to one who ${form}, who is told`, async () => {
      const lock = new ReadWriteLock();
      const told = new Queue<string>();
      const holder = await start(kind, holdReadWrite, [lock, 'writes', told]);
      assert.equal(await told.get(HANG_GUARD), 'holds');
      const waiters = await Promise.all(
        HOWS.map((how) => start(kind, takeReadWrite, [lock, how, told, form])),
      );
      for (const _ of waiters) await told.get(HANG_GUARD);
      await until('the writer waits', () => lock.stats().writersWaiting === 1);
      await holder.kill();
      for (const waiter of waiters) assert.equal(await waiter.result(), waiter === waiters[1]);
      assert.equal((await lock.acquireRead(HANG_GUARD)).ownerDied, false);
    });

    test(`A ${kind} that dies while it reads lets one who ${form} write, who is told nothing`, async () => {
      const lock = new ReadWriteLock();
      const told = new Queue<string>();
      const holder = await start(kind, holdReadWrite, [lock, 'reads', told]);
      await told.get(HANG_GUARD);
      const waiter = await start(kind, takeReadWrite, [lock, 'writes', told, form]);
      await until('the writer waits', () => lock.stats().writersWaiting === 1);
      await holder.kill();
      assert.equal(await waiter.result(), false);
    });
  }

  test(`A ${kind} that dies while it waits to write lets the readers in that it kept out`, async () => {
    const lock = new ReadWriteLock();
    const told = new Queue<string>();
    const held = lock.acquireReadSync();
    const victim = await start(kind, takeReadWrite, [lock, 'writes', told, 'awaits']);
    await until('the writer waits', () => lock.stats().writersWaiting === 1);
    const mine = lock.acquireRead(HANG_GUARD);
    await victim.kill();
    (await mine).release();
    held.release();
    assert.deepEqual(lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
  });

  test(`Who only tries gets the lock of a ${kind} that died while it wrote`, async () => {
    const lock = new ReadWriteLock();
    const told = new Queue<string>();
    const holder = await start(kind, holdReadWrite, [lock, 'writes', told]);
    await told.get(HANG_GUARD);
    assert.equal(lock.tryAcquireRead(), undefined);
    await holder.kill();
    assert.equal(lock.tryAcquireWrite()?.ownerDied, true);
  });
}
