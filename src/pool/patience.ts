/**
 * How long it is worth looking for something before one sleeps: what is learned from how it came.
 *
 * To be woken costs a hundred microseconds and more on both sides. If both sleep whenever the other one is about to
 * come, each round pays that twice, though the work is done in two. So who slept, and was woken soon, looks for longer
 * the next time. If that was in vain, looking does no good: the thing takes long, or the one who is to bring it has no
 * CPU, as we have it. Then it is left for a while. It is the rule of adaptive mutexes: spin for about as long as it
 * took before, and not where the other one does not run.
 *
 * @module
 */

/** What comes later than this is worth no looking. */
const LIMIT_MS = 1;
const LEAST_MS = 0.1;
const HOPELESS_MS = 0.03;
/** So many things come before it is tried again: more each time that it was in vain. */
const LEAST_REST = 8;
const MOST_REST = 256;

export class Patience {
  /** How long to look, in ms. */
  ms: number = LEAST_MS;
  #hasTried = false;
  /** Things that come before it is tried again. */
  #rest = 0;
  #nextRest: number = LEAST_REST;

  /** Something has come. @param gapMs - since one began to wait. @param slept - Whether looking was in vain. */
  learn(gapMs: number, slept: boolean): void {
    if (!slept) {
      this.#hasTried = false;
      if (this.#rest > 0) return;
      this.ms = Math.max(LEAST_MS, this.ms * 0.95, gapMs * 2);
      this.#nextRest = LEAST_REST;
      return;
    }
    if (this.#rest > 0) {
      this.#rest -= 1;
      if (this.#rest === 0) this.ms = LEAST_MS;
    } else if (gapMs < LIMIT_MS && !this.#hasTried) {
      this.#hasTried = true;
      this.ms = Math.min(LIMIT_MS, gapMs * 2);
    } else {
      this.#hasTried = false;
      this.ms = HOPELESS_MS;
      this.#rest = this.#nextRest;
      this.#nextRest = Math.min(MOST_REST, this.#rest * 2);
    }
  }
}
