/**
 * What a run needs of a pool.
 *
 * @module
 */
import type { Item } from './source.ts';

/** How one item ended. */
export interface SettledItem {
  readonly index: number;
  readonly status: 'fulfilled' | 'rejected';
  readonly value?: string;
  readonly reason?: unknown;
  readonly tookMs: number;
  readonly attempts: number;
  readonly pid: number | undefined;
  readonly startedAt?: number;
}

/** How items are handed out. */
export interface SettledOptions {
  readonly ordered?: boolean;
  readonly chunkSize?: number;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly taskTimeoutMs?: number | (() => number | undefined);
  readonly retries?: number;
}

export interface WorkPool {
  settled(
    fn: (item: Item) => string | Promise<string>,
    items: AsyncIterable<Item>,
    options: SettledOptions,
  ): AsyncIterable<SettledItem>;
}
