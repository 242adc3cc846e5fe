/**
 * How it went for each job: columns of numbers, as a simulation may have a million of them.
 *
 * @module
 */
import { sameInstant } from './sim-job.ts';
import type { IoSpec, JobSpec } from './workload.ts';

/** What is measured of each job. */
export type Measure = 'turnaround' | 'waiting' | 'response' | 'slowdown';

export const MEASURES: readonly Measure[] = ['turnaround', 'waiting', 'response', 'slowdown'];

/** How it went for one job. */
export interface JobOutcome {
  readonly name: string;
  readonly arrival: number;
  readonly burst: number;
  readonly priority: number;
  readonly io?: readonly IoSpec[];
  /** When it ran for the first time. */
  readonly start: number;
  readonly finish: number;
  /** From its arrival to its end. If it comes after others, from when the last of them ended. */
  readonly turnaround: number;
  /** The part of it in which it neither ran nor waited for I/O. */
  readonly waiting: number;
  /** From its arrival to its start. */
  readonly response: number;
  /** How many times longer it took than with a machine for itself. */
  readonly slowdown: number;
}

/** The jobs, and columns of what was measured. */
export interface Results {
  readonly jobs: readonly JobOutcome[];
  column(measure: Measure | 'finish'): Float64Array;
}

/** What is written down while a simulation runs. */
export class Outcomes implements Results {
  readonly #workload: readonly JobSpec[];
  readonly #released: Float64Array;
  readonly #start: Float64Array;
  readonly #finish: Float64Array;
  #jobs: readonly JobOutcome[] | undefined;
  /** How often a CPU went over from one job to another. */
  switches = 0;

  constructor(workload: readonly JobSpec[]) {
    this.#workload = workload;
    this.#released = new Float64Array(workload.length);
    this.#start = new Float64Array(workload.length).fill(Number.NaN);
    this.#finish = new Float64Array(workload.length);
  }

  release(id: number, at: number): void {
    this.#released[id] = at;
  }

  start(id: number, at: number): void {
    if (Number.isNaN(this.#start[id])) this.#start[id] = at;
  }

  finish(id: number, at: number): void {
    this.#finish[id] = at;
  }

  get jobs(): readonly JobOutcome[] {
    this.#jobs ??= this.#workload.map(({ name, arrival = 0, burst, priority = 0, io }, id) => ({
      name,
      arrival,
      burst,
      priority,
      ...(io && { io }),
      start: this.#start[id] as number,
      finish: this.#finish[id] as number,
      turnaround: this.#measure('turnaround', id),
      waiting: this.#measure('waiting', id),
      response: this.#measure('response', id),
      slowdown: this.#measure('slowdown', id),
    }));
    return this.#jobs;
  }

  column(measure: Measure | 'finish'): Float64Array {
    if (measure === 'finish') return this.#finish;
    return Float64Array.from(this.#workload, (_, id) => this.#measure(measure, id));
  }

  #measure(measure: Measure, id: number): number {
    const start = this.#start[id] as number;
    // A job that arrives within the rounding of an instant is served at that instant.
    const released = Math.min(this.#released[id] as number, start);
    if (measure === 'response') return start - released;
    const finish = this.#finish[id] as number;
    const turnaround = finish - released;
    if (measure === 'turnaround') return turnaround;
    const { burst, io } = this.#workload[id] as JobSpec;
    const alone = burst + ioOf(io);
    return measure === 'slowdown' ? turnaround / alone : withoutDust(turnaround - alone, finish);
  }
}

/** How long a job waits for I/O. */
export function ioOf(io: readonly IoSpec[] | undefined): number {
  let sum = 0;
  for (const { takes } of io ?? []) sum += takes;
  return sum;
}

/** A difference of large numbers without what rounding has left of it. */
function withoutDust(difference: number, of: number): number {
  return Math.abs(difference) < sameInstant(of) - of ? 0 : difference;
}
