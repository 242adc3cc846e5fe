/**
 * The orders that buyers have to place: each is with one buyer at a time, comes back when its connection breaks, and is
 * done when it has an answer.
 *
 * Orders that come back are taken first. Who has nothing to do is told of them, so that one buyer who stays is enough.
 *
 * @module
 */
import type { Order } from '../orders.ts';

export class OrderPool {
  readonly #orders: readonly Order[];
  readonly #again: Order[] = [];
  readonly #listeners: Set<() => void> = new Set();
  #next = 0;
  #done = 0;
  #askedAgain = 0;
  #isStopped = false;

  constructor(orders: readonly Order[]) {
    this.#orders = orders;
  }

  get size(): number {
    return this.#orders.length;
  }

  /** Orders that have their answer. */
  get done(): number {
    return this.#done;
  }

  /** How often one came back. */
  get askedAgain(): number {
    return this.#askedAgain;
  }

  /** Nothing is left to do. */
  get isOver(): boolean {
    return this.#isStopped || this.#done === this.#orders.length;
  }

  /** An order to place; undefined while there is none. */
  take(): Order | undefined {
    if (this.#isStopped) return undefined;
    const again = this.#again.shift();
    if (again || this.#next === this.#orders.length) return again;
    return this.#orders[this.#next++];
  }

  giveBack(orders: readonly Order[]): void {
    if (orders.length === 0) return;
    this.#again.push(...orders);
    this.#askedAgain += orders.length;
    this.#tell();
  }

  answered(): void {
    this.#done++;
    if (this.isOver) this.#tell();
  }

  /** Has everybody stop, whatever is left. */
  stop(): void {
    this.#isStopped = true;
    this.#tell();
  }

  /** Calls the listener when orders have come back, or all is over. Returns what ends that. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
