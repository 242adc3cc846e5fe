/**
 * How every wait of ours is told to end early.
 *
 * @module
 */
import { DuodaoError } from './errors.ts';

/** Ends a blocking wait early. */
export interface WaitSync {
  /** Milliseconds to wait at most. 0 tries once. Left out: no limit. Negative or NaN is a `RangeError`. */
  readonly timeoutMs?: number | undefined;
}

/** Ends an awaited wait early. A wait that failed has consumed nothing. */
export interface Wait extends WaitSync {
  /** Rejects the wait with the signal's own reason. Already aborted wins over available. */
  readonly signal?: AbortSignal | undefined;
}

/** The moment, on the clock of `performance.now()`, at which a wait is out of time; Infinity for none. */
export function deadlineOf(wait: WaitSync | undefined): number {
  const timeoutMs = wait?.timeoutMs;
  if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
  if (typeof timeoutMs !== 'number')
    throw new TypeError(
      `Cannot wait as timeoutMs must be a number of milliseconds: current value is ${String(timeoutMs)}`,
    );
  if (!(timeoutMs >= 0))
    throw new RangeError(`Cannot wait as timeoutMs must be 0 or more: current value is ${timeoutMs}`);
  return timeoutMs === 0 ? 0 : performance.now() + timeoutMs;
}

/** The error of a wait that reached its limit. */
export function timedOut(what: string, wait: WaitSync | undefined): DuodaoError {
  const timeoutMs = wait?.timeoutMs ?? 0;
  return new DuodaoError('timed-out', `${what} did not happen within ${timeoutMs} ms`, { timeoutMs });
}
