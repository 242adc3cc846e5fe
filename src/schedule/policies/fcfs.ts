/**
 * First come, first served.
 *
 * @module
 */
import type { Choice, Job, Policy, RunQueue } from '../policy.ts';
import { Line } from '../ready/line.ts';
import { noOptions, policyOf } from './options.ts';

/** First come, first served: whoever is ready for longest runs until it ends or blocks. */
export function fcfs(options: Readonly<Record<string, never>> = {}): Policy {
  noOptions('fcfs', options);
  return policyOf({
    name: 'fcfs',
    isPreemptive: false,
    options: {},
    start: <J extends Job>(): RunQueue<J> => new FirstCome<J>(),
  });
}

class FirstCome<J extends Job> implements RunQueue<J> {
  readonly #line = new Line<J>();

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
    return job && { job, why: 'it is ready for longest' };
  }
}
