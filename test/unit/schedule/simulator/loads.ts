/** Random workloads. */
import fc from 'fast-check';
import {
  fcfs,
  hrrn,
  las,
  mlfq,
  type Policy,
  priority,
  roundRobin,
  sjf,
  solaris,
  srtf,
} from '../../../../src/schedule/index.ts';
import type { JobSpec } from '../../../../src/schedule/index.ts';
import type { Load } from './reference.ts';

/** Jobs of whole numbers, as the reference takes them. */
export const loads: fc.Arbitrary<Load[]> = fc
  .array(fc.record({ arrival: fc.nat(20), burst: fc.integer({ min: 1, max: 9 }), priority: fc.nat(4) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((jobs) => jobs.map((job, index) => ({ name: `J${index}`, ...job })));

const io = fc.uniqueArray(
  fc.record({ at: fc.integer({ min: 1, max: 12 }), takes: fc.integer({ min: 1, max: 6 }) }),
  {
    maxLength: 3,
    selector: ({ at }) => at,
  },
);

/** Jobs with I/O, fractions, and some that may not run everywhere or come after others. */
export function specs(cpus: number): fc.Arbitrary<JobSpec[]> {
  const one = fc.record({
    arrival: fc.integer({ min: 0, max: 80 }),
    burst: fc.integer({ min: 12, max: 40 }),
    priority: fc.nat(4),
    io,
    bound: fc.option(fc.nat(cpus - 1), { freq: 4 }),
    after: fc.option(fc.nat(10), { freq: 5 }),
  });
  return fc.array(one, { minLength: 1, maxLength: 10 }).map((jobs) =>
    jobs.map(({ arrival, burst, priority: level, io: operations, bound, after }, index) => ({
      name: `J${index}`,
      arrival: arrival / 4,
      burst: burst / 4,
      priority: level,
      io: operations
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, takes }) => ({ at: at / 4, takes: takes / 4 })),
      ...(bound !== null && { cpus: [bound] }),
      ...(after !== null && after < index && { after: [`J${after}`] }),
    })),
  );
}

/** One of each kind, and the options that change much. */
export const EVERY: Readonly<Record<string, Policy>> = {
  fcfs: fcfs(),
  sjf: sjf(),
  'preemptive sjf': sjf({ preemptive: true }),
  srtf: srtf(),
  priority: priority(),
  'preemptive priority': priority({ preemptive: true }),
  'priority with aging': priority({ preemptive: true, agingEvery: 2, quantum: 3 }),
  hrrn: hrrn(),
  'round robin': roundRobin({ quantum: 1.5 }),
  mlfq: mlfq({ quanta: [1, 2, 4], boostEvery: 11 }),
  solaris: solaris({ unitsPerMs: 1 / 40 }),
  las: las({ quantum: 0.5 }),
};
