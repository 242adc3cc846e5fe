/**
 * Least attained service: whoever has had the least so far. Needs to know nothing, and is near the best there is where
 * few long jobs make most of the load.
 *
 * Jobs that have had the same share the CPU; in turns of a quantum here, as nobody can run half a job.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { type Ranking, RankedQueue } from '../ready/ranked.ts';
import { Check, policyOf, timeText } from './options.ts';
import { QUANTUM } from './round-robin.ts';

/** What least attained service is made with. */
export interface LasOptions {
  /** How far one may get ahead of its equals: 20 if left out, which in a pool are milliseconds. */
  readonly quantum?: number;
}

/** Least attained service: whoever has had the CPU least runs; one that has not had it at all takes over. */
export function las(options: LasOptions = {}): Policy {
  const check = new Check('las', options, ['quantum']);
  const quantum = check.positive('quantum', options.quantum ?? QUANTUM);
  const ranking: Ranking = {
    isPreemptive: true,
    ties: 'ready',
    rank: ({ used }) => used,
    quantum: ({ used }, next) => (next === undefined ? undefined : Math.max(quantum, next - used)),
    why: (used) =>
      used === 0 ? 'it has not run yet' : `the ${timeText(used)} that it has had are the least`,
  };
  return policyOf({
    name: 'las',
    isPreemptive: true,
    options: { quantum },
    start: <J extends Job>(): RunQueue<J> => new RankedQueue<J>(ranking),
  });
}
