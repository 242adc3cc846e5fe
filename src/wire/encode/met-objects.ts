/**
 * The objects that one message has met, each with its number, so that an object met twice is written once.
 *
 * The first few stand in an array that is searched from end to end: asking a Map about an object for the first time
 * makes the engine give that object a hash, which costs more than writing a small object does. Once there are more,
 * all of them are in a Map.
 *
 * @module
 */
const FEW = 16;

export class MetObjects {
  #count = 0;
  readonly #few: unknown[] = new Array(FEW).fill(undefined);
  #many: Map<unknown, number> | undefined;

  /** The number of an object met before; -1 for one that is new, and has a number from now on. */
  numberOf(object: object): number {
    const count = this.#count;
    if (this.#many === undefined) {
      for (let number = 0; number < count; number++) if (this.#few[number] === object) return number;
      if (count < FEW) this.#few[count] = object;
      else this.#many = new Map(this.#few.map((few, number) => [few, number]));
    } else {
      const number = this.#many.get(object);
      if (number !== undefined) return number;
    }
    this.#many?.set(object, count);
    this.#count = count + 1;
    return -1;
  }

  /** Forgets them all, and keeps none of them alive. */
  clear(): void {
    for (let number = Math.min(this.#count, FEW) - 1; number >= 0; number--) this.#few[number] = undefined;
    this.#count = 0;
    this.#many = undefined;
  }
}
