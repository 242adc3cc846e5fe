/**
 * What locks that nest, and fair and strict ones, promise between participants, the same for processes and for worker
 * threads. Circles of waits: deadlock.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, type LockOptions, Queue, RLock, SharedArray } from '../../src/index.ts';
import { countNested, holdNested, takeInTurn, takeStrict } from '../fixtures/sync/waiters.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const ROUNDS = 1000;
const FORMS = ['awaits', 'blocks'] as const;
const MAKERS = [
  { of: 'Lock', make: (options: LockOptions) => new Lock(options) },
  { of: 'RLock', make: (options: LockOptions) => new RLock(options) },
] as const;

for (const kind of KINDS) {
  test(`RLock lets one ${kind} in at a time, however often it takes it`, async () => {
    for (const fair of [false, true]) {
      const lock = new RLock({ fair });
      const array = new SharedArray('i32', 2);
      const others = await Promise.all(
        FORMS.map((form) => start(kind, countNested, [lock, array, ROUNDS, form])),
      );
      const met = [await countNested(lock, array, ROUNDS, 'awaits')];
      for (const other of others) met.push(await other.result());
      assert.deepEqual(met, [0, 0, 0]);
      assert.equal(array.view[1], 3 * ROUNDS);
      assert.equal(lock.isLocked, false);
    }
  });

  for (const { of, make } of MAKERS) {
    test(`A ${of} that a killed ${kind} held, however often, is free, and the next one is told`, async () => {
      for (const options of [{}, { fair: true }, { strict: true }]) {
        const lock = make(options);
        const told = new Queue<string>();
        const holder = await start(kind, holdNested, [lock, of === 'RLock' ? 3 : 1, told]);
        await told.get(HANG_GUARD);
        const waiter = await start(kind, takeStrict, [lock, true, 'blocks']);
        const mine = takeStrict(lock, true, 'awaits');
        await holder.kill();
        assert.deepEqual([await waiter.result(), await mine].sort(), ['not told', 'told']);
        assert.equal(lock.stats().ownerDeaths, 1);
      }
    });

    test(`A strict ${of} that is released in doubt fails whichever ${kind} waits or comes`, async () => {
      const lock = make({ strict: true });
      const told = new Queue<string>();
      const holder = await start(kind, holdNested, [lock, 1, told]);
      await told.get(HANG_GUARD);
      const mine = lock.acquire(HANG_GUARD);
      await until('we wait', () => lock.stats().waiting === 1);
      await holder.kill();
      const held = await mine;
      const waiters = await Promise.all(FORMS.map((form) => start(kind, takeStrict, [lock, true, form])));
      await until('they wait', () => lock.stats().waiting === 2);
      held.release();
      for (const waiter of waiters) assert.equal(await waiter.result(), 'owner-died');
      assert.equal(await (await start(kind, takeStrict, [lock, true, 'blocks'])).result(), 'owner-died');
      lock.markConsistent();
      assert.equal(await (await start(kind, takeStrict, [lock, true, 'blocks'])).result(), 'not told');
    });

    test(`A fair ${of} serves each ${kind} in the order of arrival`, async () => {
      const lock = make({ fair: true });
      const order = new Queue<number>();
      const held = await lock.acquire();
      const waiters = [];
      for (const [index, form] of [...FORMS, ...FORMS].entries()) {
        waiters.push(await start(kind, takeInTurn, [lock, order, index, form]));
        await until('it waits', () => lock.stats().waiting === index + 1);
      }
      const mine = takeInTurn(lock, order, 4, 'awaits');
      held.release();
      await mine;
      for (const waiter of waiters) await waiter.result();
      for (let index = 0; index < 5; index++) assert.equal(order.getSync(HANG_GUARD), index);
      assert.equal(lock.stats().contended, 5);
    });

    test(`A ${kind} that dies in the line of a fair ${of} leaves its place to the next`, async () => {
      const lock = make({ fair: true });
      const order = new Queue<number>();
      const held = await lock.acquire();
      const victim = await start(kind, takeInTurn, [lock, order, 0, 'awaits']);
      await until('it waits', () => lock.stats().waiting === 1);
      const mine = lock.acquire(HANG_GUARD);
      await victim.kill();
      held.release();
      (await mine).release();
      assert.equal(order.size, 0);
    });
  }
}
