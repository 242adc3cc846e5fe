/**
 * Strands: who it is that holds something.
 *
 * Ownership cannot belong to the thread, as two tasks of one thread must exclude each other; and nothing tells one
 * task from another. So each lock that is taken begins a strand, whose proof is the `Held`; what is taken within that
 * (`{ within: held }`) belongs to the same strand. Strands are numbers, which mean something within one participant.
 *
 * @module
 */
import type { Wait, WaitSync } from '../base/index.ts';
import type { Held } from './held.ts';

/** Stands for all strands of a thread: who blocks, blocks them all. */
export const WHOLE_THREAD = 0;
/** Stands for no strand: a wait that nobody can be in a circle for. */
export const NOBODY = -1;
/** The strand of a thread itself: for what belongs to whoever runs in it, as an RLock in its blocking form. */
export const THREAD = 1;
const LAST = 0x7fffffff;
let last = THREAD;

/** A strand that nobody is yet. Numbers come again after 2^31 others. */
export function newStrand(): number {
  last = last >= LAST ? THREAD + 1 : last + 1;
  return last;
}

/** Says on whose behalf a lock is taken. */
export interface Within {
  /**
   * What the taker already holds. A wait that names it can be found in a cycle, and then rejects with `deadlock`; an
   * awaited one that does not is nobody's, as nothing tells one task of a thread from another.
   */
  readonly within?: Held | undefined;
}

/** Ends an awaited wait for a lock early, and says on whose behalf it waits. */
export interface LockWait extends Wait, Within {}
/** Ends a blocking wait for a lock early, and says on whose behalf it waits. */
export interface LockWaitSync extends WaitSync, Within {}
