/**
 * How a quantity is distributed, in a fixed number of words: buckets that grow by an eighth of a power of two, so that
 * what is read from them is at most 9 % off.
 *
 * @module
 */

const PER_OCTAVE = 8;
const OCTAVES = 40;

/** The least value that is told from 0: in ms, a sixteenth of a microsecond. */
const LEAST = 2 ** -14;

export class Histogram {
  readonly #counts: Uint32Array = new Uint32Array(PER_OCTAVE * OCTAVES);
  #count = 0;
  #sum = 0;
  #max = 0;

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
    const index = value <= LEAST ? 0 : Math.floor(Math.log2(value / LEAST) * PER_OCTAVE);
    const bucket = Math.min(index, this.#counts.length - 1);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** The value that a share (0 to 1) of all is not above. */
  at(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left > 0 || count === 0) continue;
      if (bucket === this.#counts.length - 1) break; // it has no upper end
      return Math.min(this.#max, LEAST * 2 ** ((bucket + 1) / PER_OCTAVE));
    }
    return this.#max;
  }
}
