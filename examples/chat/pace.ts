/**
 * How fast somebody may go on: so many at once after a pause, then evenly. Pure; whoever asks does the waiting, and
 * thereby lets the other side wait as well.
 *
 * @module
 */

export class Pace {
  readonly #everyMs: number;
  readonly #burst: number;
  /** When the next one would be due, were they to come evenly. */
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#everyMs = 1000 / perSecond;
    this.#burst = burst;
  }

  /** How long to wait before the next one, which is counted by this. `nowMs` is any clock that only goes forward. */
  delayMs(nowMs: number): number {
    this.#dueMs = Math.max(this.#dueMs, nowMs - this.#burst * this.#everyMs) + this.#everyMs;
    return Math.max(0, this.#dueMs - nowMs);
  }
}
