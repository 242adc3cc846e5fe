/**
 * Multi-level feedback: whoever uses up its quantum goes down a level.
 *
 * Nobody needs to know how long a job takes: short ones end on the first level, long ones sink. Rules and their names
 * follow Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", chapter 8; Stallings' "feedback" is
 * `mlfq({ quanta, preemptive: false, demoteWhenAlone: false })`.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { type Level, LevelQueue } from './levels.ts';
import { Check, policyOf, type PreemptedTo } from './options.ts';
import { QUANTUM } from './round-robin.ts';

/** What multi-level feedback is made with. */
export interface MlfqOptions {
  /** How many levels there are: as many as there are quanta, or 4. */
  readonly levels?: number;
  /** The quantum of each level from the best one down, or one for all: 20, 40, 80 and so on if left out. */
  readonly quanta?: number | readonly number[];
  /** How often everybody is put on the best level again; without it, long jobs may wait for ever. */
  readonly boostEvery?: number;
  /** Whether one goes down that had the CPU for itself: it does, if left out. */
  readonly demoteWhenAlone?: boolean;
  /** Whether one makes room in the midst of its quantum for one of a better level: it does, if left out. */
  readonly preemptive?: boolean;
  /** Where one goes that made room: to the head of its level, with the rest of its quantum, if left out. */
  readonly preemptedTo?: PreemptedTo;
  /** Whether what was used of a quantum counts on after I/O, so that blocking in time is no trick: so if left out. */
  readonly keepUsed?: boolean;
}

const LEVELS = 4;
const LEVELS_MOST = 1000;

/** Multi-level feedback: the best level first, round robin on it, and down a level after each quantum. */
export function mlfq(options: MlfqOptions = {}): Policy {
  const check = new Check('mlfq', options, [
    'levels',
    'quanta',
    'boostEvery',
    'demoteWhenAlone',
    'preemptive',
    'preemptedTo',
    'keepUsed',
  ]);
  const quanta = quantaOf(check, options);
  const boostEvery = check.positiveIfAny('boostEvery', options.boostEvery);
  const isPreemptive = check.flag('preemptive', options.preemptive ?? true);
  const demoteWhenAlone = check.flag('demoteWhenAlone', options.demoteWhenAlone ?? true);
  const keepUsed = check.flag('keepUsed', options.keepUsed ?? true);
  const preemptedTo = check.oneOf('preemptedTo', options.preemptedTo ?? 'head', ['head', 'tail']);
  const table: readonly Level[] = quanta.map((quantum, level) => ({
    quantum,
    expired: Math.min(level + 1, quanta.length - 1),
    woken: level,
    boosted: 0,
  }));
  const label = (level: number): string => `${level + 1} of ${quanta.length}`;
  const levels = { table, first: 0, boostEvery, isPreemptive, demoteWhenAlone, keepUsed, preemptedTo, label };
  return policyOf({
    name: 'mlfq',
    isPreemptive: true,
    options: { quanta, boostEvery, demoteWhenAlone, preemptive: isPreemptive, preemptedTo, keepUsed },
    start: <J extends Job>(): RunQueue<J> => new LevelQueue<J>(levels),
  });
}

function quantaOf(check: Check, { levels, quanta }: MlfqOptions): readonly number[] {
  const isList = Array.isArray(quanta);
  const list: readonly unknown[] = isList ? quanta : [];
  const count = check.whole('levels', levels ?? (isList ? list.length : LEVELS), 1, LEVELS_MOST);
  if (isList && list.length !== count)
    throw new RangeError(
      `Cannot make the policy mlfq as it needs a quantum for each of its ${count} levels: there are ${list.length}`,
    );
  const found = Array.from({ length: count }, (_, level) => {
    if (isList) return check.positive(`quanta[${level}]`, list[level]);
    return quanta === undefined ? QUANTUM * 2 ** Math.min(level, 30) : check.positive('quanta', quanta);
  });
  return Object.freeze(found);
}
