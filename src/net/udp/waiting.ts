/**
 * Datagrams that wait for a handler: first come, first served, and no more than so many. One more pushes the oldest
 * out, as whoever sent that has given up first.
 *
 *     ring    … │ oldest │   │ newest │ …      as long as it ever had to be, at most `most`
 *
 * @module
 */
import { assert } from '../../base/index.ts';

const FIRST_LENGTH = 16;

export class Waiting<T> {
  readonly #most: number;
  #ring: (T | undefined)[] = [];
  #first = 0;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds one. Returns the one that had to go for it. */
  push(one: T): T | undefined {
    const gone = this.#count === this.#most ? this.shift() : undefined;
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#count++) % this.#ring.length] = one;
    return gone;
  }

  /** Takes the oldest. */
  shift(): T | undefined {
    if (this.#count === 0) return undefined;
    const one = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#count--;
    return one;
  }

  #grow(): void {
    const { length } = this.#ring;
    assert(length < this.#most, 'there is room when the oldest is gone');
    const longer = new Array<T | undefined>(Math.min(this.#most, Math.max(FIRST_LENGTH, 2 * length)));
    for (let index = 0; index < this.#count; index++)
      longer[index] = this.#ring[(this.#first + index) % length];
    this.#ring = longer;
    this.#first = 0;
  }
}
