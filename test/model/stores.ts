/**
 * One operation inside a guard, and each way in which a kill can cut it short.
 *
 * The guard lets one in at a time (guard.ts), and nobody outside believes what he reads there before he has
 * been inside. So all that matters of an operation is the row of its stores: either they all happen, or its
 * owner is killed and the first few of them have happened. A model writes an operation as plain code that
 * stores through `Stores`; `offerCut` offers it whole, and cut short before each store and after the last.
 *
 * That makes one step of what would be many, and leaves out no death.
 *
 * @module
 */
import type { Crowd, Offer } from './explore.ts';

const CUT = new Error('killed here');

/** Stores until the kill. */
export class Stores {
  #done = 0;
  readonly #most: number;

  constructor(most: number = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  get done(): number {
    return this.#done;
  }

  set<T, K extends keyof T>(target: T, key: K, value: T[K]): void {
    this.next();
    target[key] = value;
  }

  /** Counts a store that the caller makes right after this. */
  next(): void {
    if (this.#done === this.#most) throw CUT;
    this.#done++;
  }
}

export interface Operation<P, S extends Crowd<P>> {
  readonly can: Offer<P, S>;
  /** Offers the kills; undefined when there are none left. */
  readonly might: Offer<P, S> | undefined;
  readonly act: (next: S, self: P, stores: Stores) => void;
  /** What a kill inside leaves behind, once the stores before it are made. */
  readonly die: (next: S, self: P) => void;
}

/** Offers an operation whole and, if kills are left, cut short at every store. */
export function offerCut<P, S extends Crowd<P>>(who: number, what: string, operation: Operation<P, S>): void {
  const { can, might, act, die } = operation;
  let total = 0;
  can(who, what, (next, self) => {
    const stores = new Stores();
    act(next, self, stores);
    total = stores.done;
  });
  if (!might) return;
  for (let most = 0; most <= total; most++)
    might(who, `${what}: killed after ${most} of ${total} stores`, (next, self) => {
      cutShort(() => act(next, self, new Stores(most)));
      die(next, self);
    });
}

function cutShort(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error !== CUT) throw error;
  }
}
