/** How a pool begins, grows, is shut and ends, and what breaks it. Each test has pools of its own. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import test from 'node:test';
import { DuodaoError, Event, Pool, SharedArray, Value } from '../../src/index.ts';
import { type Job, type Policy, type RunQueue, roundRobin } from '../../src/schedule/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import * as tasks from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

endsClean();

const brokenBy = (words: RegExp) => (error: unknown) =>
  error instanceof DuodaoError && error.code === 'broken' && words.test(error.message);

test('A pool begins with no process, has its initializer run in each, and ends with await using', async () => {
  const count = new Value('i32');
  const pids: number[] = [];
  {
    await using pool = new Pool({ workers: 2, initializer: tasks.prepare, initArgs: ['well', count] });
    assert.deepEqual(pool.stats().workers, []);
    assert.equal(await pool.run(tasks.whatIsPrepared), 'well');
    const isIdle = (): boolean => pool.stats().workers.every(({ state }) => state === 'idle');
    await until('both are ready', isIdle);
    for (const { pid } of pool.stats().workers) pids.push(Number(pid));
  }
  assert.deepEqual([pids.length, count.value], [2, 2]);
  assert.ok(pids.every((pid) => stateLetterOf(pid) === undefined));
});

test('An initializer that fails breaks the pool with one clear error, after a few starts', async () => {
  for (const initializer of [tasks.prepareBadly, tasks.exitsWhilePreparing]) {
    const count = new Value('i32');
    const pool = new Pool({ workers: 2, initializer, initArgs: [count] });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => pool.run(tasks.add, 1, 2)));
    const words =
      initializer === tasks.prepareBadly ? /prepareBadly failed: nothing is ready/ : /exit code 3/;
    for (const one of results) assert.ok(one.status === 'rejected' && brokenBy(words)(one.reason));
    await assert.rejects(pool.run(tasks.add, 1, 2), brokenBy(words));
    pool.close();
    await pool.join();
    assert.ok(count.value >= 1 && count.value <= 6, `${count.value} were started`);
  }
});

test('What an initializer is given must cross', async () => {
  const pool = new Pool({ workers: 1, initializer: tasks.prepare, initArgs: [() => 1] });
  await assert.rejects(pool.run(tasks.add, 1, 2), (error: unknown) => {
    assert.ok(brokenBy(/initArgs\[0\]/)(error), String(error));
    return true;
  });
  await pool[Symbol.asyncDispose]();
});

test('A pool grows with its work, from nobody to as many as it may have', async () => {
  await using pool = new Pool({ workers: { min: 0, max: 2 } });
  assert.equal(await pool.run(tasks.add, 1, 2), 3);
  assert.equal(pool.stats().workers.length, 1);
  const gate = new Event();
  const all = pool.map(tasks.waitsFor, [gate, gate, gate]);
  await until('both are there', () => pool.stats().workers.length === 2);
  gate.set();
  await all;
  assert.equal(pool.stats().workers.length, 2);
});

test('A closed pool does what it has, takes nothing more, and ends', async () => {
  const pool = new Pool({ workers: 1 });
  await assert.rejects(pool.join(), { name: 'TypeError', message: /close it first/ });
  const [begun, gate] = [new Event(), new Event()];
  const first = pool.run(tasks.waits, begun, gate);
  const second = pool.run(tasks.add, 1, 2);
  await begun.wait();
  pool.close();
  await assert.rejects(pool.run(tasks.add, 1, 2), { code: 'closed' });
  assert.throws(() => pool.submit(tasks.add, [1, 2]), { code: 'closed' });
  await assert.rejects(pool.map(tasks.same<number>, [1]), { code: 'closed' });
  await assert.rejects(pool.join({ timeoutMs: 0 }), { code: 'timed-out' });
  await assert.rejects(pool.drain({ signal: AbortSignal.abort('no') }), (reason) => reason === 'no');
  gate.set();
  assert.deepEqual([await first, await second], ['let go', 3]);
  await pool.join();
  assert.deepEqual(pool.stats().workers, []);
  pool.close();
  await pool.join();
});

test('A terminated pool rejects all that is not done, and ends at once', async () => {
  const pool = new Pool({ workers: 1 });
  const begun = new Event();
  const running = pool.run(tasks.spins, begun);
  const queued = pool.run(tasks.add, 1, 2);
  const many = pool.map(tasks.same<number>, [1, 2, 3]);
  await begun.wait();
  pool.terminate();
  for (const one of [running, queued, many]) await assert.rejects(one, { code: 'closed' });
  await pool.join();
  await pool.drain();
});

test('Pools that never did anything end, however many there were', async () => {
  for (let count = 0; count < 100; count++) {
    const pool = new Pool({ workers: 2 });
    pool[count % 2 === 0 ? 'close' : 'terminate']();
    await pool.join();
  }
});

test('Watchers hear of tasks and workers, and may give the pool work while they do', async () => {
  const pool = new Pool({ workers: 1, name: 'watched' });
  const said: string[] = [];
  const others: Promise<unknown>[] = [];
  const names = ['duodao:pool:task:queued', 'duodao:pool:task:settled', 'duodao:pool:worker'];
  const onMessage = (message: unknown, name: string | symbol): void => {
    const { pool: of, name: task, what } = message as Record<string, unknown>;
    assert.equal(of, 'watched');
    said.push(`${String(name).split(':').at(-1)} ${String(task ?? what)}`);
    if (task !== 'pidOf' || !String(name).endsWith('settled')) return;
    for (let count = 0; count < 64; count++)
      others.push(pool.run(tasks.add, count, 1).then((sum) => assert.equal(sum, count + 1)));
  };
  for (const name of names) subscribe(name, onMessage);
  try {
    await pool.map(tasks.pidOf, [1, 2, 3, 4, 5]);
    await Promise.all(others);
    await pool[Symbol.asyncDispose]();
  } finally {
    for (const name of names) unsubscribe(name, onMessage);
  }
  const count = (line: string): number => said.filter((one) => one === line).length;
  assert.equal(said[0], 'queued pidOf');
  assert.deepEqual([count('settled pidOf'), count('worker started'), count('worker ended')], [5, 1, 1]);
  assert.equal(count('settled add'), others.length);
});

test('A traced pool tells what ran where and when', async () => {
  await using pool = new Pool({ workers: 2, trace: true });
  const items = Array.from({ length: 200 }, (_, index) => index);
  await pool.map(tasks.same<number>, items);
  const timeline = pool.timeline();
  assert.equal(timeline.jobs.length, 200);
  assert.equal(timeline.cpus, 2);
  for (const { arrival, start, finish } of timeline.jobs) assert.ok(arrival <= start && start <= finish);
  assert.ok(timeline.spans.every(({ cpu, from, to }) => cpu < 2 && from <= to));
  assert.ok(timeline.toText().length > 0);
  await using plain = new Pool();
  assert.throws(() => plain.timeline(), /without trace/);
});

test('A pool of threads does the same, and cannot take a CPU from a task', async () => {
  await using pool = new Pool({ workers: 2, kind: 'thread' });
  assert.notEqual(await pool.run(tasks.threadOf), 0);
  assert.equal(await pool.run(tasks.pidOf), process.pid);
  await assert.rejects(pool.run(tasks.fails, 3), { name: 'Ticket' });
  for (const policy of ['rr', 'srtf', 'mlfq'] as const)
    assert.throws(() => new Pool({ kind: 'thread', policy }), /threads cannot be suspended/);
});

/** A policy that does not what a policy must. */
function badPolicy(name: string, next: (jobs: Job[]) => unknown): Policy {
  const start = <J extends Job>(): RunQueue<J> => {
    const jobs: J[] = [];
    return {
      get size() {
        return jobs.length;
      },
      add: (job) => void jobs.push(job),
      remove: (job) => jobs.splice(jobs.indexOf(job), 1).length > 0,
      next: () => next(jobs) as never,
    };
  };
  return { name, isPreemptive: false, start };
}

test('A policy that chooses nothing, throws, or gives foreign tasks breaks the pool, by its name', async () => {
  const foreign = { id: 1, name: 'foreign' };
  let first: Job | undefined;
  const twice = (jobs: Job[]): unknown => ({ job: (first ??= jobs.shift()), why: '' });
  for (const [next, words] of [
    [() => undefined, /lazy of the pool chooses no task/],
    [() => ({ job: foreign, why: '' }), /lazy of the pool chooses what is no task/],
    [twice, /lazy of the pool chooses what is no task/],
    [() => assert.fail('out of order'), /lazy of the pool failed: out of order/],
  ] as const) {
    first = undefined;
    const pool = new Pool({ workers: 1, policy: badPolicy('lazy', next) });
    const results = await Promise.allSettled([1, 2, 3].map((item) => pool.run(tasks.same, item)));
    const failed = results.filter((one) => one.status === 'rejected');
    assert.ok(failed.length >= 2);
    for (const { reason } of failed) assert.ok(brokenBy(words)(reason), String(reason));
    await assert.rejects(pool.run(tasks.add, 1, 2), brokenBy(words));
    await pool[Symbol.asyncDispose]();
  }
});

test('A policy of the user is obeyed', async () => {
  const last = badPolicy('last in, first out', (jobs) => ({ job: jobs.pop(), why: 'the last one' }));
  await using pool = new Pool({ workers: 1, policy: last });
  const [begun, gate] = [new Event(), new Event()];
  const first = pool.run(tasks.waits, begun, gate);
  await begun.wait();
  const order = new SharedArray('i32', 4);
  const others = [1, 2, 3].map((mark) => pool.run(tasks.notes, order, mark));
  gate.set();
  await Promise.all([first, ...others]);
  assert.deepEqual(Array.from(order.view.subarray(1)), [3, 2, 1]);
});

test('What no pool can be made of, or no task, is refused by its name', () => {
  const refused: [unknown, RegExp][] = [
    [{ worker: 2 }, /option worker of a pool/],
    [{ workers: 0 }, /workers must be a whole number from 1/],
    [{ workers: 1.5 }, /current value is 1\.5/],
    [{ workers: { min: 3, max: 2 } }, /workers\.max/],
    [{ workers: { min: -1, max: 2 } }, /workers\.min/],
    [{ workers: 'two' }, /workers must be/],
    [{ kind: 'fiber' }, /kind must be process or thread: current value is fiber/],
    [{ policy: 'fastest' }, /fastest/],
    [{ policy: {} }, /policy must be the name of one/],
    [{ policy: () => ({ ...roundRobin({ quantum: 1 }), start: 1 }) }, /policy/],
    [{ policy: { ...badPolicy('own', () => undefined), isPreemptive: true } }, /exported function/],
    [{ initializer: 'prepare' }, /initializer must be a function/],
    [{ initArgs: 'text' }, /initArgs must be an array/],
    [{ taskTimeoutMs: 0 }, /taskTimeoutMs must be more than 0/],
    [{ taskTimeoutMs: Number.NaN }, /taskTimeoutMs/],
    [{ taskTimeoutMs: () => 5 }, /taskTimeoutMs/],
    [{ retries: -1 }, /retries/],
    [{ retryDelayMs: -1 }, /retryDelayMs/],
    [{ maxTasksPerWorker: 0 }, /maxTasksPerWorker/],
    [{ memoryLimitBytes: 0.5 }, /memoryLimitBytes/],
    [{ degree: 0 }, /degree/],
    [{ name: '' }, /name/],
    [null, /options must be an object/],
  ];
  for (const [options, words] of refused)
    assert.throws(() => new Pool(options as never), words, JSON.stringify(options));
  const pool = new Pool();
  for (const [options, words] of [
    [{ prio: 1 }, /option prio of a task/],
    [{ priority: Number.NaN }, /priority/],
    [{ expectedMs: -1 }, /expectedMs/],
    [{ signal: {} }, /AbortSignal/],
    [{ chunkSize: 1 }, /chunkSize/],
    [null, /options must be an object/],
  ] as const)
    assert.throws(() => pool.submit(tasks.add, [1, 2], options as never), words);
  assert.throws(() => pool.submit(tasks.add, 1 as never), /args must be an array/);
});
