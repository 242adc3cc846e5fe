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
import type { DoneBefore } from './done-before.ts';
import { type Begun, Feed } from './feed.ts';
import { type Halt, isReached } from './halt.ts';
import type { Joblog } from './joblog.ts';
import { jobLine } from './joblog.ts';
import { factsOf, failureLine, type LineForm, resultLine } from './lines-out.ts';
import type { Outlet } from './outlet.ts';
import type { Source } from './source.ts';
import { limitNow, Median, type TimeLimit } from './time-limit.ts';
import { mapItem } from './worker.ts';

/** What a run needs of a pool. */
export type WorkPool = Pick<Pool, 'settled'>;

export interface RunOptions {
  readonly source: Source;
  readonly pool: WorkPool;
  readonly outlet: Outlet;
  readonly lineForm: LineForm;
  readonly settled: Pick<StreamOptions, 'chunkSize' | 'concurrency' | 'ordered' | 'retries'>;
  /** How many items may be on their way at once, where that is to be few. */
  readonly most?: number | undefined;
  readonly timeLimit: TimeLimit | undefined;
  readonly halt: Halt | undefined;
  readonly keyOf: ((item: string) => string) | undefined;
  readonly joblog: Joblog | undefined;
  readonly before: DoneBefore | undefined;
  readonly onFailure: (begun: Begun, reason: unknown, attempts: number) => void;
}

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
    const { pool, outlet, settled, timeLimit } = this.#options;
    const limit = timeLimit && ('ms' in timeLimit ? timeLimit.ms : () => limitNow(timeLimit, this.#median));
    const terms = {
      ...settled,
      ...(limit !== undefined && { taskTimeoutMs: limit }),
      signal: this.#now.signal,
    };
    try {
      for await (const one of pool.settled(mapItem, this.#feed, terms)) {
        this.#take(one);
        if (outlet.isFull) await outlet.room();
        if (this.#now.signal.aborted) break;
      }
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

  #take({ index, status, value, reason, tookMs, attempts, pid, startedAt }: Settled<string>): void {
    // One that was ended because of us is left among those under way, and so is counted as stopped.
    if (status === 'rejected' && this.#now.signal.aborted && reason === this.#now.signal.reason) return;
    const begun = this.#feed.arrived(index);
    if (!begun) return;
    const { outlet, lineForm, joblog, halt } = this.#options;
    const isGood = status === 'fulfilled';
    this.#writeWaiting(begun.index);
    if (isGood) {
      this.#succeeded++;
      this.#median.add(tookMs);
      outlet.add(resultLine(begun, value ?? 'null', lineForm));
    } else {
      this.#failed++;
      outlet.add(failureLine(begun, reason, lineForm));
      this.#options.onFailure(begun, reason, attempts);
    }
    if (joblog) {
      const { name, message, code } = factsOf(reason);
      const entry = {
        index: begun.index,
        key: begun.key ?? '',
        item: begun.item ?? '',
        status: isGood ? ('succeeded' as const) : ('failed' as const),
        ...(startedAt !== undefined && { start: startedAt }),
        ms: Math.round(tookMs * 1000) / 1000,
        attempts,
        ...(pid !== undefined && { pid }),
        ...(!isGood && { ...(code !== undefined && { code }), error: `${name}: ${message}` }),
      };
      this.#log(joblog, jobLine(entry, isGood ? (value ?? 'null') : undefined));
    }
    if (
      halt &&
      this.#end === undefined &&
      isReached(halt, { succeeded: this.#succeeded, failed: this.#failed })
    ) {
      this.#end = 'halt';
      this.#feed.end();
      if (halt.when === 'now') this.#now.abort();
    }
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
