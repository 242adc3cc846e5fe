/**
 * The run: items go in, results come out, and whatever ends it early does so in one place.
 *
 *     source ─▶ feed ─▶ pool ─▶ tally, joblog, outlet ─▶ standard output
 *
 * Everything is pulled: a reader that is slow makes the outlet full, a full outlet takes no results, a pool whose
 * results are not taken asks for no items. So an endless input needs little memory.
 *
 * A run ends early in two ways. `soon`: the feed has no more items, and what is on its way comes to its end. `now`: the
 * pool is told by a signal to end what runs; results that have come are written, the rest is counted as stopped. The
 * second is also for Ctrl-C, a reader that has gone, and a joblog that cannot be written.
 *
 * @module
 */
import type { Pool, Settled, StreamOptions } from '../../pool/index.ts';
import { BlockFeed, type SentBlock } from './blocks.ts';
import type { DoneBefore } from './done-before.ts';
import { type Begun, Feed } from './feed.ts';
import { type Halt, isReached } from './halt.ts';
import { type JobEntry, type Joblog, jobLine } from './joblog.ts';
import { factsOf, failureLine, type LineForm, resultLine } from './lines-out.ts';
import type { Outlet } from './outlet.ts';
import { entryOf, type Journal } from './journal.ts';
import type { Item, Source } from './source.ts';
import { limitNow, Median, type TimeLimit } from './time-limit.ts';
import { mapBlock, mapItem } from './worker.ts';

/** What a run needs of a pool. */
export type WorkPool = Pick<Pool, 'settled'>;

export interface RunOptions {
  readonly source: Source;
  readonly pool: WorkPool;
  readonly outlet: Outlet;
  readonly lineForm: LineForm;
  readonly settled: Pick<StreamOptions, 'chunkSize' | 'concurrency' | 'ordered' | 'retries'>;
  /** For blocks of items; without it each goes to a worker by itself. */
  readonly journal?: Journal | undefined;
  /** How many items may be on their way at once, where that is to be few. */
  readonly most?: number | undefined;
  readonly timeLimit: TimeLimit | undefined;
  readonly halt: Halt | undefined;
  readonly keyOf: ((item: string) => string) | undefined;
  readonly joblog: Joblog | undefined;
  readonly before: DoneBefore | undefined;
  readonly onFailure: (begun: Begun, reason: unknown, attempts: number) => void;
}

/** What is known of the last attempt at an item, or at its block. */
type Fate = Pick<Settled<unknown>, 'attempts' | 'pid' | 'startedAt'>;

/** What ends a run before its items do. */
export type End = 'halt' | 'reader' | 'failure' | 'signal';

export class Run {
  readonly #options: RunOptions;
  readonly #feed: Feed;
  readonly #now: AbortController = new AbortController();
  readonly #median: Median = new Median();
  /** With --ordered: results of those that were skipped, to be written behind one that is still on its way. */
  #waiting: { readonly begun: Begun; readonly value: string }[] = [];
  #isFlushing = false;
  #succeeded = 0;
  #failed = 0;
  #skipped = 0;
  #stopped = 0;
  #end: End | undefined;
  #failure: Error | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    const { source, keyOf, before, most } = options;
    this.#feed = new Feed(source, { keyOf, most, skip: before && ((begun) => this.#skip(before, begun)) });
  }

  get succeeded(): number {
    return this.#succeeded;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Done in an earlier run. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Taken from the input, and given up before they came to an end. */
  get stopped(): number {
    return this.#stopped;
  }

  /** Why it ended before its items did. */
  get end(): End | undefined {
    return this.#end;
  }

  /** Why the run itself failed. */
  get failure(): Error | undefined {
    return this.#failure ?? this.#feed.failure ?? this.#options.outlet.failure;
  }

  /** Ends the run: what runs is ended, too. */
  stop(end: End): void {
    this.#end ??= end;
    this.#feed.end();
    this.#now.abort();
  }

  /** Until all items have come to an end, or the run was stopped. Never rejects because of an item. */
  async finished(): Promise<void> {
    const { pool, outlet, settled, timeLimit, journal } = this.#options;
    const limit = timeLimit && ('ms' in timeLimit ? timeLimit.ms : () => limitNow(timeLimit, this.#median));
    const terms = {
      ...settled,
      ...(limit !== undefined && { taskTimeoutMs: limit }),
      signal: this.#now.signal,
    };
    try {
      if (journal) await this.#inBlocks(new BlockFeed(this.#feed, journal), terms);
      else await this.#one(pool.settled(mapItem, this.#feed, terms), 0);
    } catch (error) {
      if (!this.#now.signal.aborted) this.#fail(error);
    }
    this.#feed.end();
    this.#stopped = this.#feed.underWay;
    for (const { begun, value } of this.#waiting)
      outlet.add(resultLine(begun, value, this.#options.lineForm));
    await outlet.drained();
    this.#flush();
  }

  /** Takes results one by one. @param first - The number of the first of these items. */
  async #one(results: AsyncIterable<Settled<string>>, first: number): Promise<void> {
    const { outlet } = this.#options;
    for await (const one of results) {
      const number = first + one.index;
      if (one.status === 'rejected') this.#failedOne(number, one.reason, one.tookMs, one);
      else this.#succeededOne(number, one.value ?? 'null', one.tookMs, one);
      if (outlet.isFull) await outlet.room();
      if (this.#now.signal.aborted) return;
    }
  }

  async #inBlocks(blocks: BlockFeed, terms: StreamOptions): Promise<void> {
    const { pool, outlet, journal } = this.#options;
    for await (const one of pool.settled(mapBlock, blocks, { ...terms, concurrency: journal!.slots })) {
      const block = blocks.arrived(one.index)!;
      const rest = this.#takeBlock(block, journal!, one);
      blocks.learn(Math.max(1, block.items.length - rest.length), one.tookMs);
      blocks.free(block.slot);
      if (outlet.isFull) await outlet.room();
      if (this.#now.signal.aborted) return;
      // What its worker had not begun when it died, or when there was no room for more results.
      if (rest.length > 0)
        await this.#one(pool.settled(mapItem, rest, terms), block.first + block.items.length - rest.length);
    }
  }

  /** Takes what became of the items of a block; returns those that were not begun. */
  #takeBlock(
    { slot, items, first }: SentBlock,
    journal: Journal,
    one: Settled<string | undefined>,
  ): readonly Item[] {
    const lines = journal.lines(slot);
    if (one.value !== undefined) lines.push(one.value.trimEnd());
    let number = first;
    for (const line of lines) {
      const { tookMs, value, reason } = entryOf(line);
      if (value === undefined) this.#failedOne(number++, reason, tookMs, one);
      else this.#succeededOne(number++, value, tookMs, one);
    }
    if (one.status === 'fulfilled' || lines.length === items.length) return items.slice(lines.length);
    // The one that it was at.
    this.#failedOne(number, one.reason, one.tookMs, one);
    return items.slice(lines.length + 1);
  }

  #succeededOne(number: number, value: string, tookMs: number, fate: Fate): void {
    const begun = this.#feed.arrived(number);
    if (!begun) return;
    const { outlet, lineForm, timeLimit, joblog } = this.#options;
    if (this.#waiting.length > 0) this.#writeWaiting(begun.index);
    this.#succeeded++;
    if (timeLimit) this.#median.add(tookMs);
    outlet.add(resultLine(begun, value, lineForm));
    if (joblog)
      this.#log(joblog, jobLine({ ...this.#factsOf(begun, tookMs, fate), status: 'succeeded' }, value));
    this.#haltIfReached();
  }

  #failedOne(number: number, reason: unknown, tookMs: number, fate: Fate): void {
    const { signal } = this.#now;
    // One that was ended because of us is left among those under way, and so is counted as stopped.
    if (signal.aborted && reason === signal.reason) return;
    const begun = this.#feed.arrived(number);
    if (!begun) return;
    const { outlet, lineForm, joblog, onFailure } = this.#options;
    this.#writeWaiting(begun.index);
    this.#failed++;
    outlet.add(failureLine(begun, reason, lineForm));
    onFailure(begun, reason, fate.attempts);
    if (joblog) {
      const { name, message, code } = factsOf(reason);
      const facts = this.#factsOf(begun, tookMs, fate);
      const error = `${name}: ${message}`;
      this.#log(joblog, jobLine({ ...facts, status: 'failed', ...(code !== undefined && { code }), error }));
    }
    this.#haltIfReached();
  }

  #factsOf({ index, key = '', item = '' }: Begun, tookMs: number, fate: Fate): Omit<JobEntry, 'status'> {
    const { startedAt, attempts, pid } = fate;
    return {
      index,
      key,
      item,
      ...(startedAt !== undefined && { start: startedAt }),
      ms: Math.round(tookMs * 1000) / 1000,
      attempts,
      ...(pid !== undefined && { pid }),
    };
  }

  #haltIfReached(): void {
    const { halt } = this.#options;
    if (!halt || this.#end !== undefined) return;
    if (!isReached(halt, { succeeded: this.#succeeded, failed: this.#failed })) return;
    this.#end = 'halt';
    this.#feed.end();
    if (halt.when === 'now') this.#now.abort();
  }

  async #skip(before: DoneBefore, begun: Begun): Promise<boolean> {
    const value = begun.key === undefined ? undefined : before.take(begun.key);
    if (value === undefined) return false;
    this.#skipped++;
    const { outlet, settled, lineForm } = this.#options;
    if (settled.ordered && this.#feed.underWay > 0) this.#waiting.push({ begun, value });
    else {
      outlet.add(resultLine(begun, value, lineForm));
      if (outlet.isFull) await outlet.room();
    }
    return true;
  }

  /** What stands before this one in the input. */
  #writeWaiting(index: number): void {
    let count = 0;
    for (const { begun, value } of this.#waiting) {
      if (begun.index > index) break;
      this.#options.outlet.add(resultLine(begun, value, this.#options.lineForm));
      count++;
    }
    if (count > 0) this.#waiting = this.#waiting.slice(count);
  }

  /** What comes together is written together, at the end of this turn. */
  #log(joblog: Joblog, line: string): void {
    try {
      joblog.add(line);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    try {
      this.#options.joblog?.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.stop('failure');
  }
}
