/**
 * The time-sharing class of Solaris: 60 levels, the last one the best, and a table for all that can happen.
 *
 * Source: the `ts_dptbl` that is delivered with the system, as the System Administration Guide prints it: quantum in
 * milliseconds, level after the quantum (tqexp), after sleeping (slpret), after waiting for more than a second (lwait).
 * The kernel looks once a second who has waited; so do we, at all jobs, as it does with `ts_maxwait` 0. Jobs begin on
 * level 29.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';
import { type Level, type Levels, LevelQueue } from './levels.ts';
import { Check, policyOf } from './options.ts';

/** What the table of Solaris is made with. */
export interface SolarisOptions {
  /** How many units of time a millisecond is: 1 if left out. */
  readonly unitsPerMs?: number;
}

const LEVELS = 60;
const FIRST = 29;

/** One row of `ts_dptbl`, numbered as there. */
function row(level: number): { quantum: number; tqexp: number; slpret: number; lwait: number } {
  const quantum = level === 59 ? 20 : ([200, 160, 120, 80, 40, 40][Math.floor(level / 10)] as number);
  const tqexp = level === 59 ? 49 : Math.max(0, level - 10);
  return { quantum, tqexp, slpret: slpretOf(level), lwait: level >= 49 ? 59 : slpretOf(level) };
}

function slpretOf(level: number): number {
  if (level === 59) return 59;
  if (level >= 45) return Math.min(58, level + 11);
  if (level >= 35) return level < 40 ? 54 : 55;
  return 50 + Math.floor(level / 10);
}

/** Multi-level feedback by the table of Solaris: whoever sleeps is lifted, whoever uses up its quantum sinks. */
export function solaris(options: SolarisOptions = {}): Policy {
  const check = new Check('solaris', options, ['unitsPerMs']);
  const unitsPerMs = check.positive('unitsPerMs', options.unitsPerMs ?? 1);
  const best = LEVELS - 1;
  const table: readonly Level[] = Array.from({ length: LEVELS }, (_, index) => {
    const { quantum, tqexp, slpret, lwait } = row(best - index);
    return {
      quantum: quantum * unitsPerMs,
      expired: best - tqexp,
      woken: best - slpret,
      boosted: best - lwait,
    };
  });
  const levels: Levels = {
    table,
    first: best - FIRST,
    boostEvery: 1000 * unitsPerMs,
    isPreemptive: true,
    demoteWhenAlone: true,
    keepUsed: false,
    preemptedTo: 'head',
    label: (level) => String(best - level),
  };
  return policyOf({
    name: 'solaris',
    isPreemptive: true,
    options: { unitsPerMs },
    start: <J extends Job>(): RunQueue<J> => new LevelQueue<J>(levels),
  });
}
