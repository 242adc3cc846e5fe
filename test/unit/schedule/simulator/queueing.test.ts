/**
 * The simulator against queueing theory: one CPU, random arrivals, exponential sizes within 5 % of what theory says;
 * sizes with a heavy tail, of which means converge too slowly to be compared, in the order that theory says.
 *
 * SIMULATED_JOBS=1000000 makes it more exact, and takes a minute or two.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '../../../../src/schedule/index.ts';
import { arrivals, EXPONENTIAL, exponential, pareto, POLICIES } from './queueing.ts';

const JOBS = Number(process.env['SIMULATED_JOBS'] ?? 50_000);
const SEED = 2;

for (const [load, row] of Object.entries(EXPONENTIAL)) {
  test(`Mean turnarounds of exponential jobs are those of theory at a load of ${load}`, () => {
    const jobs = arrivals(JOBS, Number(load), exponential, SEED);
    for (const [name, expected] of Object.entries(row)) {
      const { turnaround } = simulate(jobs, POLICIES[name]!, { record: false }).averages;
      assert.ok(Math.abs(turnaround / expected - 1) < 0.05, `${name}: ${turnaround} instead of ${expected}`);
    }
  });
}

for (const load of [0.7, 0.9]) {
  test(`Where few jobs are most of the load, policies come in the order of theory at a load of ${load}`, () => {
    const jobs = arrivals(JOBS, load, pareto, SEED);
    const order = ['FCFS', 'SJF', 'PS', 'FB', 'PSJF', 'SRPT'];
    const means = order.map((name) => simulate(jobs, POLICIES[name]!, { record: false }).averages.turnaround);
    assert.deepEqual(
      means.toSorted((a, b) => b - a),
      means,
    );
    // Without knowing any size, sharing by what one has had is near the best there is; in turn of arrival is far off.
    assert.ok(means[3]! < 2 * means[5]! && means[0]! > 5 * means[5]!, String(means));
  });
}
