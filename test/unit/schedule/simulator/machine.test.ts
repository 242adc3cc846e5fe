/** The machine against scheduling by definition, and against what must hold for any policy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fcfs,
  hrrn,
  type JobSpec,
  mlfq,
  type Policy,
  priority,
  roundRobin,
  simulate,
  type SimulateOptions,
  sjf,
  srtf,
  type Timeline,
} from '../../../../src/schedule/index.ts';
import { EVERY, loads, specs } from './loads.ts';
import { finishes, type Rule } from './reference.ts';

function finishOf(
  jobs: readonly JobSpec[],
  policy: Policy,
  options?: SimulateOptions,
): Record<string, number> {
  return Object.fromEntries(simulate(jobs, policy, options).jobs.map(({ name, finish }) => [name, finish]));
}

const once = (better: (Rule & { kind: 'once' })['better']): Rule => ({ kind: 'once', better });
const QUANTA = [1, 2, 4];

const DEFINITIONS: readonly [name: string, Policy, Rule, SimulateOptions?][] = [
  ['fcfs', fcfs(), once((a, b) => a.id - b.id)],
  ['sjf', sjf(), once((a, b) => a.burst - b.burst || a.id - b.id)],
  ['priority', priority(), once((a, b) => a.priority - b.priority || a.id - b.id)],
  [
    'priority, larger first',
    priority({ smallerFirst: false }),
    once((a, b) => b.priority - a.priority || a.id - b.id),
  ],
  [
    'priority with aging',
    priority({ agingEvery: 3 }),
    once((a, b, now) => 3 * (a.priority - b.priority) - (now - a.arrival) + (now - b.arrival) || a.id - b.id),
  ],
  [
    'hrrn',
    hrrn(),
    // Ratios as fractions with one denominator: no rounding.
    once((a, b, now) => (now - b.arrival) * a.burst - (now - a.arrival) * b.burst || a.id - b.id),
  ],
  ['srtf', srtf(), { kind: 'srtf' }],
  ['preemptive priority', priority({ preemptive: true }), { kind: 'preemptive-priority' }],
  ['round robin', roundRobin({ quantum: 2 }), { kind: 'rr', quantum: 2 }],
  [
    'round robin, expired first',
    roundRobin({ quantum: 3 }),
    { kind: 'rr', quantum: 3, expiredFirst: true },
    { atQuantumEnd: 'expired-first' },
  ],
  [
    'mlfq',
    mlfq({ quanta: QUANTA }),
    { kind: 'mlfq', quanta: QUANTA, preemptive: true, demoteWhenAlone: true },
  ],
  [
    'mlfq after Stallings',
    mlfq({ quanta: QUANTA, preemptive: false, demoteWhenAlone: false }),
    { kind: 'mlfq', quanta: QUANTA, preemptive: false, demoteWhenAlone: false },
  ],
  [
    'mlfq with boosts',
    mlfq({ quanta: QUANTA, boostEvery: 7 }),
    { kind: 'mlfq', quanta: QUANTA, preemptive: true, demoteWhenAlone: true, boostEvery: 7 },
  ],
];

for (const [name, policy, rule, options] of DEFINITIONS) {
  test(`The machine runs any load under ${name} as its definition says`, () => {
    fc.assert(
      fc.property(loads, (jobs) => {
        assert.deepEqual(finishOf(jobs, policy, options), finishes(jobs, rule));
      }),
      { numRuns: 300 },
    );
  });
}

/** What must be true of any run. */
function checkSound(jobs: readonly JobSpec[], timeline: Timeline, cpus: number): void {
  const { spans } = timeline;
  for (const job of jobs) {
    const own = spans
      .filter((span) => span.job === job.name && span.kind === 'run')
      .sort((a, b) => a.from - b.from);
    const ran = own.reduce((sum, { from, to }) => sum + to - from, 0);
    assert.ok(Math.abs(ran - job.burst) < 1e-9, `${job.name} ran for ${ran} of ${job.burst}`);
    for (const [index, span] of own.entries()) {
      assert.ok(index === 0 || span.from >= own[index - 1]!.to, `${job.name} is in two places`);
      assert.ok(job.cpus?.includes(span.cpu) ?? true, `${job.name} is where it may not be`);
    }
    for (const other of job.after ?? []) {
      const before = timeline.jobs.find(({ name }) => name === other)!;
      assert.ok(own[0]!.from >= before.finish, `${job.name} does not come after ${other}`);
    }
    const {
      turnaround,
      waiting,
      burst,
      io = [],
      response,
    } = timeline.jobs.find(({ name }) => name === job.name)!;
    const blocked = io.reduce((sum, { takes }) => sum + takes, 0);
    assert.ok(Math.abs(turnaround - waiting - burst - blocked) < 1e-9 && waiting >= 0 && response >= 0);
  }
  for (let cpu = 0; cpu < cpus; cpu++) {
    const own = spans.filter((span) => span.cpu === cpu).sort((a, b) => a.from - b.from);
    for (const [index, span] of own.entries())
      assert.ok(index === 0 || span.from >= own[index - 1]!.to - 1e-9, `CPU ${cpu} does two things`);
  }
}

/** No CPU may idle while a job is ready that may run there. */
function checkBusy(jobs: readonly JobSpec[], timeline: Timeline, cpus: number): void {
  for (const { job, state, from, to } of timeline.states(3)) {
    if (state !== 'ready') continue;
    const places =
      jobs.find(({ name }) => name === job)?.cpus ?? Array.from({ length: cpus }, (_, cpu) => cpu);
    for (const cpu of places) {
      const busy = timeline.spans
        .filter((span) => span.cpu === cpu)
        .reduce((sum, span) => sum + Math.max(0, Math.min(span.to, to!) - Math.max(span.from, from)), 0);
      assert.ok(busy >= to! - from - 1e-9, `CPU ${cpu} idles while ${job} is ready from ${from} to ${to}`);
    }
  }
}

const LEGAL: ReadonlySet<string> = new Set([
  'outside new',
  'new ready',
  'ready running',
  'running ready',
  'running blocked',
  'running terminated',
  'blocked ready',
  'blocked terminated',
]);

for (const [name, policy] of Object.entries(EVERY)) {
  test(`Any load runs soundly under ${name}, and no CPU idles while a job is ready for it`, () => {
    const machine = fc.constantFrom(1, 2, 3).chain((cpus) =>
      fc.record({
        cpus: fc.constant(cpus),
        jobs: specs(cpus),
        switchCost: fc.constantFrom(0, 0.25),
        degree: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
        estimates: fc.constantFrom('exact' as const, 'learned' as const, 'none' as const),
      }),
    );
    fc.assert(
      fc.property(machine, ({ jobs, ...options }) => {
        const timeline = simulate(jobs, policy, options);
        checkSound(jobs, timeline, options.cpus);
        // A job to which a CPU goes over is ready, though no other CPU can help it.
        if (options.switchCost === 0) checkBusy(jobs, timeline, options.cpus);
        for (const { from, to } of timeline.transitions)
          assert.ok(LEGAL.has(`${from} ${to}`), `${from} ${to}`);
      }),
      { numRuns: 60 },
    );
  });
}

test('No policy has a smaller mean turnaround than srtf', () => {
  fc.assert(
    fc.property(loads, fc.constantFrom(...Object.values(EVERY)), (jobs, policy) => {
      const best = simulate(jobs, srtf()).averages.turnaround;
      assert.ok(best <= simulate(jobs, policy).averages.turnaround + 1e-9);
    }),
    { numRuns: 300 },
  );
});
