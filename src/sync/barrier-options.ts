/**
 * How a barrier is made, and in which words it says that it is broken.
 *
 * @module
 */
import { deadlineOf, DuodaoError } from '../base/index.ts';
import { checkCount } from './semaphore-count.ts';

/** What a barrier runs once in each round, when all have arrived and before anybody is let go. */
export type BarrierAction = () => unknown;

/** How a barrier is made. */
export interface BarrierOptions {
  /**
   * Runs once in each round, when all have arrived and before anybody is let go. It stays in this thread, for as long
   * as this thread keeps the barrier; so one who arrives must be of this thread, or of another that gave an action to
   * `Barrier.named`: else the barrier breaks.
   */
  readonly action?: BarrierAction;
  /** How long each wait lasts at most, if it does not say so itself. */
  readonly timeoutMs?: number;
  /** A label for people; it does not have to be unique. See `Barrier.named` for finding a barrier by name. */
  readonly name?: string;
}

/** Refuses absurd numbers and what is no action. */
export function checkBarrier(parties: unknown, { action, timeoutMs }: BarrierOptions): void {
  checkCount('make a barrier', 'its number of parties', parties, 1);
  if (timeoutMs !== undefined) deadlineOf({ timeoutMs });
  if (action !== undefined && typeof action !== 'function')
    throw new TypeError(
      `Cannot make a barrier as its action must be a function: current value is ${String(action)}`,
    );
}

/** Why a barrier is broken: the number that stands for it in memory, and the words that follow "as". */
const CAUSES = {
  'timed-out': [1, 'one of its parties was out of time'],
  aborted: [2, 'one of its parties gave up'],
  died: [3, 'one of its parties died'],
  abort: [4, 'it was aborted'],
  reset: [5, 'it was reset while this one waited'],
  'action-failed': [6, 'its action failed'],
  'no-action': [7, 'none of those who arrived is of a thread that has its action'],
} as const;

/** Why a barrier is broken, as the fact `cause` of the error says it. */
export type BarrierCause = keyof typeof CAUSES;

const BY_CODE: ReadonlyMap<number, BarrierCause> = new Map(
  Object.entries(CAUSES).map(([cause, [code]]) => [code, cause as BarrierCause]),
);

export function codeOfCause(cause: BarrierCause): number {
  return CAUSES[cause][0];
}

/** The error of those who find a barrier broken. */
export function brokenBarrier(code: number): DuodaoError {
  const cause = BY_CODE.get(code);
  const why = cause ? CAUSES[cause][1] : 'its memory makes no sense';
  return new DuodaoError('broken', `Cannot wait at this barrier as ${why}`, { cause: cause ?? 'unknown' });
}
