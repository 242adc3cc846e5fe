/**
 * What a lock promises when participants die, the same for processes and for worker threads: it is free again, each
 * taker is told until one has released normally, and a dead or stopped waiter is in nobody's way.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Held, Lock, Process, Queue, Value } from '../../src/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import { holdBusy, holdForever, spinUntil, takeOnce, tryUntilTaken } from '../fixtures/sync/holders.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

/** The ways to get a lock here. */
const TAKES: Readonly<Record<string, (lock: Lock) => Held | Promise<Held>>> = {
  'an awaited': (lock) => lock.acquire(HANG_GUARD),
  'a blocking': (lock) => lock.acquireSync(HANG_GUARD),
};

for (const kind of KINDS) {
  for (const [form, take] of Object.entries(TAKES)) {
    test(`Killing a ${kind} that holds a lock gives it to ${form} wait, which is told`, async () => {
      const lock = new Lock();
      const told = new Queue<boolean>();
      const holder = await start(kind, form === 'an awaited' ? holdForever : holdBusy, [lock, told]);
      assert.equal(await told.get(HANG_GUARD), false);
      assert.equal(lock.isLocked, true);
      const waiting = form === 'an awaited' ? take(lock) : undefined;
      await holder.kill();
      const held = await (waiting ?? take(lock));
      assert.equal(held.ownerDied, true);
      held.release();
      const next = lock.acquireSync();
      assert.equal(next.ownerDied, false);
      next.release();
    });
  }

  test(`The death of a ${kind} in a lock is told to each taker until one releases normally`, async () => {
    const lock = new Lock();
    const told = new Queue<boolean>();
    const answers: boolean[] = [];
    for (let deaths = 0; deaths < 3; deaths++) {
      const holder = await start(kind, holdForever, [lock, told]);
      answers.push(await told.get(HANG_GUARD));
      await holder.kill();
    }
    assert.deepEqual(answers, [false, true, true]);
    const survivor = await start(kind, takeOnce, [lock, new Queue<string>(), 'awaits']);
    assert.equal(await survivor.result(), true);
    (await lock.acquire(HANG_GUARD)).release();
    const held = await lock.acquire(HANG_GUARD);
    assert.equal(held.ownerDied, false);
    held.release();
  });

  for (const form of ['awaits', 'blocks'] as const) {
    test(`A ${kind} killed while it ${form} a lock leaves it to the others`, async () => {
      const lock = new Lock();
      const told = new Queue<string>();
      const held = lock.acquireSync();
      const waiters = [await start(kind, takeOnce, [lock, told, form])];
      waiters.push(await start(kind, takeOnce, [lock, told, form]));
      for (const _ of waiters) await told.get(HANG_GUARD);
      await waiters[0]?.kill();
      held.release();
      assert.equal(await waiters[1]?.result(), false);
      (await lock.acquire(HANG_GUARD)).release();
    });
  }
}

for (const form of ['tryAcquire', 'acquireSync'] as const) {
  test(`Lock.${form}() that never waits gets the lock of a dead process, though nobody waited for it`, async () => {
    const lock = new Lock();
    const told = new Queue<string>();
    const holding = new Queue<boolean>();
    const stage = new Value('i32');
    const holder = await start('process', holdBusy, [lock, holding]);
    await holding.get(HANG_GUARD);
    const poller = await start('process', tryUntilTaken, [lock, told, stage, form]);
    await told.get(HANG_GUARD);
    const killed = holder.kill();
    stage.value = 1;
    // Our own event loop, which would hear of its child's death, stands still meanwhile.
    spinUntil(() => stage.value === 2);
    await killed;
    assert.equal(await poller.result(), true);
  });
}

test('A stopped process that waits for a lock stops nobody else', async () => {
  const lock = new Lock();
  const told = new Queue<string>();
  const held = lock.acquireSync();
  const stopped = await new Process({ target: takeOnce, args: [lock, told, 'blocks'] }).start();
  await told.get(HANG_GUARD);
  const pid = stopped.pid as number;
  await until('it sleeps', () => lock.stats().waiting === 1 && stateLetterOf(pid) === 'S');
  await stopped.suspend(); // not by a bare signal: inside a guard it would keep us all waiting, and rightly so
  assert.equal(stateLetterOf(pid), 'T');
  held.release();
  const others = [start('process', takeOnce, [lock, told, 'awaits'])];
  others.push(start('process', takeOnce, [lock, told, 'blocks']));
  for (const other of others) assert.equal(await (await other).result(), false);
  for (let round = 0; round < 100; round++) (await lock.acquire(HANG_GUARD)).release();
  stopped.resume();
  assert.equal(await stopped.result(HANG_GUARD), false);
  await stopped.join();
});
