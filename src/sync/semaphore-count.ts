/**
 * Which numbers a count of permits or parties can be.
 *
 * @module
 */

/** The most permits that there can be: what a signed word holds. */
export const MOST_COUNT: number = 2 ** 31 - 1;

/** Refuses what is no whole number from `least` to 2^31 − 1, in a sentence with `action` and `what` in it. */
export function checkCount(
  action: string,
  what: string,
  count: unknown,
  least: number,
): asserts count is number {
  if (typeof count !== 'number')
    throw new TypeError(`Cannot ${action} as ${what} must be a number: current value is ${String(count)}`);
  if (!(Number.isInteger(count) && count >= least && count <= MOST_COUNT)) {
    throw new RangeError(
      `Cannot ${action} as ${what} must be a whole number from ${least} to ${MOST_COUNT}: current value is ${count}`,
    );
  }
}
