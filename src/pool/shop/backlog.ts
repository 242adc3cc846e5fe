/**
 * The tasks that wait: those the policy orders, and before them those that were given out already and came back.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Policy, ReadyReason, RunQueue } from '../../schedule/index.ts';
import { Entry } from '../entry.ts';

export class Backlog {
  readonly #policy: Policy;
  readonly #queue: RunQueue<Entry>;
  readonly #onFailure: (error: DuodaoError) => void;
  #back: Entry[] = [];
  /** Of policies that we do not know: all that they have, as they may not give it back. */
  readonly #inside: Set<Entry> | undefined;
  /** Whether tasks come in the order in which they were submitted: then some may be given out ahead of time. */
  readonly isInOrder: boolean;

  constructor(policy: Policy, onFailure: (error: DuodaoError) => void) {
    this.#policy = policy;
    this.#queue = policy.start<Entry>();
    this.#onFailure = onFailure;
    this.isInOrder = policy.spec?.name === 'fcfs';
    this.#inside = policy.spec ? undefined : new Set();
  }

  get size(): number {
    return this.#queue.size + this.#back.length;
  }

  add(entry: Entry, now: number, reason: ReadyReason): void {
    this.#inside?.add(entry);
    this.#try(() => this.#queue.add(entry, now, reason));
  }

  /** The task that is next. Undefined when there is none, or the policy has failed. */
  next(cpu: number): Entry | undefined {
    const back = this.#back.shift();
    if (back) return back;
    const choice = this.#try(() => ({ entry: this.#queue.next(performance.now(), cpu)?.job }));
    if (!choice) return undefined; // it threw
    const { entry } = choice;
    if (entry instanceof Entry && entry.state === 'queued' && !entry.member) {
      this.#inside?.delete(entry);
      return entry;
    }
    if (entry !== undefined) this.#fail(STRANGE);
    else if (this.#queue.size > 0) this.#fail(NOTHING);
    return undefined;
  }

  /** Has tasks be the next ones, in their order. */
  putBack(entries: readonly Entry[]): void {
    this.#back = this.#back.length === 0 ? [...entries] : [...entries, ...this.#back];
  }

  remove(entry: Entry): void {
    const index = this.#back.indexOf(entry);
    if (index >= 0) this.#back.splice(index, 1);
    else {
      this.#inside?.delete(entry);
      this.#try(() => this.#queue.remove(entry));
    }
  }

  /** Takes out all there are. */
  takeAll(): Entry[] {
    const all = [...this.#back, ...(this.#inside ?? [])];
    this.#back = [];
    if (this.#inside) {
      this.#inside.clear();
      return all;
    }
    for (let next = this.#queue.next(0, 0); next; next = this.#queue.next(0, 0)) all.push(next.job);
    return all;
  }

  #try<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error), error);
      return undefined;
    }
  }

  #fail(why: string, cause?: unknown): void {
    const { name } = this.#policy;
    const message = `Cannot go on as the policy ${name} of the pool ${cause === undefined ? why : `failed: ${why}`}`;
    this.#onFailure(new DuodaoError('broken', message, { policy: name }, { cause }));
  }
}

const NOTHING = 'chooses no task while some wait';
const STRANGE = 'chooses what is no task that waits';
