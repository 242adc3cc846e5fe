/**
 * How long an item may run: `500ms`, `2s`, `1.5m`, a number of seconds, or `200%` of what items of this run take.
 *
 * What they take is the median of those that have succeeded, from the third one on; until then there is no limit. It is
 * kept as a histogram whose steps are 2 % wide, so that a run of any length needs the same few kilobytes.
 *
 * @module
 */
import { millisecondsIn } from '../amounts.ts';
import { quoted, UsageError } from '../usage-error.ts';

/** A limit in milliseconds, or in percent of the median. */
export type TimeLimit = { readonly ms: number } | { readonly percent: number };

const SHARE = /^(\d{1,9}(?:\.\d{1,9})?)%$/;

/** @throws {@link UsageError} that shows the form. */
export function parseTimeLimit(text: string): TimeLimit {
  const percent = Number(SHARE.exec(text)?.[1]);
  if (percent > 0) return { percent };
  const ms = millisecondsIn(text);
  if (ms !== undefined && ms >= 1) return { ms };
  throw new UsageError(
    '--timeout must be a time such as 500ms, 2s, 2m, or a share of the median such as 200%, at least a millisecond: ' +
      `it is ${quoted(text)}`,
  );
}

/** The width of a step of the histogram. */
const STEP = Math.log(1.02);
/** The first step ends here: a microsecond. */
const LEAST_MS = 0.001;
const STEPS = 2000;
/** So many must have been seen: one alone may be anything. */
const SEEN_LEAST = 3;

/** The middle one of any number of durations, to 2 %. */
export class Median {
  readonly #counts: Uint32Array = new Uint32Array(STEPS);
  #seen = 0;
  /** The step of the middle one; how many are in those below it. */
  #step = 0;
  #below = 0;

  add(ms: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / STEP)));
    this.#counts[step]!++;
    this.#seen++;
    if (step < this.#step) this.#below++;
    // The middle moves by at most one of those seen, so that this looks at few steps.
    const half = Math.floor((this.#seen - 1) / 2);
    while (this.#below > half) this.#below -= this.#counts[--this.#step]!;
    while (this.#below + this.#counts[this.#step]! <= half) this.#below += this.#counts[this.#step++]!;
  }

  /** In milliseconds; undefined while too few have been seen. */
  get value(): number | undefined {
    return this.#seen < SEEN_LEAST ? undefined : LEAST_MS * Math.exp(this.#step * STEP);
  }
}

/** A share of next to nothing would be a limit that a busy machine breaks. */
const SHARE_LEAST_MS = 50;

/** The limit for an item that begins now; undefined while there is none. */
export function limitNow(limit: TimeLimit, median: Median): number | undefined {
  if ('ms' in limit) return limit.ms;
  const { value } = median;
  return value === undefined ? undefined : Math.max(SHARE_LEAST_MS, (value * limit.percent) / 100);
}
