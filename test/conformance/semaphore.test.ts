/**
 * What semaphores promise between participants, the same for processes and for worker threads: who is inside, who is
 * woken, and whose permits come back when somebody dies.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoundedSemaphore, Queue, Semaphore, SharedArray } from '../../src/index.ts';
import {
  comeAndGo,
  givePermits,
  holdPermits,
  INSIDE,
  takeInLine,
  takePermit,
} from '../fixtures/sync/permits.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const ROUNDS = 200;
const FORMS = ['awaits', 'blocks'] as const;
const MAKE = [
  { of: 'Semaphore', make: (permits: number) => new Semaphore(permits) },
  { of: 'fair Semaphore', make: (permits: number) => new Semaphore(permits, { fair: true }) },
  { of: 'BoundedSemaphore', make: (permits: number) => new BoundedSemaphore(permits) },
  { of: 'fair BoundedSemaphore', make: (permits: number) => new BoundedSemaphore(permits, { fair: true }) },
] as const;

for (const kind of KINDS) {
  for (const { of, make } of MAKE) {
    test(`A ${of} lets no more in at once than it has permits, whatever ${kind} comes`, async () => {
      const semaphore = make(2);
      const array = new SharedArray('i32', 3);
      const others = await Promise.all(
        FORMS.map((form) => start(kind, comeAndGo, [semaphore, array, ROUNDS, form])),
      );
      await Promise.all([1, 2].map(() => comeAndGo(semaphore, array, ROUNDS, 'awaits')));
      for (const other of others) await other.result();
      const { view } = array;
      assert.deepEqual([view[INSIDE.now], view[INSIDE.turns], semaphore.value], [0, 4 * ROUNDS, 2]);
      assert.ok([1, 2].includes(view[INSIDE.most] as number), `${view[INSIDE.most]} were inside`);
    });

    for (const form of FORMS) {
      test(`A permit given back wakes a ${kind} that ${form} at a ${of}`, async () => {
        const semaphore = make(1);
        const told = new Queue<string>();
        const permit = semaphore.acquireSync();
        const waiter = await start(kind, takePermit, [semaphore, told, form]);
        await told.get(HANG_GUARD);
        await until('it waits', () => semaphore.stats().waiting === 1);
        permit.release();
        await waiter.result();
        assert.equal(semaphore.value, 1);
      });
    }

    test(`A ${kind} killed while it waits at a ${of} leaves the permit to the others`, async () => {
      const semaphore = make(1);
      const told = new Queue<string>();
      const permit = semaphore.acquireSync();
      const waiters = await Promise.all(
        FORMS.map((form) => start(kind, takePermit, [semaphore, told, form])),
      );
      await until('both wait', () => semaphore.stats().waiting === 2);
      await waiters[0]?.kill();
      permit.release();
      await waiters[1]?.result();
      (await semaphore.acquire(HANG_GUARD)).release();
      assert.equal(semaphore.value, 1);
    });
  }

  test(`A fair semaphore serves each ${kind} in the order of arrival`, async () => {
    const semaphore = new BoundedSemaphore(1, { fair: true });
    const order = new Queue<number>();
    const permit = semaphore.acquireSync();
    const waiters = [];
    for (const [index, form] of [...FORMS, ...FORMS].entries()) {
      waiters.push(await start(kind, takeInLine, [semaphore, order, index, form]));
      await until('it waits', () => semaphore.stats().waiting === index + 1);
    }
    const mine = semaphore.acquire(HANG_GUARD);
    permit.release();
    (await mine).release();
    for (const waiter of waiters) await waiter.result();
    for (const index of waiters.keys()) assert.equal(order.getSync(HANG_GUARD), index);
  });

  test(`A ${kind} that dies in the line of a fair semaphore leaves its place to the next`, async () => {
    for (const semaphore of [new Semaphore(1, { fair: true }), new BoundedSemaphore(1, { fair: true })]) {
      const told = new Queue<string>();
      const permit = semaphore.acquireSync();
      const victim = await start(kind, takePermit, [semaphore, told, 'awaits']);
      await until('it waits', () => semaphore.stats().waiting === 1);
      const mine = semaphore.acquire(HANG_GUARD);
      await victim.kill();
      permit.release();
      (await mine).release();
      assert.ok(semaphore.tryAcquire());
    }
  });

  test(`Permits of a Semaphore are given by any ${kind}, whoever took them`, async () => {
    const semaphore = new Semaphore(0);
    const giver = await start(kind, givePermits, [semaphore, 2]);
    assert.equal(await giver.result(), 'given');
    assert.equal(semaphore.value, 2);
  });

  test(`Permits of a Semaphore that a killed ${kind} took are gone`, async () => {
    const semaphore = new Semaphore(3);
    const told = new Queue<string>();
    const holder = await start(kind, holdPermits, [semaphore, 2, told]);
    await told.get(HANG_GUARD);
    await holder.kill();
    assert.equal(semaphore.value, 1);
    const [first, second] = [semaphore.acquireSync(), semaphore.tryAcquire()];
    assert.equal(second, undefined);
    first.release();
  });

  test(`Permits of a BoundedSemaphore are given back only by the ${kind} that took them`, async () => {
    const semaphore = new BoundedSemaphore(2);
    const permit = semaphore.acquireSync();
    const giver = await start(kind, givePermits, [semaphore, 1]);
    assert.match(await giver.result(), /^RangeError: .*released too many times.*holds 0/);
    assert.equal(semaphore.value, 1);
    permit.release();
  });

  const takes: Readonly<Record<string, (semaphore: BoundedSemaphore) => Promise<unknown>>> = {
    'awaits before': (semaphore) => semaphore.acquire(HANG_GUARD),
    'blocks after': async (semaphore) => semaphore.acquireSync(HANG_GUARD),
    'tries after': async (semaphore) => semaphore.tryAcquire(),
  };
  for (const [form, take] of Object.entries(takes)) {
    test(`Permits of a killed ${kind} come back to one who ${form}`, async () => {
      const semaphore = new BoundedSemaphore(3);
      const told = new Queue<string>();
      const mine = semaphore.acquireSync();
      const holder = await start(kind, holdPermits, [semaphore, 2, told]);
      await told.get(HANG_GUARD);
      assert.equal(semaphore.tryAcquire(), undefined);
      const before = form === 'awaits before' ? take(semaphore) : undefined;
      await holder.kill();
      assert.ok(await (before ?? take(semaphore)));
      assert.ok(semaphore.tryAcquire());
      assert.equal(semaphore.tryAcquire(), undefined);
      mine.release();
      semaphore.release(2);
      assert.equal(semaphore.value, 3);
    });
  }
}
