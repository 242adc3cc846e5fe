/**
 * A workload of real CPU time with a heavy tail, in pools of several policies, for shares.bench.ts.
 *
 * Usage: shares.js POLICY SEED; POLICY is a name, or `kernel`: then all tasks run at once, and the system shares its
 * CPUs among them. Prints a JSON object: slowdowns (turnaround divided by CPU time), one for each task, sorted;
 * suspensions.
 */
import { availableParallelism } from 'node:os';
import { isMain, Pool } from '../../dist/index.js';

const TASKS = 200;
const LOAD = 0.7;
/** Bounded Pareto: exponent, least and most, in ms of CPU. */
const [EXPONENT, LEAST, MOST] = [1.1, 10, 5000];
/** Tasks at once, at most, each in a process of its own. */
const DEGREE = 10;

/** Burns CPU time, asking for it seldom, as that is work for the system. */
export function burn(ms) {
  const used = () => Object.values(process.cpuUsage()).reduce((sum, one) => sum + one, 0) / 1000;
  const begin = used();
  while (used() - begin < ms)
    for (let turn = 0, end = performance.now() + 0.2; performance.now() < end; ) turn++;
  return ms;
}

/** The same numbers each time (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function workload(seed, cpus) {
  const next = numbers(seed);
  const ratio = (LEAST / MOST) ** EXPONENT;
  const sizes = Array.from({ length: TASKS }, () => LEAST * (1 - next() * (1 - ratio)) ** (-1 / EXPONENT));
  const mean = sizes.reduce((sum, size) => sum + size, 0) / TASKS;
  let at = 0;
  return sizes.map((size) => ({ size, at: (at += (-Math.log(1 - next()) * mean) / (LOAD * cpus)) }));
}

if (isMain(import.meta)) {
  const [policy, seed] = process.argv.slice(2);
  const cpus = availableParallelism();
  const isKernel = policy === 'kernel';
  const workers = isKernel ? cpus * DEGREE : cpus;
  const pool = new Pool({ workers, ...(!isKernel && { policy }), degree: DEGREE, trace: !isKernel });
  // All processes are there before it begins.
  while (
    pool.stats().workers.filter(({ state }) => state === 'idle').length <
    (policy === 'fcfs' ? cpus : cpus * DEGREE)
  )
    await Promise.all(Array.from({ length: cpus * DEGREE }, () => pool.run(burn, 30)));
  const begin = performance.now();
  const slowdowns = await Promise.all(
    workload(Number(seed), cpus).map(async ({ size, at }) => {
      await new Promise((resolve) => setTimeout(resolve, begin + at - performance.now()));
      const came = performance.now();
      await pool.submit(burn, [size], { expectedMs: size }).result;
      return (performance.now() - came) / size;
    }),
  );
  console.log(
    JSON.stringify({ slowdowns: slowdowns.sort((a, b) => a - b), tookMs: performance.now() - begin }),
  );
  pool.close();
  await pool.join();
}
