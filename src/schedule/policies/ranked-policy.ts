/**
 * A policy of your own, of nothing but a rank.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { RankedQueue } from '../ready/ranked.ts';
import { Check } from './options.ts';

/** What a policy of one's own is made of. */
export interface RankedPolicyOptions {
  readonly name: string;
  /** Smaller comes first. Asked when a job becomes ready, at time `now`; while it waits, its rank does not change. */
  readonly rank: (job: Job, now: number) => number;
  /** Whether a job makes room for one of a smaller rank. It does not, if left out. */
  readonly preemptive?: boolean;
  /** How long one may run before it is ranked anew; as long as it wants, if left out. */
  readonly quantum?: number;
  /** Who is first of two of the same rank: the one that is ready for longer (`ready`), if left out. */
  readonly ties?: 'arrival' | 'ready';
}

/**
 * Makes a policy that puts jobs in the order of a rank.
 *
 * @example
 * ```ts
 * const smallestAppetite = rankedPolicy({ name: 'appetite', rank: (job) => job.used });
 * ```
 */
export function rankedPolicy(options: RankedPolicyOptions): Policy {
  const check = new Check('of a rank', options, ['name', 'rank', 'preemptive', 'quantum', 'ties']);
  const { name, rank } = options;
  if (typeof name !== 'string' || name === '')
    throw new TypeError(
      `Cannot make a policy as it must have a name: current value is ${JSON.stringify(name)}`,
    );
  if (typeof rank !== 'function')
    throw new TypeError(
      `Cannot make the policy ${name} as rank must be a function: current value is ${String(rank)}`,
    );
  const isPreemptive = check.flag('preemptive', options.preemptive ?? false);
  const quantum = check.positiveIfAny('quantum', options.quantum);
  const ties = check.oneOf('ties', options.ties ?? 'ready', ['arrival', 'ready']);
  const ranking = {
    isPreemptive,
    ties,
    rank: (job: Job, now: number): number => {
      const value = rank(job, now);
      // A rank that is no number would compare with nothing, and leave the order to chance.
      if (typeof value !== 'number' || Number.isNaN(value))
        throw new TypeError(
          `Cannot rank ${JSON.stringify(job.name)} as its rank must be a number: it is ${String(value)}`,
        );
      return value;
    },
    quantum: () => quantum,
    why: (value: number) => `its rank ${value} is the smallest`,
  };
  return Object.freeze({
    name,
    isPreemptive: isPreemptive || quantum !== undefined,
    start: <J extends Job>(): RunQueue<J> => new RankedQueue<J>(ranking),
  });
}
