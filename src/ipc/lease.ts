/**
 * An item that is in somebody's hands, and not gone from its queue before he says so.
 *
 * @module
 */

/** How a lease ends; told to the queue. `unread`: as if the item had never been taken. */
export type LeaseEnd = 'done' | 'back' | 'unread';
export type SettleLease = (end: LeaseEnd) => void;

/**
 * An item of a queue, leased. Say `done()` when its work has taken effect. If its holder dies before that, the item
 * is handed to somebody else, marked as redelivered.
 */
export class Lease<T> implements Disposable {
  readonly item: T;
  /** How often the item was handed out, this time included. */
  readonly deliveries: number;
  /** How often a holder of the item died, 255 at most. */
  readonly deaths: number;
  #settle: SettleLease | undefined;

  constructor(item: T, past: { readonly deliveries: number; readonly deaths: number }, settle: SettleLease) {
    this.item = item;
    this.deliveries = past.deliveries;
    this.deaths = past.deaths;
    this.#settle = settle;
  }

  /** Whether somebody had the item before and did not finish: its work may have been done already. */
  get redelivered(): boolean {
    return this.deliveries > 1;
  }

  /** Says that the item is finished with. Asked again, or after giveBack(), it does nothing. */
  done(): void {
    this.#end('done');
  }

  /** Hands the item to whoever comes next, in its old place. Asked again, or after done(), it does nothing. */
  giveBack(): void {
    this.#end('back');
  }

  [Symbol.dispose](): void {
    this.giveBack();
  }

  #end(end: LeaseEnd): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(end);
  }
}
