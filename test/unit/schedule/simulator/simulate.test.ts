/** What simulate can be told beside the jobs and the policy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JobSpec, roundRobin, simulate, sjf } from '../../../../src/schedule/index.ts';

const spansOf = (jobs: readonly JobSpec[], ...rest: [never, never?]): string =>
  simulate(jobs, ...rest)
    .spans.map(
      ({ cpu, job, from, to, kind }) => `${cpu}:${kind === 'switch' ? 'to ' : ''}${job}[${from}-${to}]`,
    )
    .join(' ');

const two = [
  { name: 'A', burst: 4 },
  { name: 'B', burst: 2 },
];

test('simulate takes the name of a policy as well', () => {
  assert.equal(spansOf(two, 'fcfs' as never), '0:A[0-4] 0:B[4-6]');
});

test('simulate makes a CPU pay for going over to another job, and not for going on', () => {
  const rr = roundRobin({ quantum: 2 }) as never;
  assert.equal(
    spansOf(two, rr, { switchCost: 1 } as never),
    '0:A[0-2] 0:to B[2-3] 0:B[3-5] 0:to A[5-6] 0:A[6-8]',
  );
  assert.equal(spansOf([two[0]!], rr, { switchCost: 1 } as never), '0:A[0-4]');
});

test('simulate runs as many jobs at once as there are CPUs, and each only where it may', () => {
  assert.equal(spansOf(two, 'fcfs' as never, { cpus: 2 } as never), '0:A[0-4] 1:B[0-2]');
  const bound = two.map((job) => ({ ...job, cpus: [1] }));
  assert.equal(spansOf(bound, 'fcfs' as never, { cpus: 2 } as never), '1:A[0-4] 1:B[4-6]');
});

test('simulate lets in only so many jobs at once: with one, the CPU waits for I/O with its job', () => {
  const jobs = [
    { name: 'A', burst: 4, io: [{ at: 2, takes: 5 }] },
    { name: 'B', burst: 4, io: [{ at: 2, takes: 5 }] },
  ];
  const batch = simulate(jobs, 'fcfs', { degree: 1 });
  const multi = simulate(jobs, 'fcfs');
  assert.equal(batch.end, 18);
  assert.equal(multi.end, 11);
  assert.equal(batch.utilisation, 8 / 18);
  assert.deepEqual(
    batch.states(5).filter(({ job, state }) => job === 'B' && state === 'new'),
    [{ job: 'B', state: 'new', from: 0, to: 9 }],
  );
  assert.ok(batch.states(3).every(({ state }) => state !== 'new'));
});

test('simulate tells a policy the truth, what bursts before suggest, or nothing', () => {
  const jobs = [
    { name: 'A', burst: 8, io: [{ at: 4, takes: 1 }] },
    { name: 'B', arrival: 1, burst: 3, expected: 9 },
    { name: 'C', arrival: 1, burst: 5 },
  ];
  const order = (estimates: 'exact' | 'learned' | 'none'): string =>
    simulate(jobs, sjf(), { estimates })
      .decisions.map(({ job }) => job)
      .join(' ');
  assert.equal(order('exact'), 'A C A B');
  assert.equal(order('learned'), 'A B A C');
  assert.equal(order('none'), 'A B A C');
});

test('simulate keeps nothing of the way when told so, and the same results', () => {
  const [kept, bare] = [true, false].map((record) => simulate(two, 'rr', { record }));
  assert.deepEqual([bare?.spans, bare?.transitions, bare?.decisions], [[], [], []]);
  assert.deepEqual(bare?.jobs, kept?.jobs);
});

test('simulate of no jobs is nothing', () => {
  const timeline = simulate([], 'fcfs');
  assert.deepEqual(
    [timeline.jobs, timeline.end, timeline.utilisation, timeline.averages.waiting],
    [[], 0, 0, 0],
  );
});

test('simulate refuses options that cannot be', () => {
  const refused = (options: object, message: RegExp): void =>
    assert.throws(() => simulate(two, 'fcfs', options), { name: /^(Range|Type)Error$/, message });
  refused({ cpu: 2 }, /no option cpu: there are cpus, switchCost/);
  refused({ cpus: 0 }, /cpus must be from 1 to 4096: current value is 0/);
  refused({ switchCost: -1 }, /switchCost must be 0 or more: current value is -1/);
  refused({ degree: 0.5 }, /degree must be a whole number of 1 or more/);
  refused(
    { atQuantumEnd: 'x' },
    /atQuantumEnd must be 'arrival-first' or 'expired-first': current value is x/,
  );
  refused({ estimates: 'x' }, /estimates must be 'exact', 'learned' or 'none'/);
});

test('simulate takes times that differ only by rounding as one instant', () => {
  const jobs = [
    { name: 'A', burst: 0.4 },
    { name: 'B', arrival: 0.3, burst: 0.1 },
  ];
  // 0.1 + 0.1 + 0.1 is a little more than 0.3, yet B arrives at the end of a quantum, not before it.
  const timeline = simulate(jobs, roundRobin({ quantum: 0.1 }));
  assert.deepEqual(
    timeline.decisions.map(({ job }) => job),
    ['A', 'A', 'A', 'B', 'A'],
  );
});

test('simulate works with milliseconds since 1970', () => {
  const now = 1_800_000_000_000;
  const jobs = [
    { name: 'A', arrival: now, burst: 30 },
    { name: 'B', arrival: now + 5, burst: 2 },
  ];
  const { jobs: outcomes } = simulate(jobs, roundRobin({ quantum: 10 }));
  assert.deepEqual(
    outcomes.map(({ start, finish, waiting }) => [start - now, finish - now, waiting]),
    [
      [0, 32, 2],
      [10, 12, 5],
    ],
  );
});

test('simulate stops a policy whose quanta are too short for time to pass', () => {
  const jobs = ['A', 'B'].map((name) => ({ name, arrival: 1e12, burst: 1 }));
  assert.throws(() => simulate(jobs, roundRobin({ quantum: 1e-6 })), {
    name: 'TypeError',
    message:
      /^Cannot simulate the policy roundRobin as at 1000000000000 it gives quanta to "[AB]" and others that are too/,
  });
});

test('simulate lets a CPU be taken away while it goes over to a job, which then has not run', () => {
  const jobs = [
    { name: 'A', burst: 6 },
    { name: 'B', arrival: 1, burst: 3 },
    { name: 'C', arrival: 1.5, burst: 1 },
  ];
  const timeline = simulate(jobs, 'srtf', { switchCost: 1 });
  assert.deepEqual(
    timeline.jobs.map(({ name, start, response }) => [name, start, response]),
    [
      ['A', 0, 0],
      ['B', 4.5, 3.5],
      ['C', 2.5, 1],
    ],
  );
  assert.deepEqual(
    timeline.states(5).find(({ job }) => job === 'B'),
    { job: 'B', state: 'ready', from: 1, to: 4.5 },
  );
});
