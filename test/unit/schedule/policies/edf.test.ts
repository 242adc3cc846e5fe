/** Earliest deadline first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edf, simulate } from '../../../../src/schedule/index.ts';

const jobs = [
  { name: 'free', burst: 2 },
  { name: 'late', arrival: 1, burst: 4, deadline: 20 },
  { name: 'soon', arrival: 2, burst: 3, deadline: 6 },
];

const order = (preemptive?: boolean): string =>
  simulate(jobs, edf(preemptive === undefined ? {} : { preemptive }))
    .spans.map(({ job, from, to }) => `${job}[${from}-${to}]`)
    .join(' ');

test('edf runs the job whose deadline is the earliest, and those without one last', () => {
  assert.equal(order(), 'free[0-1] late[1-2] soon[2-5] late[5-8] free[8-9]');
  assert.equal(order(false), 'free[0-2] soon[2-5] late[5-9]');
});
