/**
 * What the methods of a condition are given.
 *
 * @module
 */
import { type Wait, type WaitSync } from '../base/index.ts';
import { Held } from './held.ts';

/** Takes the Held that may stand before the others out of a method's arguments. */
export function afterOptional(given: readonly unknown[]): {
  held: Held | undefined;
  rest: readonly unknown[];
} {
  const [first, ...rest] = given;
  return first instanceof Held ? { held: first, rest } : { held: undefined, rest: given };
}

/** The same wait, with what is left of its time. */
export function remaining<W extends Wait | WaitSync>(wait: W | undefined, deadline: number): W | undefined {
  if (wait?.timeoutMs === undefined) return wait;
  return { ...wait, timeoutMs: Math.max(0, deadline - performance.now()) };
}

/** Refuses what is no number of waits. */
export function checkCount(n: unknown): asserts n is number {
  if (typeof n !== 'number')
    throw new TypeError(`Cannot notify as the number of waits must be a number: it is ${typeof n}`);
  if (!Number.isSafeInteger(n) || n < 1)
    throw new RangeError(
      `Cannot notify as the number of waits must be a whole number from 1 on: current value is ${n}`,
    );
}
