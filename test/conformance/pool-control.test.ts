/** Who is next, how a task is given up, repeated, limited: what can be asked of a pool for a task. */
import assert from 'node:assert/strict';
import test, { after as atEnd } from 'node:test';
import { DuodaoError, Event, Pool, SharedArray, Value } from '../../src/index.ts';
import { priority } from '../../src/schedule/index.ts';
import * as tasks from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

const pool = new Pool({ workers: 2, retryDelayMs: 1 });
atEnd(() => pool[Symbol.asyncDispose]());
endsClean(); // after the pool has ended

const isDuodao = (code: string) => (error: unknown) => error instanceof DuodaoError && error.code === code;

/** Has the only worker of a pool do these, which wait while it is at another one: the order in which it took them. */
async function orderOf(
  one: Pool,
  marks: readonly number[],
  optionsOf: (mark: number) => { priority?: number; expectedMs?: number },
): Promise<number[]> {
  const [begun, gate] = [new Event(), new Event()];
  const order = new SharedArray('i32', marks.length + 1);
  const first = one.run(tasks.waits, begun, gate);
  await begun.wait();
  const others = marks.map((mark) => one.submit(tasks.notes, [order, mark], optionsOf(mark)).result);
  gate.set();
  await Promise.all([first, ...others]);
  return Array.from(order.view.subarray(1));
}

test('Tasks are done in the order of their priorities, small ones first or large ones', async () => {
  await using small = new Pool({ workers: 1, policy: 'priority' });
  assert.deepEqual(await orderOf(small, [3, 1, 2], (mark) => ({ priority: mark })), [1, 2, 3]);
  await using large = new Pool({ workers: 1, policy: priority({ smallerFirst: false }) });
  assert.deepEqual(await orderOf(large, [1, 3, 2], (mark) => ({ priority: mark })), [3, 2, 1]);
});

test('Under sjf the task that is expected to be the shortest is next', async () => {
  await using one = new Pool({ workers: 1, policy: 'sjf' });
  assert.deepEqual(await orderOf(one, [300, 100, 200], (mark) => ({ expectedMs: mark })), [100, 200, 300]);
});

test('A queued task that is cancelled is never begun', async () => {
  const count = new Value('i32');
  await using one = new Pool({ workers: 1 });
  const [begun, gate] = [new Event(), new Event()];
  const first = one.run(tasks.waits, begun, gate);
  await begun.wait();
  const queued = one.submit(tasks.failsUntil, [count, 1]);
  const behind = one.run(tasks.add, 1, 2);
  queued.cancel();
  await assert.rejects(queued.result, { name: 'AbortError' });
  assert.equal(queued.state, 'cancelled');
  gate.set();
  assert.deepEqual([await first, await behind, count.value], ['let go', 3, 0]);
  assert.equal(one.stats().cancelled, 1);
});

for (const [how, task] of [
  ['blocks its thread', tasks.spinsPolitely],
  ['waits in its event loop', tasks.waitsPolitely],
] as const)
  test(`A running task that looks at its signal and ${how} ends by itself when it is cancelled`, async () => {
    await pool.run(tasks.add, 1, 2);
    await until('both are there', () => pool.stats().workers.every(({ state }) => state !== 'starting'));
    const before = pool.stats().workers.map(({ pid }) => pid);
    const [begun, seen] = [new Event(), new Value('i32')];
    const running = pool.submit(task, [begun, seen]);
    await begun.wait();
    const reason = new RangeError('not wanted');
    running.cancel(reason);
    await assert.rejects(running.result, reason);
    assert.equal(seen.value, 1, 'it saw the signal');
    const after = pool.stats().workers.map(({ pid }) => pid);
    assert.deepEqual(after, before, 'no worker had to be ended');
  });

test('A running task that never looks is ended by force, and nobody else is hurt', async () => {
  const [begun, other, gate] = [new Event(), new Event(), new Event()];
  const neighbour = pool.submit(tasks.waits, [other, gate]);
  await other.wait();
  const running = pool.submit(tasks.spins, [begun]);
  await begun.wait();
  const behind = Array.from({ length: 20 }, (_, index) => pool.run(tasks.add, index, 1));
  running.cancel();
  await assert.rejects(running.result, { name: 'AbortError' });
  gate.set();
  assert.equal(await neighbour.result, 'let go');
  assert.deepEqual(
    await Promise.all(behind),
    behind.map((_, index) => index + 1),
  );
  assert.deepEqual([neighbour.attempts, running.state], [1, 'cancelled']);
});

test('A task that asks for its signal and does not end is ended by force after its moment', async () => {
  const begun = new Event();
  const running = pool.submit(tasks.spinsImpolitely, [begun]);
  await begun.wait();
  running.cancel();
  await assert.rejects(running.result, { name: 'AbortError' });
  assert.equal(await pool.run(tasks.add, 1, 2), 3);
});

test('To cancel a task whose result is still being loaded hurts nobody else', async () => {
  let load: (() => void) | undefined;
  globalThis.latePart = new Promise((resolve) => (load = resolve));
  await using one = new Pool({ workers: 1 });
  const task = one.submit(tasks.givesLate, []);
  await until('its answer has come', () => one.stats().workers[0]?.done === 1);
  assert.equal(task.state, 'running');
  const [begun, gate] = [new Event(), new Event()];
  const other = one.run(tasks.waits, begun, gate);
  await begun.wait();
  task.cancel();
  await assert.rejects(task.result, { name: 'AbortError' });
  gate.set();
  assert.equal(await other, 'let go');
  load?.();
  assert.equal((await one.run(tasks.givesLate))(2), 6);
});

test('To cancel what is settled changes nothing', async () => {
  const task = pool.submit(tasks.add, [1, 2]);
  assert.equal(await task.result, 3);
  task.cancel();
  assert.deepEqual([task.state, await task.result], ['done', 3]);
});

test('A signal cancels its task, aborted before or later', async () => {
  const reason = new Error('by signal');
  const early = pool.submit(tasks.add, [1, 2], { signal: AbortSignal.abort(reason) });
  await assert.rejects(early.result, reason);
  assert.equal(early.state, 'cancelled');
  const controller = new AbortController();
  const [begun, seen] = [new Event(), new Value('i32')];
  const task = pool.submit(tasks.waitsPolitely, [begun, seen], { signal: controller.signal });
  await begun.wait();
  controller.abort(reason);
  await assert.rejects(task.result, reason);
  const { signal } = new AbortController();
  assert.equal(await pool.submit(tasks.add, [1, 2], { signal }).result, 3);
});

test('A time limit ends a task that runs for too long, with force where it must', async () => {
  const [begun, seen] = [new Event(), new Value('i32')];
  // Long enough for it to ask for its signal in any case: who has not is ended by force at once.
  const polite = pool.submit(tasks.spinsPolitely, [begun, seen], { taskTimeoutMs: 500 });
  await assert.rejects(
    polite.result,
    (error) => isDuodao('timed-out')(error) && /spinsPolitely/.test(String(error)),
  );
  assert.equal(seen.value, 1);
  const rude = pool.submit(tasks.spins, [new Event()], { taskTimeoutMs: () => 20 });
  await assert.rejects(rude.result, isDuodao('timed-out'));
  assert.equal(await pool.run(tasks.add, 1, 2), 3);
});

test('A time limit counts from the start of a task, not from the call', async () => {
  await using one = new Pool({ workers: 1 });
  const [begun, gate] = [new Event(), new Event()];
  const first = one.run(tasks.waits, begun, gate);
  await begun.wait();
  // More than it needs, whoever else is on the machine.
  const second = one.submit(tasks.add, [1, 2], { taskTimeoutMs: 300 });
  const third = one.submit(tasks.spins, [new Event()], { taskTimeoutMs: 30 });
  await assert.rejects(pool.submit(tasks.spins, [new Event()], { taskTimeoutMs: 400 }).result); // time goes by
  assert.equal(second.state === 'failed', false);
  gate.set();
  assert.deepEqual([await first, await second.result], ['let go', 3]);
  await assert.rejects(third.result, isDuodao('timed-out'));
});

test('A limit that throws when it is asked fails its task, which is not begun', async () => {
  const count = new Value('i32');
  const asked = new RangeError('no limit known');
  const limit = (): number => {
    throw asked;
  };
  await assert.rejects(pool.submit(tasks.failsUntil, [count, 1], { taskTimeoutMs: limit }).result, asked);
  await pool.run(tasks.add, 1, 2);
  assert.equal(count.value, 0);
  assert.equal(pool.stats().running, 0);
});

test('A task that fails is repeated as often as it may be, and no more', async () => {
  const [good, bad] = [new Value('i32'), new Value('i32')];
  const task = pool.submit(tasks.failsUntil, [good, 3], { retries: 3 });
  assert.deepEqual([await task.result, task.attempts], [3, 3]);
  const hopeless = pool.submit(tasks.failsUntil, [bad, 100], { retries: 2 });
  await assert.rejects(hopeless.result, { message: 'attempt 3' });
  assert.deepEqual([hopeless.attempts, bad.value], [3, 3]);
});

test('A task that waits for its repetition can be cancelled', async () => {
  await using one = new Pool({ workers: 1, retries: 5, retryDelayMs: 1e6 });
  const count = new Value('i32');
  const task = one.submit(tasks.failsUntil, [count, 100]);
  await until('it has failed once', () => one.stats().repeated === 1);
  assert.equal(task.state, 'queued');
  task.cancel();
  await assert.rejects(task.result, { name: 'AbortError' });
});

test('A worker does as many tasks as it may, and another one takes its place', async () => {
  await using one = new Pool({ workers: 1, maxTasksPerWorker: 4 });
  const pids: number[] = [];
  await one.run(tasks.pidOf).then((pid) => pids.push(pid));
  await Promise.all(
    Array.from({ length: 10 }, () => one.run(tasks.pidOf).then((pid) => void pids.push(pid))),
  );
  const counts = new Map<number, number>();
  for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  assert.deepEqual([...counts.values()], [4, 4, 3]);
});
