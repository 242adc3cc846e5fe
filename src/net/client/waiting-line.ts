/**
 * Those who wait for their turn, first come first served. Each may leave before that: out of time, or by a signal.
 *
 * @module
 */
import type { Wait } from '../../base/index.ts';
import { limit } from '../connection/limited.ts';

/** One who waits. To be settled once it has left the line. */
export interface Waiter<T, R> {
  readonly item: T;
  /** Its place: lower ones are before it. */
  readonly order: number;
  readonly resolve: (value: R | PromiseLike<R>) => void;
  readonly reject: (reason: unknown) => void;
}

type Inside<T, R> = Waiter<T, R> & { settled: (() => void) | undefined };

export class WaitingLine<T, R> {
  readonly #line: Inside<T, R>[] = [];
  readonly #changed: () => void;

  /** @param changed - Called when it has got longer or shorter. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get length(): number {
    return this.#line.length;
  }

  get first(): Waiter<T, R> | undefined {
    return this.#line[0];
  }

  /**
   * Waits until it is settled.
   *
   * @param order - Its place among the others; those who come later have higher ones, but for who comes back.
   * @param late - What it rejects with when it is out of time.
   * @param left - Called when it leaves before its turn.
   */
  wait(item: T, order: number, wait: Wait | undefined, late: () => Error, left?: () => void): Promise<R> {
    if (wait?.signal?.aborted || wait?.timeoutMs === 0) {
      left?.();
      return Promise.reject(wait.signal?.aborted ? (wait.signal.reason as Error) : late());
    }
    return new Promise((resolve, reject) => {
      const one: Inside<T, R> = { item, order, resolve, reject, settled: undefined };
      const leave = (reason: unknown): void => {
        one.settled?.();
        this.#line.splice(this.#line.indexOf(one), 1);
        reject(reason);
        left?.();
        this.#changed();
      };
      if (wait) one.settled = limit(wait, leave, late);
      let place = this.#line.length;
      while (place > 0 && this.#line[place - 1]!.order > order) place--;
      this.#line.splice(place, 0, one);
      this.#changed();
    });
  }

  /** Takes the first one out of the line. */
  shift(): Waiter<T, R> | undefined {
    const first = this.#line.shift();
    first?.settled?.();
    if (first) this.#changed();
    return first;
  }

  /** Ends all waits. */
  rejectAll(why: unknown): void {
    for (let one = this.shift(); one; one = this.shift()) one.reject(why);
  }
}
