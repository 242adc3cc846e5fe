/**
 * Question:  how long do tasks take that share CPUs, if most are short and few are very long, under which policy?
 * Method:    200 tasks that burn real CPU time, bounded Pareto (1.1; 10 ms to 5 s), as they come at 70 % of what the
 * CPUs
 *            can do, in real processes (bench/peers/shares.js), the same two loads for each: first come first served,
 *            multi-level feedback, shortest remaining time (which knows all lengths), and all at once, so that the
 *            kernel
 *            shares the CPUs among the same processes.
 * Read it:   slowdown: from the call to the result, divided by the CPU time that the task takes alone; mean and
 *            percentiles of all tasks of all loads.
 * Beware:    one processor more or less, or others on the machine, change the figures, not their order.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { percentile } from './measure.ts';

const SEEDS = [1, 2];
const POLICIES = ['fcfs', 'mlfq', 'srtf', 'kernel'];
const program = fileURLToPath(new URL('peers/shares.js', import.meta.url));

const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
const found = new Map<string, number[]>(POLICIES.map((policy) => [policy, []]));
for (const seed of SEEDS) {
  for (const policy of POLICIES) {
    const output = execFileSync(process.execPath, [program, policy, String(seed)], { encoding: 'utf8' });
    found.get(policy)?.push(...(JSON.parse(output) as { readonly slowdowns: number[] }).slowdowns);
  }
}
console.log(
  '\n### Slowdown of tasks with a heavy tail\n\n| | mean | p50 | p90 | p99 | mean, ratio to fcfs |',
);
console.log('|---|---:|---:|---:|---:|---:|');
const base = mean(found.get('fcfs') as number[]);
for (const [policy, all] of found) {
  const sorted = all.toSorted((a, b) => a - b);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => percentile(sorted, share).toFixed(2));
  const ratio = (mean(all) / base).toFixed(2);
  console.log(`| ${policy} | ${mean(all).toFixed(2)} | ${p50} | ${p90} | ${p99} | ${ratio} |`);
}
