/**
 * What a lock is made of, for what builds on locks: a condition gives a lock up while it waits, and takes it again.
 *
 * @module
 */
import type { LockBody } from './lock-body.ts';
import type { LockDesk } from './lock-desk.ts';

export interface LockParts {
  readonly body: LockBody;
  readonly desk: LockDesk;
  /** Frees the lock for others, however often this strand holds it; gives what is to be called once it has it again. */
  park(strand: number): () => void;
}

const parts: WeakMap<object, LockParts> = new WeakMap();

export function tellParts(lock: object, its: LockParts): void {
  parts.set(lock, its);
}

/** The parts of a Lock or RLock; undefined for anything else. */
export function partsOf(lock: object): LockParts | undefined {
  return parts.get(lock);
}

/** Parks a lock that does not nest. */
export function parkWhole(body: LockBody, strand: number): () => void {
  body.release(strand);
  return () => undefined;
}
