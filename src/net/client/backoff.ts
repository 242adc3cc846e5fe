/**
 * How long to wait before the next try.
 *
 *     ceiling    min, 2 min, 4 min, …, max        doubled with each try that failed
 *     delay      evenly between 0 and the ceiling ("full jitter")
 *
 * A thousand clients that lose one server would come back all at once if they waited equally long, and again with each
 * further try. Spread over the whole interval they come evenly.
 *
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @module
 */

/** True spreads delays evenly from 0 to the ceiling; false waits for the ceiling itself; or a function of it. */
export type Jitter = boolean | ((ceilingMs: number) => number);

export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #jitter: Jitter;
  #failures = 0;

  constructor(minMs: number, maxMs: number, jitter: Jitter) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#jitter = jitter;
  }

  /** Milliseconds before the next try. @throws RangeError at a delay of the user's function that is none. */
  next(): number {
    const ceilingMs = Math.min(this.#maxMs, this.#minMs * 2 ** this.#failures++);
    const jitter = this.#jitter;
    if (jitter === true) return Math.random() * ceilingMs;
    if (jitter === false) return ceilingMs;
    const delayMs: unknown = jitter(ceilingMs);
    if (typeof delayMs === 'number' && delayMs >= 0 && delayMs <= ceilingMs) return delayMs;
    throw new RangeError(
      `Cannot wait for the next try as jitter must answer with a number from 0 to ${ceilingMs}: ` +
        `current value is ${String(delayMs)}`,
    );
  }

  /** The next try is the first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
