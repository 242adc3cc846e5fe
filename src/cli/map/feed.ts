/**
 * The items as the pool takes them: counted, without those that are done already, and none any more once the run is
 * to end.
 *
 * The pool asks for one when it has room for one, so nothing is read before. What is on its way is remembered here by
 * the number that the pool has for it, with its place in the input, until its result is taken.
 *
 * @module
 */
import type { Item, Source } from './source.ts';

/** An item on its way. */
export interface Begun {
  /** Its place in the input, from 0, counting those that were skipped. */
  readonly index: number;
  readonly item: Item;
  /** By which it is known again; undefined when nobody wants to know. */
  readonly key: string | undefined;
}

export interface FeedOptions {
  /** How many may be on their way at once; no more is asked than the pool asks for, if left out. */
  readonly most?: number | undefined;
  readonly keyOf?: ((item: string) => string) | undefined;
  /** Whether an item is to be skipped, which is then told. Waited for if it returns a promise. */
  readonly skip?: ((begun: Begun) => boolean | Promise<boolean>) | undefined;
}

type Next = IteratorResult<Item, undefined>;
const DONE: Next = { done: true, value: undefined };

export class Feed implements AsyncIterableIterator<Item> {
  readonly #source: Source;
  readonly #batches: AsyncIterator<readonly Item[]>;
  readonly #options: FeedOptions;
  readonly #begun: Map<number, Begun> = new Map();
  readonly #ended: Promise<Next>;
  #tellEnd: (() => void) | undefined;
  /** Resolves the wait for one to arrive. */
  #free: (() => void) | undefined;
  #batch: readonly Item[] = [];
  #at = 0;
  #index = 0;
  #given = 0;
  #isEnded = false;
  #failure: Error | undefined;

  constructor(source: Source, options: FeedOptions = {}) {
    this.#source = source;
    this.#batches = source.batches[Symbol.asyncIterator]();
    this.#options = options;
    this.#ended = new Promise((resolve) => {
      this.#tellEnd = () => resolve(DONE);
    });
  }

  /** How many are on their way. */
  get underWay(): number {
    return this.#begun.size;
  }

  /** How many the pool has got. */
  get given(): number {
    return this.#given;
  }

  /** Whether `takeNext` has an item, which need not be waited for. */
  get hasMore(): boolean {
    const { skip, most } = this.#options;
    return this.#at < this.#batch.length && !this.#isEnded && !skip && most === undefined;
  }

  /** The next item, if `hasMore`. */
  takeNext(): Item {
    const begun = this.#take();
    this.#begun.set(this.#given++, begun);
    return begun.item;
  }

  /** How many have been read. */
  get read(): number {
    return this.#index;
  }

  /** Why the input could not be read to its end, if so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Next> {
    if (this.#isEnded) return Promise.resolve(DONE);
    if (this.hasMore) return Promise.resolve({ done: false, value: this.takeNext() });
    // Whoever waits for a pipe that says nothing hears of the end all the same.
    return Promise.race([this.#ended, this.#search()]);
  }

  return(): Promise<Next> {
    this.end();
    return Promise.resolve(DONE);
  }

  /** No more items. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#tellEnd?.();
    this.#source.close();
  }

  /** Takes an item off what is on its way, by the number that the pool has for it. */
  arrived(number: number): Begun | undefined {
    const begun = this.#begun.get(number);
    this.#begun.delete(number);
    this.#free?.();
    return begun;
  }

  async #search(): Promise<Next> {
    try {
      const { most = Number.POSITIVE_INFINITY } = this.#options;
      while (this.#begun.size >= most) await new Promise<void>((resolve) => (this.#free = resolve));
      if (this.#isEnded) return DONE;
      for (;;) {
        while (this.#at >= this.#batch.length) {
          const { done, value } = await this.#batches.next();
          if (done || this.#isEnded) return this.#finish();
          this.#batch = value;
          this.#at = 0;
        }
        const begun = this.#take();
        const isSkipped = this.#options.skip?.(begun) ?? false;
        if (!(typeof isSkipped === 'boolean' ? isSkipped : await isSkipped)) return this.#give(begun);
      }
    } catch (error) {
      // What is on its way comes to its end; then the run tells of it.
      if (!this.#isEnded) this.#failure = error instanceof Error ? error : new Error(String(error));
      return this.#finish();
    }
  }

  #take(): Begun {
    const item = this.#batch[this.#at++];
    return { index: this.#index++, item, key: this.#options.keyOf?.(item ?? '') };
  }

  #give(begun: Begun): Next {
    this.#begun.set(this.#given++, begun);
    return { done: false, value: begun.item };
  }

  #finish(): Next {
    this.end();
    return DONE;
  }
}
