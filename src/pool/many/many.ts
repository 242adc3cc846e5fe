/**
 * One function over many items: as an array, as a stream, or with the fate of each.
 *
 * Items are taken from their source only when there is room for them: as many are under way as keep all workers busy,
 * and no more than the caller has taken away. All go through the pool as tasks of their own, so a failure, a death or a
 * time limit concerns one item; that many go to a worker at once makes them cheap.
 *
 * @module
 */
import { loadOf } from '../../ipc/index.ts';
import type { Client, Entry, Terms } from '../entry.ts';
import type { PoolFunction } from '../functions.ts';
import type { ManyOptions } from '../options.ts';
import type { Shop } from '../shop/shop.ts';

/** How one item ended. */
export interface Settled<R> {
  /** The place of the item among all. */
  readonly index: number;
  readonly status: 'fulfilled' | 'rejected';
  readonly value?: R;
  readonly reason?: unknown;
  /** Milliseconds that the function ran, the last time. */
  readonly tookMs: number;
  /** How often a worker began it. */
  readonly attempts: number;
  /** The process that ran it last. */
  readonly pid: number | undefined;
  /** When it was given to that: ms since 1970. */
  readonly startedAt: number | undefined;
}

/** Any source of items. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** What is under way for each worker, at least and at most. */
const LEAST_EACH = 2;
const MOST_EACH = 512;
/** As many as take so long together are under way for each worker. */
const AHEAD_MS = 2;

export class Many<T> implements Client {
  readonly #shop: Shop;
  readonly #what: PoolFunction;
  readonly #terms: Terms;
  readonly #options: ManyOptions;
  readonly #onSettled: (entry: Entry | undefined, index: number, failed: boolean, value: unknown) => void;
  readonly #entries: Set<Entry> = new Set();
  /** Items that were begun and are not released. */
  #open = 0;
  #index = 0;
  #isFull: (() => void) | undefined;
  #onCancel: (() => void) | undefined;
  #isCancelled = false;
  readonly #endOfChunks: (() => void) | undefined;
  /** Whether the pool does all of it, also if it is closed meanwhile. */
  readonly isHeld: boolean;

  constructor(
    shop: Shop,
    what: PoolFunction,
    terms: Terms,
    options: ManyOptions,
    onSettled: (entry: Entry | undefined, index: number, failed: boolean, value: unknown) => void,
    isHeld = false,
  ) {
    this.isHeld = isHeld;
    this.#shop = shop;
    this.#what = what;
    this.#terms = terms;
    this.#options = options;
    this.#onSettled = onSettled;
    this.#endOfChunks = options.chunkSize === undefined ? undefined : shop.crew.useChunks(options.chunkSize);
  }

  /** How many items there were so far. */
  get count(): number {
    return this.#index;
  }

  /** How many may be under way. */
  get #limit(): number {
    const { concurrency, chunkSize } = this.#options;
    if (concurrency !== undefined) return concurrency;
    const { max } = this.#shop.settings;
    const least = max * LEAST_EACH * Math.max(1, chunkSize ?? 2);
    const { expectedMs } = this.#what;
    if (expectedMs === undefined) return least;
    return Math.max(least, max * Math.min(MOST_EACH, Math.ceil(AHEAD_MS / (expectedMs + 0.001))));
  }

  get #hasRoom(): boolean {
    return this.#open < this.#limit;
  }

  /** Takes items until the source has no more, or this was cancelled. Rejects with what the source throws. */
  async feed(items: Items<T>): Promise<void> {
    if (isAsync(items)) {
      const source = items[Symbol.asyncIterator]();
      try {
        await this.#feedLate(source);
      } catch (error) {
        if (this.#shop.refusal) leave(source); // else it failed by itself
        throw error;
      }
      return;
    }
    for (const item of items) {
      if (!this.#hasRoom) await this.#untilRoom();
      if (this.#isCancelled) return;
      this.#begin(item);
    }
  }

  /** The same from a source that may let us wait: a cancellation ends that wait, too. */
  async #feedLate(source: AsyncIterator<T>): Promise<void> {
    while (!this.#isCancelled) {
      const next = await this.#nextOf(source);
      if (next?.done) return;
      if (next && !this.#hasRoom) await this.#untilRoom();
      if (!next || this.#isCancelled) break;
      this.#begin(next.value);
    }
    leave(source);
  }

  /** What the source gives next; undefined when nobody wants it any more. Rejects also when the pool fails. */
  async #nextOf(source: AsyncIterator<T>): Promise<IteratorResult<T> | undefined> {
    const { failures } = this.#shop;
    let onFailure: ((error: unknown) => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#onCancel = () => resolve(undefined);
        onFailure = reject;
        failures.add(reject);
        Promise.resolve(source.next()).then(resolve, reject);
      });
    } finally {
      if (onFailure) failures.delete(onFailure);
    }
  }

  #untilRoom(): Promise<void> {
    if (this.#isCancelled) return Promise.resolve(); // nobody would end this wait
    return new Promise((resolve) => {
      this.#isFull = resolve;
    });
  }

  #begin(item: T): void {
    const index = this.#index++;
    this.#open += 1;
    let load: readonly unknown[] | ReturnType<typeof loadOf>;
    const args = [item];
    try {
      load = loadOf(args, `items[${index}]`);
    } catch (error) {
      this.#onSettled(undefined, index, true, error);
      return;
    }
    this.#entries.add(this.#shop.take(this.#what, load, args, this.#terms, this, index));
  }

  settled(entry: Entry, failed: boolean, value: unknown): void {
    this.#entries.delete(entry);
    this.#onSettled(entry, entry.index, failed, value);
  }

  /** Items have been taken away by the caller: there is room for others. */
  release(count: number): void {
    this.#open -= count;
    if (!this.#isFull || !this.#hasRoom) return;
    const go = this.#isFull;
    this.#isFull = undefined;
    go();
  }

  /** The call is over. */
  end(): void {
    this.#endOfChunks?.();
  }

  /** Takes no more items, and gives up those that are under way. */
  cancel(reason: unknown): void {
    this.#isCancelled = true;
    for (const entry of this.#entries) this.#shop.cancel(entry, reason);
    this.#isFull?.();
    this.#onCancel?.();
  }
}

function isAsync<T>(items: Items<T>): items is AsyncIterable<T> {
  return Symbol.asyncIterator in items;
}

/** Closes a source. One that was asked for an item may never answer, so nobody waits for that, or hears how it went. */
function leave(source: AsyncIterator<unknown>): void {
  const close = async (): Promise<unknown> => await source.return?.();
  close().catch(() => undefined);
}
