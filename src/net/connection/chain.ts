/**
 * Things that come and go by the thousand, each knowing its neighbours.
 *
 * Not a Set: its tables grow old, and what is young and in one of them is moved to the old objects with it, though it
 * was removed long since. A short connection, and all that belongs to it, then cost a collection of old objects. Here
 * whoever leaves takes every trace with him.
 *
 * @module
 */

/** Neighbours; for the chain alone. One thing can be in one chain. */
export interface Linked<T> {
  before?: T | undefined;
  behind?: T | undefined;
  isLinked?: boolean;
}

export class Chain<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  /** Who is next in each(). */
  #next: T | undefined;
  size = 0;

  add(one: T): void {
    if (one.isLinked) return;
    one.isLinked = true;
    one.before = this.#last;
    if (this.#last) this.#last.behind = one;
    else this.#first = one;
    this.#last = one;
    this.size++;
  }

  /** Removes it; again, it does nothing. */
  remove(one: T): void {
    if (!one.isLinked) return;
    if (one === this.#next) this.#next = one.behind;
    if (one.before) one.before.behind = one.behind;
    else this.#first = one.behind;
    if (one.behind) one.behind.before = one.before;
    else this.#last = one.before;
    one.isLinked = false;
    one.before = undefined;
    one.behind = undefined;
    this.size--;
  }

  /** Calls it with each, in the order in which they came. Any may be removed meanwhile. Not while it is at it. */
  each(visit: (one: T) => void): void {
    for (let one = this.#first; one; one = this.#next) {
      this.#next = one.behind;
      visit(one);
    }
  }
}
