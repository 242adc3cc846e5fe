/**
 * Policies that share CPUs by time: workers are suspended and go on, also while their parent is busy, and nobody waits
 * for one that is suspended.
 */
import assert from 'node:assert/strict';
import test, { after as atEnd } from 'node:test';
import { Event, Lock, Pool, SharedArray } from '../../src/index.ts';
import { here, isInsideGuard } from '../../src/memory/index.ts';
import { signalProcess, startTimeOf, stateLetterOf, threadsOf } from '../../src/platform/index.ts';
import { fcfs, mlfq, type Policy, roundRobin, simulate, srtf } from '../../src/schedule/index.ts';
import { burns, burnsWithin, counts, waits } from '../fixtures/pool/slices.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

/** One CPU that is shared in short turns, by four processes. */
const pool = new Pool({ workers: 1, degree: 4, policy: roundRobin({ quantum: 5 }), trace: true });
atEnd(() => pool[Symbol.asyncDispose]());
endsClean();

const pids = (): number[] => pool.stats().workers.flatMap(({ pid }) => pid ?? []);
const isStopped = (pid: number): boolean => stateLetterOf(pid) === 'T';

/** Two tasks that count, each in its place, until the end is set. */
function twoCount(): { places: SharedArray<'i32'>; end: Event; both: Promise<number[]> } {
  const [places, end] = [new SharedArray('i32', 2), new Event()];
  const both = Promise.all([0, 1].map((place) => pool.run(counts, places, place, end)));
  return { places, end, both };
}

/** Both have come further since. */
async function bothGoOn(places: SharedArray<'i32'>): Promise<void> {
  const before = [...places.view];
  await until('both go on', () => places.view.every((count, place) => count > (before[place] as number)));
}

test('Two tasks on one CPU take turns, one of them stopped outside of all guards while the other runs', async () => {
  const { places, end, both } = twoCount();
  await bothGoOn(places);
  let seen = 0;
  await until('one is seen stopped fifty times', () => {
    const stopped = pids().filter(isStopped);
    for (const pid of stopped) {
      const tids = new Set(threadsOf(pid).map(({ tid }) => tid));
      const isInside = isInsideGuard(tids);
      // It may have been stopped just now, and go on at once for that reason.
      if (isStopped(pid) && !isInside) seen += 1;
    }
    return seen >= 50;
  });
  await bothGoOn(places);
  end.set();
  const [one, other] = await both;
  assert.notEqual(one, other, 'each has a process of its own');
  const spans = pool.timeline().spans.filter(({ job }) => job.startsWith('counts'));
  const turns = spans.filter(({ job }, index) => job !== spans[index - 1]?.job).length;
  assert.ok(turns >= 10, `${turns} turns`);
});

test('Both go on while their parent does nothing but compute', async () => {
  const { places, end, both } = twoCount();
  await bothGoOn(places);
  const before = [...places.view];
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && places.view.some((count, place) => count === before[place]));
  const after = [...places.view];
  end.set();
  await both;
  assert.ok(after.every((count, place) => count > (before[place] as number)));
});

test('Who waits for a lock gets it from a task that is stopped, however long its turn is away', async () => {
  await using greedy = new Pool({ workers: 1, degree: 2, policy: srtf() });
  const [lock, taken, end] = [new Lock({ name: 'wanted' }), new Event(), new Event()];
  const holder = greedy.submit(burnsWithin, [lock, taken, 100], { expectedMs: 1000 });
  await taken.wait();
  // Shorter by far, as it says: the one with the lock would get no CPU before it has ended.
  const short = greedy.submit(counts, [new SharedArray('i32', 1), 0, end], { expectedMs: 1 });
  const pid = greedy.stats().workers[0]?.pid;
  await until('the holder is stopped', () => pid !== undefined && isStopped(pid));
  const held = await lock.acquire();
  assert.equal(holder.state === 'done' || holder.state === 'running', true);
  held.release();
  assert.equal(short.state, 'running');
  end.set();
  await Promise.all([short.result, holder.result]);
});

test('A stopped task that somebody else continues is stopped again', async () => {
  const { places, end, both } = twoCount();
  await bothGoOn(places);
  let pid = 0;
  await until('one is stopped', () => (pid = pids().find(isStopped) ?? 0) > 0);
  for (let times = 0; times < 20; times++) {
    for (const one of pids()) signalProcess({ pid: one, startTime: startTimeOf(one) }, 'SIGCONT');
    await until('one is stopped again', () => pids().some(isStopped));
  }
  end.set();
  await both;
});

test('A task that waits for something gives its CPU to another one', async () => {
  await using one = new Pool({ workers: 1, degree: 2, policy: roundRobin({ quantum: 60_000 }) });
  const [begun, gate] = [new Event(), new Event()];
  const waiting = one.run(waits, begun, gate);
  await begun.wait();
  assert.equal(await one.run(burns, 20), 20); // its quantum would have been a minute
  gate.set();
  assert.equal(await waiting, 'let go');
});

test('A stopped task can be cancelled, and so can one that has not begun; the others go on', async () => {
  const { places, end, both } = twoCount();
  await bothGoOn(places);
  const never = new Event();
  const doomed = pool.submit(counts, [new SharedArray('i32', 1), 0, never]);
  doomed.cancel();
  await assert.rejects(doomed.result, { name: 'AbortError' });
  const [far, other] = [new SharedArray('i32', 1), new Event()];
  const running = pool.submit(counts, [far, 0, other]);
  await until('it has begun', () => (far.view[0] as number) > 0);
  running.cancel();
  await assert.rejects(running.result, { name: 'AbortError' });
  await bothGoOn(places);
  end.set();
  await both;
});

test('A time limit does not count the time in which a task was stopped', async () => {
  const end = new Event();
  const places = new SharedArray('i32', 1);
  const other = pool.run(counts, places, 0, end);
  // Half of the CPU: on the clock it takes twice as long, and longer where the machine is busy.
  assert.equal(await pool.submit(burns, [40], { taskTimeoutMs: 20_000 }).result, 40);
  end.set();
  await other;
  const limited = pool.submit(counts, [places, 0, new Event()], { taskTimeoutMs: 30 });
  await assert.rejects(limited.result, { code: 'timed-out' });
});

test('All ends at once, also what is stopped', async () => {
  const ending = new Pool({ workers: 1, degree: 3, policy: 'rr' });
  const places = new SharedArray('i32', 3);
  const never = new Event();
  const tasks = [0, 1, 2].map((place) => ending.submit(counts, [places, place, never]));
  await until('all have begun', () => places.view.every((count) => count > 0));
  ending.terminate();
  for (const { result } of tasks) await assert.rejects(result, { code: 'closed' });
  await ending.join();
  assert.deepEqual(ending.stats().workers, []);
});

/** Bursts in ms of CPU, all at once; those that end far from each other in the simulator. */
const BURSTS = [240, 40, 120];
for (const [policy, name] of [
  [srtf(), 'srtf'],
  [mlfq({ quanta: [20, 60, 200] }), 'mlfq'],
  [roundRobin({ quantum: 20 }), 'rr'],
  [fcfs(), 'fcfs'],
] as const satisfies readonly (readonly [Policy, string])[])
  test(`Under ${name} real tasks end in the order that the simulator predicts`, async () => {
    await using real = new Pool({ workers: 1, degree: 3, policy });
    // Each has its process before the first one begins.
    const gate = new Event();
    const warm = BURSTS.map(() => real.submit(waits, [new Event(), gate], { expectedMs: 0 }).result);
    await until(
      'all are there',
      () => !policy.isPreemptive || real.stats().workers.every(({ tasks }) => tasks > 0),
    );
    gate.set();
    await Promise.all(warm);
    const order: number[] = [];
    await Promise.all(
      BURSTS.map((burst) =>
        real.submit(burns, [burst], { expectedMs: burst }).result.then(() => order.push(burst)),
      ),
    );
    const jobs = BURSTS.map((burst) => ({ name: String(burst), burst }));
    const predicted = simulate(jobs, policy).jobs.toSorted((a, b) => a.finish - b.finish);
    assert.deepEqual(
      order,
      predicted.map(({ burst }) => burst),
    );
  });

test('No wake-up was left to a net', () => assert.equal(here().netHits, 0));
