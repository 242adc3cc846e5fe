/** Suspended workers among others: who waits for them, who hands locks on, who is killed before it can be one. */
import assert from 'node:assert/strict';
import test, { after as atEnd } from 'node:test';
import { Event, Lock, Pool, SharedArray } from '../../src/index.ts';
import { priority, roundRobin } from '../../src/schedule/index.ts';
import * as tasks from '../fixtures/pool/stopped.ts';
import { pidOf } from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

/** The best first, and at once; so who is bad enough may wait for ever. */
const ranked = new Pool({ workers: 1, degree: 3, policy: priority({ preemptive: true }) });
const turns = new Pool({ workers: 1, degree: 3, policy: roundRobin({ quantum: 5 }) });
atEnd(async () => {
  await ranked[Symbol.asyncDispose]();
  await turns[Symbol.asyncDispose]();
});
endsClean(); // after the pools have ended

/** A worker for each task that may be begun: else a test would be about how long they take to start. */
async function warm(pool: Pool, count: number): Promise<void> {
  const counters = new SharedArray('i32', count + 1);
  const all = Array.from({ length: count }, (_, index) => pool.run(tasks.countsUp, counters, index));
  await until(
    'all are there',
    () => pool.stats().workers.filter(({ state }) => state === 'running').length === count,
  );
  counters.view[count] = 1;
  await Promise.all(all);
}

test('A worker gets the lock of a suspended one, though the policy would starve its holder', async () => {
  await warm(ranked, 3);
  const lock = new Lock();
  const counters = new SharedArray('i32', 2);
  const [held, begun] = [new Event(), new Event()];
  const holder = ranked.submit(tasks.holds, [lock, held, 50], { priority: 9 });
  await held.wait();
  const waiter = ranked.submit(tasks.wants, [lock], { priority: 0 });
  await until('it waits', () => lock.stats().waiting > 0);
  const tyrant = ranked.submit(tasks.countsUp, [counters, 0, begun], { priority: 1 });
  await begun.wait();
  assert.equal(await waiter.result, 'had it');
  assert.equal(tyrant.state, 'running');
  counters.view[1] = 1;
  await Promise.all([holder.result, tyrant.result]);
});

test('No worker is suspended inside a guard: locks go on from hand to hand', async () => {
  const lock = new Lock();
  const counters = new SharedArray('i32', 4);
  const { view } = counters;
  const pair = [0, 1].map((index) => turns.run(tasks.takesTurns, lock, counters, index));
  let mine = 0;
  await until('both and we had it many times', () => {
    const got = lock.tryAcquire();
    if (got) {
      mine += 1;
      got.release();
    }
    return mine > 5 && Atomics.load(view, 0) > 1000 && Atomics.load(view, 1) > 1000;
  });
  view[3] = 1;
  await Promise.all(pair);
});

test('A worker that is killed as it starts does not break a pool whose policy suspends workers', async () => {
  await using pool = new Pool({ workers: 1, degree: 1, policy: 'rr' });
  const task = pool.run(pidOf);
  await until('it is started', () => pool.stats().workers[0]?.pid !== undefined);
  const pid = pool.stats().workers[0]?.pid as number;
  process.kill(pid, 'SIGKILL');
  assert.notEqual(await task, pid);
});
