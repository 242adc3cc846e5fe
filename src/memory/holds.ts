/**
 * What keeps shared objects held by this thread: each access to one, for as long as somebody can reach it.
 *
 * An access ends when it is collected, or at once when its user says so. With the last one of an object the thread no
 * longer holds it.
 *
 * @module
 */

/** A shared object, by what is known of it when an access to it is gone. */
export interface Hold {
  readonly offset: number;
  readonly serial: number;
}

export class Holds {
  /** How many accesses keep an object held, by serial. */
  readonly #counts: Map<number, number> = new Map();
  readonly #collected: FinalizationRegistry<Hold>;

  /** @param letGo - Told in its own turn of the event loop, when the last access to an object was collected. */
  constructor(letGo: (hold: Hold) => void) {
    this.#collected = new FinalizationRegistry((hold) => {
      if (this.#drop(hold)) letGo(hold);
    });
  }

  /** Keeps an object held for as long as `keeper` is reachable. */
  keep({ offset, serial }: Hold, keeper: object): void {
    this.#counts.set(serial, (this.#counts.get(serial) ?? 0) + 1);
    this.#collected.register(keeper, { offset, serial }, keeper);
  }

  /** Ends what `keeper` kept, without waiting for its collection. True when nothing keeps the object held now. */
  end(hold: Hold, keeper: object): boolean {
    return this.#collected.unregister(keeper) && this.#drop(hold);
  }

  #drop({ serial }: Hold): boolean {
    const left = (this.#counts.get(serial) ?? 0) - 1;
    if (left > 0) this.#counts.set(serial, left);
    else this.#counts.delete(serial);
    return left <= 0;
  }
}
