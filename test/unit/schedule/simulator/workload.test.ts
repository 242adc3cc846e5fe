/** What cannot be simulated is refused in one sentence that names the job. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JobSpec, simulate } from '../../../../src/schedule/index.ts';

const run = (...jobs: unknown[]): unknown => simulate(jobs as JobSpec[], 'fcfs', { cpus: 2 });

test('A workload in which a number cannot be is refused, naming the job and the number', () => {
  const P1 = { name: 'P1', burst: 3 };
  const wrong: [JobSpec, RegExp][] = [
    [
      { ...P1, burst: -3 },
      /^Cannot simulate "P1" as its burst must be a number above 0: current value is -3$/,
    ],
    [{ ...P1, burst: Number.NaN }, /burst must be a number above 0: current value is NaN/],
    [{ ...P1, burst: 0 }, /burst must be/],
    [{ ...P1, arrival: -1 }, /arrival must be a number of 0 or more: current value is -1/],
    [{ ...P1, arrival: Number.POSITIVE_INFINITY }, /arrival must be/],
    [{ ...P1, priority: Number.NaN }, /priority must be a number/],
    [{ ...P1, expected: -1 }, /expected burst must be/],
    [{ ...P1, weight: 0 }, /weight must be a number above 0/],
    [{ ...P1, deadline: Number.NaN }, /deadline must be/],
    [
      { ...P1, io: [{ at: 4, takes: 1 }] },
      /I\/O must be after more than 0 and at most all 3 of its CPU time/,
    ],
    [
      {
        ...P1,
        io: [
          { at: 2, takes: 1 },
          { at: 2, takes: 1 },
        ],
      },
      /I\/O must be after more than 2/,
    ],
    [{ ...P1, io: [{ at: 2, takes: 0 }] }, /I\/O must be longer than 0/],
    [{ ...P1, cpus: [2] }, /CPUs must be of those from 0 to 1: current value is 2/],
    [{ ...P1, cpus: [] }, /list of CPUs must be left out, or have one/],
  ];
  for (const [job, message] of wrong) assert.throws(() => run(job), { name: /^(Range|Type)Error$/, message });
});

test('A workload that is none is refused', () => {
  assert.throws(() => simulate('P1' as never, 'fcfs'), /jobs must be a list: current value is "P1"/);
  assert.throws(() => run(null), /a job must be an object: current value is null/);
  assert.throws(() => run({ burst: 1 }), /a job must have a name: current value is undefined/);
  assert.throws(() => run({ name: 'P1', burst: '3' }), {
    name: 'TypeError',
    message: /current value is "3"$/,
  });
});

test('Two jobs of one name are refused', () => {
  assert.throws(() => run({ name: 'P1', burst: 1 }, { name: 'P1', burst: 2 }), {
    name: 'RangeError',
    message: 'Cannot simulate as two jobs have the name "P1"',
  });
});

test('Jobs that wait for one another in a circle are refused, and the circle is named', () => {
  const jobs = [
    { name: 'A', burst: 1, after: ['C'] },
    { name: 'B', burst: 1, after: ['A'] },
    { name: 'C', burst: 1, after: ['B', 'D'] },
    { name: 'D', burst: 1 },
  ];
  assert.throws(() => run(...jobs), {
    name: 'RangeError',
    message: 'Cannot simulate as jobs wait for one another in a circle: "A" after "C" after "B" after "A"',
  });
  assert.throws(() => run({ name: 'A', burst: 1, after: ['A'] }), /in a circle: "A" after "A"$/);
  assert.throws(
    () => run({ name: 'A', burst: 1, after: ['B'] }),
    /"A" as it comes after "B", which is no job/,
  );
});

test('Jobs may be given in any order; those that arrive at once stay as they were given', () => {
  const timeline = simulate(
    [
      { name: 'late', arrival: 2, burst: 1 },
      { name: 'A', burst: 1 },
      { name: 'B', arrival: 0, burst: 1 },
    ],
    'fcfs',
  );
  assert.deepEqual(
    timeline.jobs.map(({ name, finish }) => [name, finish]),
    [
      ['A', 1],
      ['B', 2],
      ['late', 3],
    ],
  );
});

test('A job comes after all that it names, and its time counts from then', () => {
  const jobs = [
    { name: 'A', burst: 2 },
    { name: 'B', burst: 3 },
    { name: 'C', burst: 1, after: ['A', 'B'] },
  ];
  const [, , c] = simulate(jobs, 'fcfs', { cpus: 2 }).jobs;
  assert.deepEqual([c?.start, c?.finish, c?.turnaround, c?.waiting], [3, 4, 1, 0]);
});
