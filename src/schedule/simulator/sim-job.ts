/**
 * A job while it is simulated: what a policy may see of it, and how far it is.
 *
 * @module
 */
import type { Job } from '../policy.ts';
import type { JobSpec } from './workload.ts';

/** The states of the five-state model. */
export type JobState = 'new' | 'ready' | 'running' | 'blocked' | 'terminated';

/** How much of a time may be lost by adding many small ones: less than this is the same instant. */
const ROUNDING = 1e-9;
/** The same of a large time, such as milliseconds since 1970: some tens of the least steps that a number can make. */
const ROUNDING_PART = 1e-14;

/** The latest time that counts as this one. */
export function sameInstant(time: number): number {
  return time + ROUNDING + time * ROUNDING_PART;
}

/** What a policy is told of the lengths of CPU bursts. */
export type Estimates = 'exact' | 'learned' | 'none';

/** How much the last burst counts beside all before it: the exponential average of the textbooks. */
const LEARNING = 0.5;

export class SimJob implements Job {
  readonly id: number;
  readonly spec: JobSpec;
  readonly name: string;
  readonly arrival: number;
  readonly priority: number;
  readonly cpus: ReadonlySet<number> | undefined;
  readonly weight: number | undefined;
  readonly deadline: number | undefined;
  expected: number | undefined;
  usedInBurst = 0;
  used = 0;
  cpu: number | undefined = undefined;
  state: JobState = 'new';
  /** What is left of the present CPU burst. */
  left: number;
  /** The I/O operation at its end. */
  io = 0;

  constructor(id: number, spec: JobSpec, estimates: Estimates) {
    this.id = id;
    this.spec = spec;
    this.name = spec.name;
    this.arrival = spec.arrival ?? 0;
    this.priority = spec.priority ?? 0;
    this.cpus = spec.cpus && new Set(spec.cpus);
    this.weight = spec.weight;
    this.deadline = spec.deadline;
    this.left = spec.io?.[0]?.at ?? spec.burst;
    if (estimates !== 'none')
      this.expected = spec.expected ?? (estimates === 'exact' ? this.left : undefined);
  }

  /** The CPU burst is over: how long the I/O takes that follows, or undefined if the job has ended. */
  endBurst(): number | undefined {
    this.left = 0;
    return this.spec.io?.[this.io]?.takes;
  }

  /** The I/O is over: true if another CPU burst follows. */
  beginBurst(estimates: Estimates): boolean {
    const { io = [], burst } = this.spec;
    const begins = io[this.io]?.at ?? 0;
    this.left = (io[++this.io]?.at ?? burst) - begins;
    if (estimates === 'exact') this.expected = this.left;
    if (estimates === 'learned')
      this.expected = LEARNING * this.usedInBurst + (1 - LEARNING) * (this.expected ?? this.usedInBurst);
    this.usedInBurst = 0;
    return this.left > 0;
  }
}
