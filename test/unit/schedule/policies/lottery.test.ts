/** Shares by lot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lottery, simulate } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('lottery lets jobs win as often as they have tickets', () => {
  const jobs = [
    { name: 'A', burst: 50_000, weight: 3 },
    { name: 'B', burst: 50_000 },
  ];
  const { decisions } = simulate(jobs, lottery({ quantum: 1 }));
  const wins = decisions.slice(0, 20_000).filter(({ job: one }) => one === 'A').length;
  assert.ok(Math.abs(wins / 20_000 - 0.75) < 0.01, String(wins));
  assert.match(decisions[0]!.why, /^it won with [31] of 4 tickets$/);
});

test('lottery draws the same winners each time, and others with another seed', () => {
  const jobs = Array.from({ length: 30 }, (_, index) => job(`J${index}`));
  const draw = (seed: number): string => {
    const queue = lottery({ seed }).start<TestJob>();
    arrive(queue, jobs);
    return drain(queue);
  };
  assert.equal(draw(1), draw(1));
  assert.notEqual(draw(1), draw(2));
});

test('lottery forgets a job that is not wanted any more, and lets nobody win where it may not run', () => {
  const queue = lottery().start<TestJob>();
  const jobs = [job('A'), job('B', { cpus: new Set([1]) }), job('C')];
  arrive(queue, jobs);
  assert.equal(queue.remove(jobs[0]!), true);
  assert.equal(queue.remove(jobs[0]!), false);
  assert.equal(drain(queue, 0, 0), 'C');
  assert.equal(drain(queue, 0, 1), 'B');
});
