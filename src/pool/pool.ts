/**
 * The face of a pool.
 *
 * @module
 */
import type { Wait } from '../base/index.ts';
import { loadOf } from '../ipc/index.ts';
import type { AnyFunction } from '../process/index.ts';
import type { Timeline } from '../schedule/index.ts';
import type { Client, Entry, Terms } from './entry.ts';
import { FunctionBook } from './functions.ts';
import type { Items, Settled } from './many/many.ts';
import {
  checkTaskOptions,
  type ManyOptions,
  type PoolOptions,
  settingsOf,
  type StreamOptions,
  type TaskOptions,
} from './options.ts';
import { Shop } from './shop/shop.ts';
import { type PoolStats, statsOf } from './figures/stats.ts';
import { all, fates, type ManyCall, values } from './many/streams.ts';
import { begin, type Task } from './task.ts';
import { within } from './within.ts';

/** What a function that may be asynchronous comes to. */
type ResultOf<F extends AnyFunction> = Awaited<ReturnType<F>>;

/**
 * Workers that run your functions: processes of their own, or threads.
 *
 * The functions must be exported by a module: the workers import it. Arguments are taken as they are at the call; they
 * and results cross as by structured clone, shared objects as themselves.
 *
 * - **If a worker dies**, however: its own task fails with `exited` (or is repeated, see `retries`); tasks that it had
 *   not begun are done by others, and another worker takes its place.
 * - **If this process dies**, all workers end with it.
 * - **Cost:** some microseconds for a task, next to no CPU while there is none; a worker is a process with some 25 MB.
 *
 * @example
 * ```ts
 * await using pool = new Pool({ workers: 4 });
 * const three = await pool.run(add, 1, 2);
 * const lengths = await pool.map(lengthOf, ['a', 'bc']);
 * ```
 */
export class Pool implements AsyncDisposable {
  readonly #shop: Shop;
  readonly #book: FunctionBook = new FunctionBook();

  constructor(options: PoolOptions = {}) {
    this.#shop = new Shop(settingsOf(options));
  }

  get name(): string {
    return this.#shop.settings.name;
  }

  /**
   * Runs a function in a worker.
   *
   * @throws As `result` of {@link Task}; `not-cloneable` when an argument cannot cross, `not-exported` when the
   * function has no address.
   */
  run<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Promise<ResultOf<F>> {
    return new Promise((resolve, reject) => {
      const client: Client = {
        settled: (_, failed, value) => (failed ? reject(value) : resolve(value as ResultOf<F>)),
      };
      this.#take(fn, args, client, this.#plain);
    });
  }

  /**
   * The same, with options, as a task that can be watched and cancelled.
   *
   * @throws TypeError, RangeError for options that there are not; DuodaoError `not-cloneable` when an argument cannot
   * cross,
   * `closed`, `broken` when the pool takes no more tasks. Nothing is submitted then.
   */
  submit<F extends AnyFunction>(
    fn: F,
    args: Readonly<Parameters<F>>,
    options: TaskOptions = {},
  ): Task<ResultOf<F>> {
    checkTaskOptions(options, false);
    if (!Array.isArray(args)) throw new TypeError('Cannot submit a task as its args must be an array');
    const { task, client, attach } = begin<ResultOf<F>>(this.#shop);
    const { signal } = options;
    const onAbort = (): void => task.cancel(signal?.reason);
    const entry = this.#take(
      fn,
      args,
      signal ? unlistening(client, signal, onAbort) : client,
      this.#terms(options),
    );
    attach(entry);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    return task;
  }

  /**
   * Calls a function with each item, on all workers, and resolves with all results in the order of the items. All items
   * are done, also when some fail: then it rejects with the reason of the first of these.
   */
  async map<T, R>(fn: (item: T) => R, items: Items<T>, options: ManyOptions = {}): Promise<Awaited<R>[]> {
    return await all<T, Awaited<R>>(this.#call(fn, items, options), options);
  }

  /**
   * The same as a stream: items are taken from their source, which may be endless, as results are taken away. The first
   * failure ends it; who leaves early gives up what is under way.
   */
  stream<T, R>(fn: (item: T) => R, items: Items<T>, options: StreamOptions = {}): AsyncIterable<Awaited<R>> {
    const call = this.#call(fn, items, options);
    return values<T, Awaited<R>>(call, options);
  }

  /** The same with the fate of each item: nobody's failure ends it, but that of the source. */
  settled<T, R>(
    fn: (item: T) => R,
    items: Items<T>,
    options: StreamOptions = {},
  ): AsyncIterable<Settled<Awaited<R>>> {
    const call = this.#call(fn, items, options);
    return fates<T, Awaited<R>>(call, options);
  }

  #call<T>(fn: (item: T) => unknown, items: Items<T>, options: StreamOptions): ManyCall<T> {
    checkTaskOptions(options, true);
    if (!isIterable(items))
      throw new TypeError('Cannot run a function over items as they must be iterable, or async iterable');
    this.#needOpen();
    return {
      shop: this.#shop,
      what: this.#book.find(fn),
      items,
      terms: this.#terms(options, options.chunkSize),
    };
  }

  #take(fn: AnyFunction, args: readonly unknown[], client: Client, terms: Terms): Entry {
    this.#needOpen();
    return this.#shop.take(this.#book.find(fn), loadOf(args, 'args'), args, terms, client, -1);
  }

  #terms({ priority = 0, expectedMs, taskTimeoutMs, retries, name }: TaskOptions, chunk = 0): Terms {
    const repeats = retries ?? this.#shop.settings.retries;
    return { priority, expectedMs, taskTimeoutMs, retries: repeats, name, chunk };
  }

  get #plain(): Terms {
    this.#plainTerms ??= this.#terms({});
    return this.#plainTerms;
  }

  #plainTerms: Terms | undefined;

  #needOpen(): void {
    const { refusal } = this.#shop;
    if (refusal) throw refusal;
  }

  /** What it has done and is doing, at this moment. */
  stats(): PoolStats {
    this.#shop.crew.read(); // nobody does while no task is pending, or while the caller is busy
    return statsOf(this.#shop);
  }

  /**
   * What ran where and when: to be drawn, kept as JSON, and run again by `duodao sim --replay` under another policy.
   *
   * @throws TypeError unless the pool was made with `trace: true`.
   */
  timeline(): Timeline {
    const { trace, crew } = this.#shop;
    if (!trace) throw new TypeError(`Cannot give a timeline as the pool ${this.name} was made without trace`);
    return trace.timeline(crew.slicer?.slices() ?? []);
  }

  /**
   * Waits until no task is pending; others may come meanwhile. @throws DuodaoError `timed-out`; the signal's reason.
   */
  async drain(wait?: Wait): Promise<void> {
    await within(this.#shop.untilIdle(), `The tasks of ${this.name}`, wait);
  }

  /** No more tasks from now on; those that were submitted are done, then the workers end. */
  close(): void {
    this.#shop.close();
  }

  /** Ends all workers at once; tasks that are not done are rejected with `closed`. */
  terminate(): void {
    this.#shop.terminate();
  }

  /**
   * Waits until all tasks are done and all workers have ended.
   *
   * @throws TypeError when the pool is open: nobody would end it; DuodaoError `timed-out`; the signal's reason.
   */
  async join(wait?: Wait): Promise<void> {
    if (!this.#shop.refusal)
      throw new TypeError(`Cannot join the pool ${this.name} as it is open: close it first`);
    const gone = this.#shop.untilIdle().then(() => this.#shop.crew.untilGone());
    await within(gone, `The end of ${this.name}`, wait);
  }

  /** Closes it and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }
}

function unlistening(client: Client, signal: AbortSignal, onAbort: () => void): Client {
  return {
    ...client,
    settled(entry, failed, value) {
      signal.removeEventListener('abort', onAbort);
      client.settled(entry, failed, value);
    },
  };
}

function isIterable(items: unknown): boolean {
  return (
    items !== null &&
    items !== undefined &&
    (Symbol.iterator in Object(items) || Symbol.asyncIterator in Object(items))
  );
}
