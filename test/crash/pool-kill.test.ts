/**
 * Workers that die at every stage of a task: it alone fails, or is repeated; all others are done exactly once, by a
 * record of their own. The pool heals, and nothing is left.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Event, Pool, SharedArray } from '../../src/index.ts';
import type { Fault } from '../../src/base/index.ts';
import * as doomed from '../fixtures/pool/doomed.ts';
import { add } from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { restingBytes, assertGivenBack, until } from '../harness/tree.ts';

endsClean();

const isExited = (error: unknown): boolean => error instanceof DuodaoError && error.code === 'exited';

/** Where the worker is killed, at which pass; whether its task fails, and how often it has run then. */
const STAGES: readonly (readonly [Fault, number, 'fails' | 'is done', number])[] = [
  ['line.taken', 3, 'fails', 0],
  ['pool.decoding', 3, 'fails', 0],
  ['pool.running', 3, 'fails', 0],
  ['pool.encoding', 3, 'fails', 1],
  ['line.written', 4, 'fails', 1],
  ['line.ringing', 2, 'fails', 1],
  ['line.published', 2, 'is done', 1],
];

/** A pool whose first worker is armed, and no other. */
async function armed(pool: Pool, weapon: string): Promise<number> {
  process.env['DUODAO_FAULT'] = weapon;
  try {
    const first = pool.run(add, 1, 2);
    first.catch(() => undefined);
    await until('the worker is started', () => pool.stats().workers.some(({ pid }) => pid !== undefined));
    return pool.stats().workers[0]?.pid as number;
  } finally {
    delete process.env['DUODAO_FAULT'];
  }
}

/** Has a worker killed at a stage, and looks at what became of everybody. */
async function strikes([point, hit, fate, ran]: (typeof STAGES)[number]): Promise<void> {
  const pool = new Pool({ workers: 1 });
  const pid = await armed(pool, `${point}:${hit}:kill`);
  const counts = new SharedArray('i32', 24);
  const items = Array.from({ length: 24 }, (_, index) => ({ counts, index }));
  let failed = 0;
  for await (const { index, status, reason } of pool.settled(doomed.onceAtLength, items)) {
    if (status === 'rejected') {
      failed += 1;
      assert.ok(isExited(reason), String(reason));
    }
    assert.equal(counts.view[index], status === 'rejected' ? ran : 1, `how often item ${index} ran`);
  }
  const { deaths, workers } = pool.stats();
  assert.ok(
    workers.every((one) => one.pid !== pid),
    'it came to that point',
  );
  // That task may have been the first of all, which is none of these.
  assert.ok(failed <= (fate === 'fails' ? 1 : 0), `${failed} failed`);
  assert.equal(deaths, fate === 'fails' ? 1 : 0);
  await pool[Symbol.asyncDispose]();
}

for (const stage of STAGES)
  test(`A task whose worker is killed at ${stage[0]} ${stage[2]}, all others are done once, and it heals`, async () => {
    const before = await restingBytes();
    await strikes(stage);
    await assertGivenBack(before);
  });

test('A task that may be repeated is done though its worker was killed', async () => {
  const pool = new Pool({ workers: 1, retries: 1, retryDelayMs: 1 });
  await armed(pool, 'line.written:5:kill');
  const counts = new SharedArray('i32', 20);
  const items = Array.from({ length: 20 }, (_, index) => ({ counts, index }));
  assert.deepEqual(await pool.map(doomed.once, items), [...items.keys()]);
  assert.equal(
    counts.view.reduce((sum, one) => sum + one),
    21,
    'one of them ran twice',
  );
  await pool[Symbol.asyncDispose]();
});

test('A worker that is killed before it can begin is replaced, and no task knows of it', async () => {
  const pool = new Pool({ workers: 1 });
  await armed(pool, 'pool.ready:1:kill');
  assert.equal(await pool.run(add, 2, 2), 4);
  assert.equal(pool.stats().deaths, 0);
  await pool[Symbol.asyncDispose]();
});

test('A task that always kills its worker is given up, by name, and no other is touched', async () => {
  const pool = new Pool({ workers: 2, retryDelayMs: 1 });
  const poison = pool.submit(doomed.killsItself, [], { retries: 3, name: 'poison' });
  const counts = new SharedArray('i32', 40);
  const items = Array.from({ length: 40 }, (_, index) => ({ counts, index }));
  assert.deepEqual(await pool.map(doomed.once, items), [...items.keys()]);
  await assert.rejects(poison.result, (error: unknown) => {
    assert.ok(isExited(error));
    const { message, facts } = error as DuodaoError;
    assert.match(message, /task poison .*killed by SIGKILL, .*4/);
    assert.deepEqual([facts['task'], facts['deaths'], facts['signal']], ['poison', 4, 'SIGKILL']);
    return true;
  });
  assert.ok(counts.view.every((count) => count === 1));
  assert.deepEqual([pool.stats().deaths, poison.attempts], [4, 4]);
  await pool[Symbol.asyncDispose]();
});

test('However a task ends its worker, it fails with the reason, and the pool goes on', async () => {
  const pool = new Pool({ workers: 1 });
  for (const [code, words] of [
    [0, /ended with exit code 0/],
    [1, /ended with exit code 1/],
  ] as const)
    await assert.rejects(
      pool.run(doomed.exits, code),
      (error) => isExited(error) && words.test(String(error)),
    );
  await assert.rejects(pool.run(doomed.throwsAside), isExited);
  await assert.rejects(pool.run(doomed.rejectsAside), isExited);
  assert.equal(await pool.run(add, 1, 2), 3);
  await pool[Symbol.asyncDispose]();
});

test('A task that takes more memory than it may fails with over-limit, by small steps or beside the heap', async () => {
  const pool = new Pool({ workers: 1, memoryLimitBytes: 256 * 1024 * 1024 });
  for (const task of [doomed.hoards, doomed.hoardsBytes])
    await assert.rejects(
      pool.run(task),
      (error) => error instanceof DuodaoError && error.code === 'over-limit',
    );
  assert.equal(await pool.run(add, 1, 2), 3);
  await pool[Symbol.asyncDispose]();
});

test('All workers killed at once take their tasks with them and no other, idle ones none', async () => {
  const pool = new Pool({ workers: 2 });
  const gate = new Event();
  const begun = [new Event(), new Event()];
  const stuck = begun.map((one) => pool.run(doomed.stays, one, gate));
  await Promise.all(begun.map((one) => one.wait()));
  const behind = Array.from({ length: 50 }, (_, index) => pool.run(add, index, 1));
  for (const { pid } of pool.stats().workers) process.kill(pid as number, 'SIGKILL');
  for (const one of stuck) await assert.rejects(one, isExited);
  assert.deepEqual(
    await Promise.all(behind),
    behind.map((_, index) => index + 1),
  );
  await until(
    'both are there',
    () => pool.stats().workers.filter(({ state }) => state === 'idle').length === 2,
  );
  for (const { pid } of pool.stats().workers) process.kill(pid as number, 'SIGKILL');
  assert.equal(await pool.run(add, 1, 2), 3);
  assert.equal(pool.stats().deaths, 2);
  await pool[Symbol.asyncDispose]();
});
