/**
 * How locks are made, those that nest and those that do not.
 *
 * @module
 */
import { FAIR, STRICT, UNWATCHED } from './lock-body.ts';
import { LINE_BYTES } from './semaphore-line.ts';

/** How a lock is made. */
export interface LockOptions {
  /** A label for people; it does not have to be unique. See `named` for finding a lock by name. */
  readonly name?: string;
  /**
   * Serves who waits in the order of arrival, whatever thread or process they are in. Nobody starves; but each
   * release is followed by a wake-up, so it is many times slower where several want the lock all the time. False if
   * left out.
   */
  readonly fair?: boolean;
  /**
   * After a holder has died, whoever takes the lock must say `held.markConsistent()` before he releases it; if he does
   * not, the lock is broken: all who wait for it or want it fail with `owner-died`. False if left out.
   */
  readonly strict?: boolean;
  /** Whether waits for it that could never end are found and fail with `deadlock`. True if left out. */
  readonly detect?: boolean;
}

/** The options of a lock in one word. */
export function flagsOf(what: string, { fair, strict, detect }: LockOptions): number {
  for (const [option, value] of Object.entries({ fair, strict, detect })) {
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(`Cannot make a ${what} as ${option} must be true or false: it is ${typeof value}`);
  }
  return (strict ? STRICT : 0) | (fair ? FAIR : 0) | (detect === false ? UNWATCHED : 0);
}

/** Bytes that the line of those who wait takes. */
export function lineBytes(flags: number): number {
  return flags & FAIR ? LINE_BYTES : 0;
}

/** Refuses to open a lock as what it is not. */
export function checkFlags(what: string, name: string, options: LockOptions, flags: number): void {
  const actual = { fair: (flags & FAIR) !== 0, strict: (flags & STRICT) !== 0, detect: !(flags & UNWATCHED) };
  for (const option of ['fair', 'strict', 'detect'] as const) {
    const asked = options[option];
    if (asked === undefined || asked === actual[option]) continue;
    throw new RangeError(
      `Cannot open the ${what} "${name}" with ${option} ${asked}: it was made with ${actual[option]}`,
    );
  }
}
