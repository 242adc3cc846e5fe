/** What a timeline tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fcfs, roundRobin, simulate, type StateSpan } from '../../../../src/schedule/index.ts';

const convoy = simulate(
  [
    { name: 'P1', burst: 24 },
    { name: 'P2', burst: 3 },
    { name: 'P3', burst: 3 },
  ],
  fcfs(),
);

test('Timeline tells what became of each job', () => {
  assert.deepEqual(convoy.jobs[1], {
    name: 'P2',
    arrival: 0,
    burst: 3,
    priority: 0,
    start: 24,
    finish: 27,
    turnaround: 27,
    waiting: 24,
    response: 24,
    slowdown: 9,
  });
});

test('Timeline sums up: means, worst, percentiles, fairness, utilisation', () => {
  assert.deepEqual(convoy.averages, { turnaround: 27, waiting: 17, response: 17, slowdown: 20 / 3 });
  assert.deepEqual(convoy.worst, { turnaround: 30, waiting: 27, response: 27, slowdown: 10 });
  assert.deepEqual(
    [0, 33, 34, 67, 100].map((percent) => convoy.percentile('waiting', percent)),
    [0, 0, 24, 27, 27],
  );
  assert.throws(() => convoy.percentile('waiting', 101), RangeError);
  assert.equal(convoy.utilisation, 1);
  assert.equal(convoy.throughput, 0.1);
  const [a, b, c] = [1, 1 / 9, 1 / 10];
  assert.ok(Math.abs(convoy.fairness - (a + b + c) ** 2 / (3 * (a ** 2 + b ** 2 + c ** 2))) < 1e-12);
  assert.equal(convoy.switches, 2);
});

test('Timeline counts from the first arrival, not from 0', () => {
  const late = simulate([{ name: 'A', arrival: 90, burst: 10 }], 'fcfs');
  assert.deepEqual([late.begin, late.end, late.utilisation], [90, 100, 1]);
});

test('Timeline tells the states of jobs after the models of five states and of three', () => {
  const timeline = simulate(
    [
      { name: 'A', burst: 4, io: [{ at: 3, takes: 2 }] },
      { name: 'B', arrival: 1, burst: 1 },
    ],
    roundRobin({ quantum: 2 }),
  );
  const words = (spans: StateSpan[]): string[] =>
    spans.filter(({ job }) => job === 'A').map(({ state, from, to }) => `${state} ${from}-${to}`);
  const three = ['running 0-2', 'ready 2-3', 'running 3-4', 'blocked 4-6', 'running 6-7'];
  assert.deepEqual(words(timeline.states(3)), three);
  assert.deepEqual(words(timeline.states(5)), [...three, 'terminated 7-undefined']);
});

test('Timeline keeps why each decision was made', () => {
  const timeline = simulate(
    [
      { name: 'long', burst: 9 },
      { name: 'short', arrival: 2, burst: 3 },
    ],
    'srtf',
  );
  assert.deepEqual(timeline.decisions, [
    { at: 0, cpu: 0, job: 'long', what: 'run', why: 'the 9 that it still needs are the least', ready: 0 },
    { at: 2, cpu: 0, job: 'long', what: 'preempt', why: 'short comes before it', ready: 1 },
    { at: 2, cpu: 0, job: 'short', what: 'run', why: 'the 3 that it still needs are the least', ready: 1 },
    { at: 5, cpu: 0, job: 'long', what: 'run', why: 'the 7 that it still needs are the least', ready: 0 },
  ]);
});

test('Timeline gives its jobs as a workload, to run under another policy', () => {
  const jobs = [
    { name: 'A', arrival: 0, burst: 4, priority: 1, io: [{ at: 3, takes: 2 }] },
    { name: 'B', arrival: 1, burst: 1, priority: 0 },
  ];
  assert.deepEqual(simulate(jobs, 'rr').toWorkload(), jobs);
});
