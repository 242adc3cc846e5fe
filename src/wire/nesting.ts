/**
 * How deep in a value we are, and what waits since it is too deep.
 *
 * Writer and reader step into the same containers in the same order and both count with this class, so they agree on
 * which insides are parked without a word about it in the message. See "Depth" in `format.ts`.
 *
 * @module
 */
import { NESTED_MAX } from './format.ts';

export class Nesting {
  #depth = 0;
  #parked: (() => void)[] = [];

  /** Whether the inside of a container met here has to wait. */
  get isFull(): boolean {
    return this.#depth === NESTED_MAX;
  }

  /** Steps into a container. Plain objects and arrays do it by hand, to save a function for each. */
  enter(): void {
    this.#depth++;
  }

  leave(): void {
    this.#depth--;
  }

  park(inside: () => void): void {
    this.#parked.push(inside);
  }

  /** Does a container's inside, now or, deep down, later. */
  into(inside: () => void): void {
    if (this.#depth === NESTED_MAX) {
      this.#parked.push(inside);
      return;
    }
    this.#depth++;
    inside();
    this.#depth--;
  }

  /** Does all that waits, oldest first. Insides park others while they are done; those join at the end. */
  unpark(): void {
    if (this.#parked.length === 0) return;
    for (let index = 0; index < this.#parked.length; index++) {
      const inside = this.#parked[index]!;
      this.#parked[index] = done; // its object need not live until all the others are done
      inside();
    }
    this.#parked = [];
  }
}

function done(): void {}
