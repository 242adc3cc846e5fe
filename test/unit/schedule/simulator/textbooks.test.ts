/** The worked examples of textbooks, with the answers that they print. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  fcfs,
  hrrn,
  type JobSpec,
  mlfq,
  type Policy,
  priority,
  roundRobin,
  simulate,
  sjf,
  srtf,
  type Timeline,
} from '../../../../src/schedule/index.ts';

interface Example {
  readonly id: string;
  readonly policy: string;
  readonly params: { readonly quantum?: number | '2^i' };
  readonly jobs: readonly JobSpec[];
  readonly expected: {
    readonly avgTurnaround: number;
    readonly avgWaiting: number;
    readonly gantt: string;
    readonly finish: Readonly<Record<string, number>>;
    readonly waiting: Readonly<Record<string, number>>;
    readonly meanNormalizedTurnaround?: number;
  };
}

const FILE = new URL('../../../fixtures/schedule/textbooks.json', import.meta.url);
const EXAMPLES = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Example[];

const POLICIES: Readonly<Record<string, (quantum: number) => Policy>> = {
  fcfs: () => fcfs(),
  sjf: () => sjf(),
  srtf: () => srtf(),
  priority: () => priority(),
  'priority-desc': () => priority({ smallerFirst: false }),
  hrrn: () => hrrn(),
  rr: (quantum) => roundRobin({ quantum }),
  feedback: () => mlfq({ quanta: [1, 2, 4, 8, 16], preemptive: false, demoteWhenAlone: false }),
};

function gantt({ spans }: Timeline): string {
  return spans.map(({ job, from, to }) => `${job}[${from}-${to}]`).join(' ');
}

const rounded = (value: number): number => Number(value.toFixed(4));

test('There are thirty-two examples', () => assert.equal(EXAMPLES.length, 32));

for (const { id, policy, params, jobs, expected } of EXAMPLES) {
  test(`simulate gives the printed answer of ${id}`, () => {
    const make = POLICIES[policy];
    assert.ok(make, policy);
    const timeline = simulate(jobs, make(Number(params.quantum)));
    const of = (measure: 'finish' | 'waiting'): Record<string, number> =>
      Object.fromEntries(timeline.jobs.map((job) => [job.name, rounded(job[measure])]));
    assert.equal(gantt(timeline), expected.gantt);
    assert.deepEqual(of('finish'), expected.finish);
    assert.deepEqual(of('waiting'), expected.waiting);
    assert.equal(rounded(timeline.averages.turnaround), expected.avgTurnaround);
    assert.equal(rounded(timeline.averages.waiting), expected.avgWaiting);
    const { meanNormalizedTurnaround: slowdown } = expected;
    if (slowdown !== undefined) assert.ok(Math.abs(timeline.averages.slowdown - slowdown) < 0.005);
  });
}

test('simulate gives the printed answer of the exercise with priorities, turns among equals and an idle CPU', () => {
  const exercise = [
    [40, 0, 20],
    [30, 25, 25],
    [30, 30, 25],
    [35, 60, 15],
    [5, 100, 10],
    [10, 105, 10],
  ].map(([level, arrival, burst], index) => ({
    name: `P${index + 1}`,
    arrival: arrival!,
    burst: burst!,
    priority: level!,
  }));
  const timeline = simulate(exercise, priority({ preemptive: true, smallerFirst: false, quantum: 10 }));
  const first = 'P1[0-20] P2[25-35] P3[35-45] P2[45-55] P3[55-60] P4[60-75] P2[75-80] P3[80-90]';
  assert.equal(gantt(timeline), `${first} P5[100-105] P6[105-115] P5[115-120]`);
});

test('simulate differs where another convention holds: the one whose quantum is over queues first', () => {
  const table = EXAMPLES.find(({ id }) => id === 'stallings-rr1')!;
  const timeline = simulate(table.jobs, roundRobin({ quantum: 1 }), { atQuantumEnd: 'expired-first' });
  assert.equal(rounded(timeline.averages.turnaround), 10.4);
});
