/**
 * Earliest deadline first. On one CPU it meets all deadlines whenever any policy could; what comes too late delays the
 * others, as everywhere.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { type Ranking, RankedQueue } from '../ready/ranked.ts';
import { Check, policyOf, timeText } from './options.ts';

/** What earliest deadline first is made with. */
export interface EdfOptions {
  /** Whether a job makes room for one with an earlier deadline: it does, if left out. */
  readonly preemptive?: boolean;
}

/** Earliest deadline first; jobs without one come last, in the order of their arrival. */
export function edf(options: EdfOptions = {}): Policy {
  const check = new Check('edf', options, ['preemptive']);
  const isPreemptive = check.flag('preemptive', options.preemptive ?? true);
  const ranking: Ranking = {
    isPreemptive,
    ties: 'arrival',
    rank: ({ deadline }) => deadline ?? Number.POSITIVE_INFINITY,
    why: (rank) =>
      rank === Number.POSITIVE_INFINITY
        ? 'no job has a deadline'
        : `its deadline ${timeText(rank)} is the earliest`,
  };
  return policyOf({
    name: 'edf',
    isPreemptive,
    options: { preemptive: isPreemptive },
    start: <J extends Job>(): RunQueue<J> => new RankedQueue<J>(ranking),
  });
}
