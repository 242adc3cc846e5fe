/** Policies that take a CPU from a task that has not ended: the kernel's states and timeline() say who runs. */
import assert from 'node:assert/strict';
import test, { after as atEnd } from 'node:test';
import { DuodaoError, Event, Lock, Pool, SharedArray } from '../../src/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import { isSuspended } from '../../src/process/system/suspend.ts';
import {
  mlfq,
  type Policy,
  priority,
  roundRobin,
  simulate,
  type Span,
  srtf,
} from '../../src/schedule/index.ts';
import * as tasks from '../fixtures/pool/slices.ts';
import { pidOf, spins, waits } from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

/** The best first, and at once; so who is bad enough may wait for ever. */
const ranked = new Pool({ workers: 1, degree: 3, policy: priority({ preemptive: true }) });
const turns = new Pool({ workers: 1, degree: 3, policy: roundRobin({ quantum: 5 }), trace: true });
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

const isStopped = (pid: number | undefined): boolean => pid !== undefined && stateLetterOf(pid) === 'T';

/** The process that has the task which counts at this index: it is running, or was stopped meanwhile. */
function stoppedWorker(pool: Pool): number | undefined {
  return pool.stats().workers.find(({ pid, state }) => state === 'running' && isStopped(pid))?.pid;
}

/** Waits until a worker with a task is stopped; which one. */
async function stopped(pool: Pool): Promise<number> {
  let pid: number | undefined;
  await until('it is stopped', () => (pid = stoppedWorker(pool)) !== undefined);
  return pid as number;
}

/** Has a stopped worker go on, as a shell might, until it has counted. */
async function continueIt(pid: number, view: Int32Array, index: number): Promise<void> {
  const before = Atomics.load(view, index);
  await until('it has run', () => {
    process.kill(pid, 'SIGCONT');
    return Atomics.load(view, index) > before;
  });
}

/** Until no thread of it runs, and what it counts stays as it is: a first try to stop it may have failed. */
async function untilItStands(pid: number, view: Int32Array, index: number): Promise<void> {
  let last = -1;
  await until('it stands', () => {
    const before = last;
    last = Atomics.load(view, index);
    return isSuspended(pid) && last === before;
  });
}

function tellSpans(spans: readonly Span[]): string {
  return spans.map(({ job, from, to }) => `${job} ${from.toFixed(1)}–${to.toFixed(1)}`).join('\n');
}

test('Two tasks take turns on one CPU, also while the parent is busy in JavaScript', async () => {
  await warm(turns, 2);
  turns.timeline();
  const counters = new SharedArray('i32', 3);
  const { view } = counters;
  const pair = [0, 1].map((index) =>
    turns.submit(tasks.countsUp, [counters, index], { name: `turn-${index}` }),
  );
  await until('both have begun', () => Atomics.load(view, 0) > 0 && Atomics.load(view, 1) > 0);
  // From here on the event loop of this process stands still.
  const limit = performance.now() + 20_000;
  for (let round = 0; round < 3; round++) {
    const before = [Atomics.load(view, 0), Atomics.load(view, 1)];
    while (before.some((count, index) => Atomics.load(view, index) === count))
      assert.ok(performance.now() < limit, `round ${round}: one of them stands still`);
  }
  view[2] = 1;
  const [a, b] = await Promise.all(pair.map((task) => task.result));
  assert.notEqual(a, b);
  const { spans } = turns.timeline();
  const mine = spans.filter(({ job }) => job.startsWith('turn-')).toSorted((x, y) => x.from - y.from);
  for (const name of ['turn-0', 'turn-1']) {
    const its = mine.filter(({ job }) => job.startsWith(name));
    assert.ok(its.length >= 2, `${name} has had several turns:\n${tellSpans(mine)}`);
  }
  for (const [index, { from, job }] of mine.entries()) {
    const before = mine[index - 1];
    if (before && before.job !== job) assert.ok(before.to <= from + 1e-6, 'one at a time');
  }
});

test('Of tasks that take turns all but one are stopped, as the kernel says', async () => {
  await warm(turns, 2);
  const counters = new SharedArray('i32', 3);
  const pair = [0, 1].map((index) => turns.run(tasks.countsUp, counters, index));
  const seen = new Set<number>();
  await until('each was seen stopped', () => {
    const pid = stoppedWorker(turns);
    if (pid !== undefined) seen.add(pid);
    return seen.size === 2;
  });
  counters.view[2] = 1;
  assert.deepEqual(new Set(await Promise.all(pair)), seen);
});

test('A task that waits for something gives its CPU away meanwhile', async () => {
  const [begun, gate] = [new Event(), new Event()];
  const first = turns.run(waits, begun, gate);
  await begun.wait();
  assert.notEqual(await turns.run(tasks.burns, 5), 0);
  gate.set();
  assert.equal(await first, 'let go');
});

test('Who waits for a lock of a suspended worker gets it, though the policy would starve its holder', async () => {
  await warm(ranked, 3);
  const lock = new Lock();
  const counters = new SharedArray('i32', 2);
  const [held, begun] = [new Event(), new Event()];
  const holder = ranked.submit(tasks.holds, [lock, held, 50], { priority: 9 });
  await held.wait();
  const tyrant = ranked.submit(tasks.countsUp, [counters, 0, begun], { priority: 1 });
  await begun.wait();
  await until('its holder is stopped', () => stoppedWorker(ranked) !== undefined || !lock.isLocked);
  await lock.use(() => undefined, { timeoutMs: 20_000 });
  assert.equal(tyrant.state, 'running');
  counters.view[1] = 1;
  await Promise.all([holder.result, tyrant.result]);
});

test('The same for a waiter in another worker', async () => {
  await warm(ranked, 3);
  const lock = new Lock();
  const counters = new SharedArray('i32', 2);
  const [held, begun] = [new Event(), new Event()];
  const holder = ranked.submit(tasks.holds, [lock, held, 50], { priority: 9 });
  await held.wait();
  const tyrant = ranked.submit(tasks.countsUp, [counters, 0, begun], { priority: 1 });
  await begun.wait();
  // The best of all; but what it waits for only the worst of all can give it.
  const waiter = ranked.submit(tasks.wants, [lock], { priority: 0 });
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

test('A worker that somebody else continues is stopped again', async () => {
  await warm(ranked, 2);
  const counters = new SharedArray('i32', 3);
  const { view } = counters;
  const begun = [new Event(), new Event()] as const;
  const other = ranked.submit(tasks.countsUp, [counters, 1, begun[0]], { priority: 9 });
  await begun[0].wait();
  const tyrant = ranked.submit(tasks.countsUp, [counters, 0, begun[1]], { priority: 1 });
  await begun[1].wait();
  const pid = await stopped(ranked);
  await continueIt(pid, view, 1);
  await untilItStands(pid, view, 1);
  const after = Atomics.load(view, 1);
  const turns = Atomics.load(view, 0);
  await until('the other one goes on', () => Atomics.load(view, 0) > turns + 1000);
  assert.equal(Atomics.load(view, 1), after);
  view[2] = 1;
  assert.deepEqual([(await other.result) === pid, (await tyrant.result) === pid], [true, false]);
});

test('The time limit of a suspended task does not run, also if somebody continues it meanwhile', async () => {
  await warm(ranked, 2);
  const limitMs = 1000;
  const [mine, others] = [new SharedArray('i32', 2), new SharedArray('i32', 2)];
  const begun = [new Event(), new Event()] as const;
  const options = { priority: 8, taskTimeoutMs: limitMs };
  const limited = ranked.submit(tasks.countsUp, [mine, 0, begun[0]], options);
  await begun[0].wait();
  const tyrant = ranked.submit(tasks.countsUp, [others, 0, begun[1]], { priority: 1 });
  await begun[1].wait();
  const pid = await stopped(ranked);
  await untilItStands(pid, mine.view, 0);
  const stoodMs = performance.now();
  await until('it has stood for longer than it may run', () => performance.now() > stoodMs + limitMs + 100);
  await continueIt(pid, mine.view, 0);
  await untilItStands(pid, mine.view, 0);
  mine.view[1] = 1;
  others.view[1] = 1;
  assert.equal(await limited.result, pid);
  await tyrant.result;
});

test('A suspended task can be cancelled', async () => {
  await warm(ranked, 2);
  const counters = new SharedArray('i32', 2);
  const begun = [new Event(), new Event()] as const;
  const spinner = ranked.submit(spins, [begun[0]], { priority: 9 });
  await begun[0].wait();
  const other = ranked.submit(tasks.countsUp, [counters, 0, begun[1]], { priority: 1 });
  await begun[1].wait();
  await stopped(ranked);
  spinner.cancel();
  await assert.rejects(spinner.result, { name: 'AbortError' });
  assert.equal(other.state, 'running');
  counters.view[1] = 1;
  await other.result;
});

test('A pool with suspended workers is terminated at once', async () => {
  const pool = new Pool({ workers: 1, degree: 2, policy: 'rr' });
  const begun = [new Event(), new Event()];
  const all = begun.map((one) => pool.run(spins, one));
  await Promise.all(begun.map((one) => one.wait()));
  pool.terminate();
  for (const one of all)
    await assert.rejects(one, (error) => error instanceof DuodaoError && error.code === 'closed');
  await pool.join();
});

test('A worker that is killed as it starts does not break a pool whose policy suspends workers', async () => {
  await using pool = new Pool({ workers: 1, degree: 1, policy: 'rr' });
  const task = pool.run(pidOf);
  await until('it is started', () => pool.stats().workers[0]?.pid !== undefined);
  const pid = pool.stats().workers[0]?.pid as number;
  process.kill(pid, 'SIGKILL');
  assert.notEqual(await task, pid);
});

/** A long job, and a short one that comes when the long one has begun; in the order in which they ended. */
const JOBS = [
  { name: 'long', arrival: 0, burst: 250, priority: 5 },
  { name: 'short', arrival: 40, burst: 20, priority: 1 },
] as const;

for (const [policy, expected] of [
  [srtf(), ['short', 'long']],
  [mlfq(), ['short', 'long']],
  [priority({ preemptive: true }), ['short', 'long']],
] as const satisfies readonly (readonly [Policy, readonly string[]])[])
  test(`Under ${policy.name} tasks end in the order that the simulator foretells`, async () => {
    const foretold = simulate(JOBS, policy).jobs.toSorted((a, b) => a.finish - b.finish);
    assert.deepEqual(
      foretold.map(({ name }) => name),
      expected,
    );
    await using pool = new Pool({ workers: 1, degree: 2, policy });
    await warm(pool, 2);
    const ended: string[] = [];
    const begun = new Event();
    const submit = ({ name, burst: expectedMs, priority: rank }: (typeof JOBS)[number]): Promise<unknown> =>
      pool
        .submit(tasks.burns, [expectedMs, begun], { expectedMs, priority: rank })
        .result.then(() => ended.push(name));
    const long = submit(JOBS[0]);
    await begun.wait();
    await Promise.all([long, submit(JOBS[1])]);
    assert.deepEqual(ended, expected);
  });
