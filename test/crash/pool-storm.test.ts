/**
 * Ten thousand tasks while workers are killed at random: each task is settled once, and is done once, unless a worker
 * died with it. How many die: DUODAO_KILLS, 12 if it is not set; with what luck: DUODAO_SEED.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Pool, SharedArray } from '../../src/index.ts';
import { works } from '../fixtures/pool/doomed.ts';
import { seeded } from '../fixtures/crash/random.ts';
import { endsClean } from '../harness/clean-end.ts';

endsClean();

const TASKS = 10_000;
const KILLS = Number(process.env['DUODAO_KILLS'] ?? 12);
const SEED = Number(process.env['DUODAO_SEED'] ?? 1);

test(`Of ${TASKS} tasks only those fail whose worker dies, and each is settled and done once`, async (t) => {
  const random = seeded(SEED);
  const pool = new Pool({ workers: 3 });
  const counts = new SharedArray('i32', 2 * TASKS);
  let source = 0;
  let killed = 0;
  function* items(): Generator<{ counts: SharedArray<'i32'>; index: number }> {
    for (; source < TASKS; source++) yield { counts, index: source };
  }
  const settled = new Uint8Array(TASKS);
  let seen = 0;
  let lost = 0;
  for await (const { index, status, reason } of pool.settled(works, items(), { ordered: false })) {
    settled[index] = (settled[index] as number) + 1;
    const [begun, ended] = [counts.view[2 * index], counts.view[2 * index + 1]];
    if (status === 'fulfilled') assert.deepEqual([begun, ended], [1, 1], `task ${index}`);
    else {
      lost += 1;
      assert.ok(reason instanceof DuodaoError && reason.code === 'exited', String(reason));
      assert.equal(reason.facts['signal'], 'SIGKILL');
      assert.ok((begun ?? 2) <= 1, `task ${index} was begun more than once`);
    }
    seen += 1;
    // Kills are spread over the tasks, at a place that is not known before; the worker is in the midst of something.
    if (killed < KILLS && seen * KILLS > killed * TASKS && random(20) === 0) {
      const busy = pool.stats().workers.filter(({ state }) => state === 'running');
      const victim = busy[random(busy.length)]?.pid;
      if (victim === undefined) continue;
      process.kill(victim, 'SIGKILL');
      killed += 1;
    }
  }
  assert.ok(settled.every((times) => times === 1));
  assert.equal(killed, KILLS);
  assert.ok(lost <= killed, `${lost} tasks were lost by ${killed} deaths`);
  const { done, failed, deaths } = pool.stats();
  assert.deepEqual([done, failed, deaths], [TASKS - lost, lost, lost]);
  t.diagnostic(`${killed} killed, ${lost} tasks lost, seed ${SEED}`);
  await pool[Symbol.asyncDispose]();
});
