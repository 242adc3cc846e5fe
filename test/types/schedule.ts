/** What a user of duodao/schedule may and may not write. */
import {
  type Job,
  mlfq,
  type Policy,
  type PolicyName,
  policyNamed,
  priority,
  rankedPolicy,
  roundRobin,
  type RunQueue,
  simulate,
  type Timeline,
} from '../../src/schedule/index.ts';

// A policy of one's own may know more of nothing but numbers.
class Stack<J extends Job> implements RunQueue<J> {
  readonly #jobs: J[] = [];
  get size(): number {
    return this.#jobs.length;
  }
  add(job: J): void {
    this.#jobs.push(job);
  }
  remove(job: J): boolean {
    return this.#jobs.includes(job);
  }
  next(): { job: J; why: string } | undefined {
    const job = this.#jobs.pop();
    return job && { job, why: 'it came last' };
  }
}
const lifo: Policy = { name: 'lifo', isPreemptive: false, start: <J extends Job>() => new Stack<J>() };
export const timeline: Timeline = simulate([{ name: 'A', burst: 1 }], lifo);
export const byName: Timeline = simulate([{ name: 'A', burst: 1, io: [{ at: 0.5, takes: 1 }] }], 'mlfq');
export const ranked: Policy = rankedPolicy({ name: 'mine', rank: ({ expected }) => expected ?? 0 });
export const name: PolicyName = 'round-robin';
policyNamed('anything at all, as it may come from a file');

// @ts-expect-error - there is no such policy
simulate([], 'first');
// @ts-expect-error - a job needs a burst
simulate([{ name: 'A' }], 'fcfs');
// @ts-expect-error - a quantum is a number
roundRobin({ quantum: '4' });
// @ts-expect-error - no such option
mlfq({ quantum: 4 });
// @ts-expect-error - head or tail
priority({ preemptedTo: 'front' });
// @ts-expect-error - three states or five
timeline.states(4);
// @ts-expect-error - a run queue needs next
export const none: RunQueue = { size: 0, add: () => undefined, remove: () => false };
// @ts-expect-error - what was measured cannot be changed
timeline.averages.waiting = 0;
