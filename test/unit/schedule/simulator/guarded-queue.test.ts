/** A policy that goes wrong is named, with what it did and the job that it concerned. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fcfs, type Job, type Policy, type RunQueue, simulate } from '../../../../src/schedule/index.ts';

type Faults = Partial<{ [K in keyof RunQueue]: (queue: RunQueue) => unknown }>;

/** First come, first served, but for what is replaced. */
function broken(faults: Faults): Policy {
  const start = <J extends Job>(): RunQueue<J> => {
    const sound = fcfs().start<J>();
    const queue: Record<string, unknown> = {};
    for (const name of ['add', 'remove', 'next'] as const) queue[name] = sound[name].bind(sound);
    for (const [name, fault] of Object.entries(faults)) queue[name] = () => fault(sound);
    return queue as unknown as RunQueue<J>;
  };
  return { name: 'mine', isPreemptive: true, start };
}

function run(faults: Faults): unknown {
  const jobs = [
    { name: 'P1', burst: 3 },
    { name: 'P2', arrival: 1, burst: 3 },
  ];
  return simulate(jobs, broken(faults));
}

const fail = (): never => {
  throw new Error('no idea');
};
const stranger = { id: 9, name: 'P9' } as Job;

const FAULTS: readonly [what: string, Faults, message: string][] = [
  ['picks nothing', { next: () => undefined }, 'at 0 it picked no job while "P1" is ready'],
  ['throws in next', { next: fail }, 'at 0 it threw in next(), when "P1" was ready: no idea'],
  ['throws in add', { add: fail }, 'at 0 it threw in add(), when "P1" was concerned: no idea'],
  ['throws in left', { left: fail }, 'at 3 it threw in left(), when "P1" was concerned: no idea'],
  ['throws in preempt', { preempt: fail }, 'at 1 it threw in preempt(), when "P2" was ready: no idea'],
  ['throws in nextTick', { nextTick: fail }, 'at 1 it threw in nextTick(), when "P2" was ready: no idea'],
  [
    'throws in tick',
    { nextTick: () => 2, tick: fail },
    'at 2 it threw in tick(), when "P2" was ready: no idea',
  ],
  [
    'picks a job that it was not given',
    { next: () => ({ job: stranger, why: '' }) },
    'at 0 it picked "P9", which is not ready',
  ],
  [
    'picks no job at all',
    { next: () => ({ job: 7, why: '' }) },
    'at 0 it picked something that is no job (7), which is not ready',
  ],
  [
    'gives a quantum that is none',
    { next: (queue) => ({ ...queue.next(0, 0), quantum: 0 }) },
    'at 0 it gave "P1" a quantum of 0, which is not above 0',
  ],
  [
    'takes the CPU from a job that has none',
    { preempt: () => ({ job: stranger, why: '' }) },
    'at 1 it wants "P9" to make room, which does not run',
  ],
  ['wants a tick in the past', { nextTick: () => 0.5 }, 'at 1 it wants a tick at 0.5, which is over'],
];

for (const [what, faults, message] of FAULTS) {
  test(`A policy that ${what} is named, and so is the job`, () => {
    assert.throws(() => run(faults), {
      name: 'TypeError',
      message: `Cannot simulate the policy mine as ${message}`,
    });
  });
}

test('A policy that takes CPUs away without end is stopped', () => {
  let last: Job | undefined;
  const start = <J extends Job>(): RunQueue<J> => {
    const sound = fcfs().start<J>();
    return {
      get size() {
        return sound.size;
      },
      add: (job, now, reason) => sound.add(job, now, reason),
      remove: (job) => sound.remove(job),
      next: (now, cpu) => sound.next(now, cpu),
      preempt: ([job]) => {
        last = job;
        return job && { job, why: 'because' };
      },
    };
  };
  const jobs = ['P1', 'P2'].map((name) => ({ name, burst: 3 }));
  assert.throws(
    () => simulate(jobs, { name: 'mine', isPreemptive: true, start }),
    /takes CPUs away without end, at last/,
  );
  assert.ok(last);
});

test('What a policy threw is the cause', () => {
  const cause = new Error('no idea');
  const faults: Faults = {
    next: () => {
      throw cause;
    },
  };
  assert.throws(() => run(faults), { cause });
});
