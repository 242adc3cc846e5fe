/**
 * How many in a second, of late: over the last two seconds, so that the number follows what happens and does not jump.
 *
 * @module
 */

const WINDOW_MS = 2000;

interface Sample {
  readonly atMs: number;
  readonly count: number;
}

export class Rate {
  readonly #samples: Sample[];

  constructor(nowMs: number) {
    this.#samples = [{ atMs: nowMs, count: 0 }];
  }

  /** Takes note of a count that only grows, and says by how much it grew in a second. */
  perSecond(nowMs: number, count: number): number {
    const samples = this.#samples;
    samples.push({ atMs: nowMs, count });
    // One older than the window stays: what is said is over the whole of it.
    while (samples.length > 2 && nowMs - samples[1]!.atMs >= WINDOW_MS) samples.shift();
    const [first] = samples as [Sample];
    return nowMs > first.atMs ? Math.round(((count - first.count) * 1000) / (nowMs - first.atMs)) : 0;
  }
}
