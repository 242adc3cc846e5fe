/** Policies of one's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankedPolicy, simulate } from '../../../../src/schedule/index.ts';

const jobs = [
  { name: 'A', burst: 3, priority: 2 },
  { name: 'B', arrival: 1, burst: 2, priority: 1 },
  { name: 'C', arrival: 1, burst: 2, priority: 1 },
];
const order = (options: Partial<Parameters<typeof rankedPolicy>[0]>): string =>
  simulate(jobs, rankedPolicy({ name: 'mine', rank: ({ priority }) => priority, ...options }))
    .decisions.filter(({ what }) => what === 'run')
    .map(({ job }) => job)
    .join(' ');

test('rankedPolicy makes a policy of a rank, preemptive and in turns if wanted', () => {
  assert.equal(order({}), 'A B C');
  assert.equal(order({ preemptive: true }), 'A B C A');
  assert.equal(order({ preemptive: true, quantum: 1 }), 'A B C B C A A');
  assert.equal(order({ preemptive: true, quantum: 1, ties: 'arrival' }), 'A B B C C A A');
  const policy = rankedPolicy({ name: 'mine', rank: () => 0, quantum: 1 });
  assert.deepEqual([policy.name, policy.isPreemptive, policy.spec], ['mine', true, undefined]);
});

test('rankedPolicy refuses what makes no policy', () => {
  assert.throws(() => rankedPolicy({ name: '', rank: () => 0 }), /must have a name: current value is ""/);
  assert.throws(
    () => rankedPolicy({ name: 'mine', rank: 3 as never }),
    /mine as rank must be a function: current value is 3/,
  );
  assert.throws(() => rankedPolicy({ name: 'mine', rank: () => 0, quantum: 0 }), RangeError);
  assert.throws(
    () => order({ rank: () => Number.NaN }),
    /mine .* Cannot rank "A" as its rank must be a number: it is NaN/,
  );
});
