/**
 * How long it is worth looking for something before one sleeps: what is learned from how long it took to come.
 *
 * To be woken costs a hundred microseconds and more on both sides. If both sleep whenever the other one is about to come,
 * each round pays that twice, though the work is done in two. So who has seen that things come soon looks for longer;
 * who has seen them take long looks only for a moment. It is the rule of adaptive mutexes (spin for about as long as the
 * last holders kept the lock).
 *
 * @module
 */

/** What comes later than this is worth no looking. */
const LIMIT_MS = 1;
const LEAST_MS = 0.1;

export class Patience {
  /** How long to look, in ms. */
  ms: number = LEAST_MS;

  /** Something has come, so long after one began to wait for it. */
  learn(gapMs: number): void {
    if (gapMs >= LIMIT_MS) this.ms = Math.max(LEAST_MS, this.ms / 2);
    else this.ms = Math.max(LEAST_MS, this.ms * 0.95, Math.min(LIMIT_MS, gapMs * 2));
  }
}
