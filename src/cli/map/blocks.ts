/**
 * Items that take next to no time, handed over many at once.
 *
 * To hand something to a worker and to hear of it costs microseconds, as much as many an item. So a block has as many
 * items as have been seen to take two milliseconds together, and only such as are there already: nobody waits for a
 * block to become full. It is a task of the pool; what becomes of each item is in the journal, also when its worker
 * dies.
 *
 * @module
 */
import type { Feed } from './feed.ts';
import type { Journal } from './journal.ts';
import type { Item } from './source.ts';

/** What a worker gets. */
export interface Block {
  readonly slot: number;
  readonly items: readonly Item[];
}

/** A block on its way. */
export interface SentBlock extends Block {
  /** The number of its first item. */
  readonly first: number;
}

const BLOCK_MS = 2;
const ITEMS_MOST = 512;
const CHARACTERS_MOST = 2 ** 15;
/** How much of what is believed the last block changes. */
const WEIGHT = 0.3;

type Next = IteratorResult<Block, undefined>;

export class BlockFeed implements AsyncIterableIterator<Block> {
  readonly #feed: Feed;
  readonly #journal: Journal;
  readonly #free: number[];
  readonly #sent: Map<number, SentBlock> = new Map();
  #count = 0;
  #onFree: (() => void) | undefined;
  /** How long an item takes, as far as is known. */
  #itemMs: number | undefined;

  constructor(feed: Feed, journal: Journal) {
    this.#feed = feed;
    this.#journal = journal;
    this.#free = Array.from({ length: journal.slots }, (_, slot) => slot);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Next> {
    while (this.#free.length === 0) await new Promise<void>((resolve) => (this.#onFree = resolve));
    const { done, value } = await this.#feed.next();
    if (done) return { done: true, value: undefined };
    const items = [value];
    const first = this.#feed.given - 1;
    let characters = value?.length ?? 0;
    const most = this.#size;
    while (items.length < most && characters < CHARACTERS_MOST && this.#feed.hasMore) {
      const item = this.#feed.takeNext();
      characters += item?.length ?? 0;
      items.push(item);
    }
    const slot = this.#free.pop()!;
    this.#journal.clear(slot);
    this.#sent.set(this.#count++, { slot, items, first });
    return { done: false, value: { slot, items } };
  }

  get #size(): number {
    return this.#itemMs === undefined
      ? 1
      : Math.min(ITEMS_MOST, Math.floor(BLOCK_MS / (this.#itemMs + 1e-6)));
  }

  /** The block with this number, which has come to an end. Its slot is taken until `free`. */
  arrived(number: number): SentBlock | undefined {
    const block = this.#sent.get(number);
    this.#sent.delete(number);
    return block;
  }

  /** So many items took so long. */
  learn(count: number, tookMs: number): void {
    const itemMs = tookMs / count;
    this.#itemMs = this.#itemMs === undefined ? itemMs : this.#itemMs + (itemMs - this.#itemMs) * WEIGHT;
  }

  free(slot: number): void {
    this.#free.push(slot);
    this.#onFree?.();
  }
}
