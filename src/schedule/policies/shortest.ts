/**
 * The shortest first: by the whole burst, or by what is left of it.
 *
 * What a burst needs is declared or learned. Who needs less than it said is no trouble; who needs more counts as being
 * about to end, for ever: estimates that are far too small are worse for `srtf` than for `sjf`, which looks at the
 * estimate only once.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { type Ranking, RankedQueue } from '../ready/ranked.ts';
import { Check, policyOf, type Ties, timeText, type Unknown } from './options.ts';

/** What shortest remaining time first is made with. */
export interface SrtfOptions {
  /** Where jobs stand of which nobody knows what they need: `last` if left out. Among them, the first come first. */
  readonly unknown?: Unknown;
  /** Who is first of two that need as long: the one that arrived first (`arrival`), if left out. */
  readonly ties?: Ties;
}

/** What shortest job first is made with. */
export interface SjfOptions extends SrtfOptions {
  /** Whether a job makes room for one that needs less than it did at its start. It does not, if left out. */
  readonly preemptive?: boolean;
}

/** Shortest job first: of those that are ready, the one whose burst is the shortest. */
export function sjf(options: SjfOptions = {}): Policy {
  const check = new Check('sjf', options, ['preemptive', 'unknown', 'ties']);
  const isPreemptive = check.flag('preemptive', options.preemptive ?? false);
  const { unknown, ties } = common(check, options);
  const ranking: Ranking = {
    isPreemptive,
    ties,
    rank: (job) => job.expected ?? rankOf(unknown),
    why: (rank) => (isKnown(rank) ? `its burst of ${timeText(rank)} is the shortest` : NOBODY_KNOWS),
  };
  return policyOf({
    name: 'sjf',
    isPreemptive,
    options: { preemptive: isPreemptive, unknown, ties },
    start: <J extends Job>(): RunQueue<J> => new RankedQueue<J>(ranking),
  });
}

/** Shortest remaining time first: like `sjf`, and one that arrives and needs less than is left takes over. */
export function srtf(options: SrtfOptions = {}): Policy {
  const check = new Check('srtf', options, ['unknown', 'ties']);
  const { unknown, ties } = common(check, options);
  const ranking: Ranking = {
    isPreemptive: true,
    ties,
    rank: ({ expected, usedInBurst }) => Math.max(0, (expected ?? rankOf(unknown)) - usedInBurst),
    why: (rank) => (isKnown(rank) ? `the ${timeText(rank)} that it still needs are the least` : NOBODY_KNOWS),
  };
  return policyOf({
    name: 'srtf',
    isPreemptive: true,
    options: { unknown, ties },
    start: <J extends Job>(): RunQueue<J> => new RankedQueue<J>(ranking),
  });
}

const NOBODY_KNOWS = 'nobody knows what it needs, and it arrived first';

function common(check: Check, { unknown, ties }: SrtfOptions): { unknown: Unknown; ties: Ties } {
  return {
    unknown: check.unknown(unknown ?? 'last'),
    ties: check.oneOf('ties', ties ?? 'arrival', ['arrival', 'ready']),
  };
}

function rankOf(unknown: Unknown): number {
  if (typeof unknown === 'number') return unknown;
  return unknown === 'first' ? 0 : Number.POSITIVE_INFINITY;
}

function isKnown(rank: number): boolean {
  return rank !== Number.POSITIVE_INFINITY;
}
