/**
 * Round robin.
 *
 * Whether a job that arrives at the very end of a quantum queues before the job whose quantum it was is not for the
 * policy to say: whoever drives it adds them in the order that it wants (`simulate` has the option `atQuantumEnd`).
 *
 * @module
 */
import type { Choice, Job, Policy, RunQueue } from '../policy.ts';
import { Line } from '../ready/line.ts';
import { Check, policyOf } from './options.ts';

/** What a round robin is made with. */
export interface RoundRobinOptions {
  /** How long one may run before the next in line does: 20 if left out, which in a pool are milliseconds. */
  readonly quantum?: number;
}

/** Below some 20 ms, a pool spends much of the time on stopping and continuing processes. */
export const QUANTUM = 20;

/** Round robin: first come, first served, and back to the end of the line after a quantum. */
export function roundRobin(options: RoundRobinOptions = {}): Policy {
  const check = new Check('roundRobin', options, ['quantum']);
  const quantum = check.positive('quantum', options.quantum ?? QUANTUM);
  return policyOf({
    name: 'roundRobin',
    isPreemptive: true,
    options: { quantum },
    start: <J extends Job>(): RunQueue<J> => new Turns<J>(quantum),
  });
}

class Turns<J extends Job> implements RunQueue<J> {
  readonly #line = new Line<J>();
  readonly #quantum: number;

  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  get size(): number {
    return this.#line.size;
  }

  add(job: J): void {
    this.#line.push(job);
  }

  remove(job: J): boolean {
    return this.#line.remove(job);
  }

  next(_now: number, cpu: number): Choice<J> | undefined {
    const job = this.#line.shift(cpu);
    return job && { job, quantum: this.#quantum, why: 'it is its turn' };
  }
}
