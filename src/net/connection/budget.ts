/**
 * How much all connections of one event loop may hold together of what has arrived and is not used yet.
 *
 * Each is bounded by itself, but ten thousand of them are not. When the sum is too large, the connection that holds
 * most is ended: so whoever is honest has the smallest chance to be the one.
 *
 * @module
 */

/** Who holds bytes. */
export interface Holder {
  readonly heldBytes: number;
  /** Ends it, as all of them together hold too much. */
  sacrifice(limitBytes: number): void;
}

export class Budget {
  readonly limitBytes: number;
  readonly #holders: Set<Holder> = new Set();
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Says that a holder holds so much more, or less; `now` is all that it holds. */
  change(holder: Holder, bytes: number, now: number): void {
    this.#heldBytes += bytes;
    if (now === 0) this.#holders.delete(holder);
    else this.#holders.add(holder);
    if (this.#heldBytes > this.limitBytes && bytes > 0) this.#sacrifice();
  }

  #sacrifice(): void {
    let largest: Holder | undefined;
    for (const one of this.#holders) if (!largest || one.heldBytes > largest.heldBytes) largest = one;
    largest?.sacrifice(this.limitBytes);
  }
}
