/**
 * A queue as a plain array, to compare the real one with: what is in it, in which order, and in whose hands.
 *
 * Of the ring it knows only what follows from its size: when an item must fit and when it cannot. In between lies the
 * room that padding at the end of the ring may cost, and there the real queue is believed.
 *
 * @module
 */
import assert from 'node:assert/strict';

export interface ModelItem<T> {
  readonly value: T;
  readonly recordBytes: number;
  state: 'claimed' | 'ready' | 'leased' | 'done' | 'dead';
  deliveries: number;
  deaths: number;
}

export class QueueModel<T> {
  readonly capacity: number;
  readonly ringBytes: number;
  closed = false;
  /** Whether there was a dead letter since it was last empty: room behind it may have been given back out of turn. */
  #hadLetters = false;
  /** From the oldest that anybody needs: items that are done stay as long as an older one is not. */
  #items: ModelItem<T>[] = [];

  constructor(capacity: number, ringBytes: number) {
    this.capacity = capacity;
    this.ringBytes = ringBytes;
  }

  count(state: ModelItem<T>['state']): number {
    return this.#items.filter((item) => item.state === state).length;
  }

  get isDrained(): boolean {
    return this.closed && this.pending === 0;
  }

  /** Whether an item with a record of this size fits: surely, surely not, or undefined: the padding decides. */
  fits(recordBytes: number): boolean | undefined {
    if (this.pending >= this.capacity) return false;
    if (this.#items.length === 0) return recordBytes <= this.ringBytes;
    // A dead letter may have been moved out of the way, as far as there was room behind it, or the tail moved back.
    if (this.#hadLetters) {
      const needed = this.live.reduce((sum, item) => sum + item.recordBytes, 0);
      return needed + recordBytes > this.ringBytes ? false : undefined;
    }
    const used = this.#items.reduce((sum, item) => sum + item.recordBytes, 0);
    if (used + recordBytes > this.ringBytes) return false;
    // A pad is smaller than the record that did not fit before it, and there is one at the end of the ring at most.
    const largest = Math.max(recordBytes, ...this.#items.map((item) => item.recordBytes));
    return used + recordBytes + largest <= this.ringBytes ? true : undefined;
  }

  /** Items that are neither done nor dead letters. */
  get pending(): number {
    return this.count('claimed') + this.count('ready') + this.count('leased');
  }

  put(value: T, recordBytes: number, state: 'ready' | 'claimed' = 'ready'): ModelItem<T> {
    assert.notEqual(this.fits(recordBytes), false, 'it took an item for which there is no room');
    const item: ModelItem<T> = { value, recordBytes, state, deliveries: 0, deaths: 0 };
    this.#items.push(item);
    return item;
  }

  /** What becomes of an item whose holder dies. */
  lose(item: ModelItem<T>, deathLimit: number): void {
    item.deaths++;
    if (item.deaths >= deathLimit) this.#hadLetters = true;
    this.settle(item, item.deaths >= deathLimit ? 'dead' : 'ready');
  }

  /** What the next taker gets. */
  take(how: 'get' | 'lease'): ModelItem<T> | undefined {
    const item = this.#items.find(({ state }) => state === 'ready');
    if (!item) return undefined;
    item.deliveries++;
    this.settle(item, how === 'get' ? 'done' : 'leased');
    return item;
  }

  settle(item: ModelItem<T>, state: ModelItem<T>['state']): void {
    item.state = state;
    while (this.#items[0]?.state === 'done') this.#items.shift();
    if (this.#items.length === 0) this.#hadLetters = false;
  }

  /** All that are not done, the oldest first. */
  get live(): readonly ModelItem<T>[] {
    return this.#items.filter(({ state }) => state !== 'done');
  }
}
