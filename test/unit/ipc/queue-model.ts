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
  state: 'ready' | 'leased' | 'done';
  deliveries: number;
}

export class QueueModel<T> {
  readonly capacity: number;
  readonly ringBytes: number;
  closed = false;
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
    return this.closed && this.#items.every(({ state }) => state === 'done');
  }

  /** Whether an item with a record of this size fits: surely, surely not, or undefined: the padding decides. */
  fits(recordBytes: number): boolean | undefined {
    if (this.count('ready') + this.count('leased') >= this.capacity) return false;
    if (this.#items.length === 0) return recordBytes <= this.ringBytes;
    const used = this.#items.reduce((sum, item) => sum + item.recordBytes, 0);
    if (used + recordBytes > this.ringBytes) return false;
    // A pad is smaller than the record that did not fit before it, and there is one at the end of the ring at most.
    const largest = Math.max(recordBytes, ...this.#items.map((item) => item.recordBytes));
    return used + recordBytes + largest <= this.ringBytes ? true : undefined;
  }

  put(value: T, recordBytes: number): void {
    assert.notEqual(this.fits(recordBytes), false, 'it took an item for which there is no room');
    this.#items.push({ value, recordBytes, state: 'ready', deliveries: 0 });
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
  }

  /** All that are not done, the oldest first. */
  get live(): readonly ModelItem<T>[] {
    return this.#items.filter(({ state }) => state !== 'done');
  }
}
