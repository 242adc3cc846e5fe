/**
 * When the pool looks for answers.
 *
 * A task of a microsecond is answered long before an event could tell of it. So after there was something to do the
 * pool looks again and again for a moment: at first without letting go of the thread, then once in each turn of the
 * event loop; after that it sleeps, and the worker's answer wakes it. How long it looks is bounded by constants, so
 * that a task of a second costs no more than a millisecond of looking; how long exactly is learned
 * (patience.ts).
 *
 * The event loop always gets its turn: looking in microtasks ends when a millisecond has gone by without one.
 *
 * @module
 */
import { Patience } from '../patience.ts';

/** How long to look without letting go of the thread. */
const SPIN_MS = 0.03;
/** Longest time without a turn of the event loop. */
const TURN_MS = 1;

/** What is looked after. */
export interface Pumped {
  /** Reads answers and hands out tasks, and says whether there were any. The same object each time. */
  work(): { readonly heard: boolean; readonly given: boolean };
  /** Whether answers are there that have not been read. */
  hasAnswers(): boolean;
  /** Whether anything is still to come. */
  isWaiting(): boolean;
  /** Whether what is to come may be there within microseconds. */
  isSoon(): boolean;
  /** Begins to sleep, with `wake` to be called when there are answers. May be called while it sleeps. */
  sleep(wake: () => void): void;
  /** Nobody has to sleep any more. */
  wake(): void;
}

export class Pump {
  readonly #pumped: Pumped;
  #isScheduled = false;
  #turnedAt = 0;
  #happenedAt = 0;
  /** Whether it has gone to sleep since then. */
  #slept = false;
  readonly #patience: Patience = new Patience();

  constructor(pumped: Pumped) {
    this.#pumped = pumped;
  }

  /** Something has to be done, now or as soon as the caller has come to its end. */
  kick(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isScheduled = false;
    const pumped = this.#pumped;
    let now = performance.now();
    this.#work(now);
    if (!pumped.isWaiting()) {
      pumped.wake();
      return;
    }
    if (now - this.#happenedAt < this.#patience.ms && pumped.isSoon()) {
      for (const end = now + SPIN_MS; now < end; now = performance.now()) {
        if (!pumped.hasAnswers()) continue;
        this.#work(now);
        break;
      }
      if (!pumped.isWaiting()) return;
    }
    if (this.#isScheduled) return;
    if (now - this.#happenedAt < this.#patience.ms) this.#again(now);
    else {
      this.#slept = true;
      pumped.sleep(this.#wake);
    }
  };

  #work(now: number): void {
    const { heard, given } = this.#pumped.work();
    if (heard) this.#patience.learn(now - this.#happenedAt, this.#slept);
    if (!heard && !given) return;
    this.#happenedAt = now;
    this.#slept = false;
  }

  #again(now: number): void {
    this.#isScheduled = true;
    if (this.#happenedAt === now && now - this.#turnedAt < TURN_MS) queueMicrotask(this.#turn);
    else setImmediate(this.#fresh);
  }

  readonly #fresh = (): void => {
    this.#turnedAt = performance.now();
    this.#turn();
  };

  readonly #wake = (): void => {
    this.#turnedAt = performance.now();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turn();
  };
}
