/**
 * A task as whoever submitted it sees it.
 *
 * @module
 */
import type { Client, Entry, EntryState } from './entry.ts';

/** What a task needs of its pool. */
interface TaskHome {
  cancel(entry: Entry, reason: unknown): void;
}

/** Makes a task, for the pool. */
export let begin: <R>(home: TaskHome) => { task: Task<R>; client: Client; attach: (entry: Entry) => void };

/**
 * Something that a pool does, or will do. Iterate over it (`for await`) for the parts that it gives while it runs.
 *
 * @typeParam R - what its function returns
 */
export class Task<R, P = unknown> implements AsyncIterable<P> {
  readonly #home: TaskHome;
  #entry: Entry | undefined;
  #outcome: { readonly failed: boolean; readonly value: unknown } | undefined;
  #result: Promise<R> | undefined;
  #settle: (() => void) | undefined;
  #progress: unknown;
  #parts: P[] = [];
  /** Wakes those who iterate. */
  readonly #listeners: Set<() => void> = new Set();

  static {
    begin = (home) => {
      const task = new Task<never>(home);
      return { task, client: task.#client(), attach: (entry) => void (task.#entry = entry) };
    };
  }

  /** Tasks are made by `pool.submit`. */
  constructor(home: TaskHome) {
    this.#home = home;
  }

  #client(): Client {
    return {
      settled: (_, failed, value) => {
        this.#outcome = { failed, value };
        this.#settle?.();
        this.#wake();
      },
      said: (_, isPart, value) => {
        if (isPart) this.#parts.push(value as P);
        else this.#progress = value;
        this.#wake();
      },
    };
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /**
   * What the function returns.
   *
   * It rejects with what the function threw, or with a DuodaoError: `exited` when its worker ended, `over-limit` when
   * that was for its memory, `timed-out`, `not-cloneable` when the result cannot cross, `closed` when the pool was
   * terminated, `broken` when the pool cannot go on; or with the reason of a cancellation. Nobody who does not ask for
   * it is troubled by that.
   */
  get result(): Promise<R> {
    this.#result ??= new Promise<R>((resolve, reject) => {
      this.#settle = () => {
        const { failed, value } = this.#outcome as { failed: boolean; value: unknown };
        if (failed) reject(value);
        else resolve(value as R);
      };
      if (this.#outcome) this.#settle();
    });
    return this.#result;
  }

  /** `queued`, `running` (from the moment when a worker has been given it), and then how it ended. */
  get state(): EntryState {
    return this.#entry?.state ?? 'failed';
  }

  /** The name of its function, or the one it was given. */
  get name(): string {
    return this.#entry?.name ?? '';
  }

  /** What it said last by `currentTask().progress()`. */
  get progress(): unknown {
    return this.#progress;
  }

  /** How often a worker has begun it. */
  get attempts(): number {
    return this.#entry?.attempts ?? 0;
  }

  /**
   * Gives the task up, queued or running. If it looks at its signal it has a second to end by itself, else its worker
   * is ended by force; other tasks are not touched. Of no effect on one that is settled.
   *
   * @param reason - What its result rejects with: an `AbortError` if left out.
   */
  cancel(reason: unknown = new DOMException('This task was cancelled', 'AbortError')): void {
    if (this.#entry) this.#home.cancel(this.#entry, reason);
  }

  /** The parts it gives by `currentTask().emit()`, from the first on; ends with the task, by its error if it fails. */
  async *[Symbol.asyncIterator](): AsyncIterator<P> {
    for (let index = 0; ; ) {
      while (index < this.#parts.length) yield this.#parts[index++] as P;
      if (this.#outcome) break;
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
    if (this.#outcome.failed) throw this.#outcome.value;
  }
}
