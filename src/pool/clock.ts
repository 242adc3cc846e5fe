/**
 * Two clocks: that of this process, and the one that all processes of a machine share.
 *
 * @module
 */

/** What to add to `performance.now()` of this thread for the monotonic clock of the system, in ms. */
const OFFSET: number = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds of the monotonic clock: the same in all processes. */
export function monotonicMs(): number {
  return performance.now() + OFFSET;
}
