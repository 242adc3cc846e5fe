/**
 * The office: hands out the orders, writes the ledger, kills sellers if it was asked to, closes.
 *
 *     orders ──queue──▶ sellers ──outcome words──▶ journal ──▶ ledger
 *
 * The journal looks at the outcome words every few milliseconds, and writes what has been answered since. It is the
 * only writer of the ledger, so each order gets one line, however often its order was handed out.
 *
 * @module
 */
import type { Book } from './book.ts';
import { leftFromOutcomes, unpackOutcome } from './book.ts';
import { type Desk, layOut } from './desk.ts';
import { entryOf, type Ledger, type LedgerEntry } from './ledger.ts';
import type { Order } from './orders.ts';
import { Staff } from './staff.ts';
import type { Snapshot, TrainView } from './view.ts';

/** One run of the office. */
export interface Job {
  readonly orders: readonly Order[];
  readonly book: Book;
  readonly ledger: Ledger;
  readonly sellers: number;
  readonly lock: boolean;
  readonly kills: number;
  /** 0 to below 1: chooses the victims. */
  readonly random: () => number;
  /** Aborted by Ctrl-C: the office closes early. */
  readonly signal: AbortSignal;
  /** Called now and then while it runs. */
  readonly onProgress: () => void;
}

const JOURNAL_MS = 20;
/** A seller that is stuck in a computation gets so long to finish the order in hand before it is killed. */
const CLOSING_MS = 5000;

export class Office {
  readonly #job: Job;
  readonly #desk: Desk;
  readonly #staff: Staff;
  /** Which orders have their line. Everything before `#from` has. */
  readonly #written: Uint8Array;
  #from = 0;
  #done = 0;
  #startedMs = 0;
  #viewedMs = 0;

  constructor(job: Job) {
    this.#job = job;
    this.#desk = layOut(job.book, job.sellers + job.kills + 16);
    this.#staff = new Staff(this.#desk, job.lock);
    this.#written = new Uint8Array(job.orders.length);
  }

  /** Sellers killed on purpose so far. */
  get kills(): number {
    return this.#staff.killed;
  }

  /** Runs until every order is answered, or the signal aborts, or the ledger fails. No seller is left then. */
  async run(): Promise<void> {
    this.#startedMs = this.#viewedMs = performance.now();
    const { signal, sellers } = this.#job;
    let journalFailure: unknown;
    const stop = new AbortController();
    const journal = this.#keepJournal(stop.signal).catch((error: unknown) => {
      journalFailure = error;
    });
    try {
      await this.#staff.hire(sellers);
      await this.#handOut(() => signal.aborted || journalFailure !== undefined);
    } finally {
      await this.#close(signal.aborted || journalFailure !== undefined);
      stop.abort();
      await journal;
    }
    if (journalFailure !== undefined) throw journalFailure;
    await this.#writeAnswered();
    if (this.#staff.failure) throw this.#staff.failure;
  }

  /** Puts the orders into the queue; the kills are spread evenly over them, each while there is work in the queue. */
  async #handOut(isOver: () => boolean): Promise<void> {
    const { orders, kills, random } = this.#job;
    const { queue } = this.#desk;
    for (let order = 0; order < orders.length && !isOver(); ) {
      if (this.#staff.failure) return;
      const due = Math.floor(((this.#staff.killed + 1) * orders.length) / (kills + 1));
      if (this.#staff.killed < kills && order >= due) {
        if (!this.#staff.killOne(random())) await tick();
      } else if (queue.tryPut(order)) order++;
      else await tick();
    }
    // Few orders, many kills: the rest while there is still something in the queue.
    while (this.#staff.killed < kills && !queue.isEmpty && !isOver()) {
      if (!this.#staff.killOne(random())) await tick();
    }
  }

  async #close(early: boolean): Promise<void> {
    const { queue, stop } = this.#desk;
    if (early || this.#staff.failure) {
      this.#staff.close();
      stop.value = 1;
    }
    queue.close();
    const impatient = setTimeout(() => early && this.#staff.dismiss(), CLOSING_MS);
    impatient.unref();
    await this.#staff.gone();
    clearTimeout(impatient);
  }

  async #keepJournal(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.#writeAnswered();
      this.#job.onProgress();
      await new Promise((resolve) => setTimeout(resolve, JOURNAL_MS));
    }
  }

  /** Writes the answers that have come since the last call. */
  async #writeAnswered(): Promise<void> {
    const { orders, ledger } = this.#job;
    const outcomes = this.#desk.outcomes.view;
    const entries: LedgerEntry[] = [];
    const indexes: number[] = [];
    for (let order = this.#from; order < orders.length; order++) {
      if (this.#written[order]) continue;
      const outcome = unpackOutcome(Atomics.load(outcomes, order));
      if (outcome.status === 'open') continue;
      entries.push(entryOf(orders[order] as Order, outcome));
      indexes.push(order);
    }
    await ledger.append(entries);
    for (const order of indexes) this.#written[order] = 1;
    this.#done += indexes.length;
    while (this.#from < orders.length && this.#written[this.#from]) this.#from++;
  }

  /** The office as it is now. */
  snapshot(): Snapshot {
    const now = performance.now();
    const seconds = (now - this.#startedMs) / 1000;
    const sellers = this.#staff.view((now - this.#viewedMs) / 1000);
    this.#viewedMs = now;
    const total = this.#job.orders.length;
    const ordersPerSecond = seconds > 0 ? this.#done / seconds : 0;
    return {
      sellers,
      trains: this.#trains(),
      done: this.#done,
      total,
      ordersPerSecond: Math.round(ordersPerSecond),
      secondsLeft: this.#done > 0 ? (total - this.#done) / ordersPerSecond : undefined,
      kills: this.#staff.killed,
    };
  }

  #trains(): TrainView[] {
    const { book } = this.#job;
    const outcomes = this.#desk.outcomes.view.slice(0, book.cellOf.length);
    const left = leftFromOutcomes(book, outcomes);
    const trains = new Map<string, { left: number; seats: number }>();
    for (const [cell, { train, seats }] of book.cells.entries()) {
      const sum = trains.get(train) ?? { left: 0, seats: 0 };
      sum.left += left[cell] as number;
      sum.seats += seats;
      trains.set(train, sum);
    }
    return [...trains].map(([train, sum]) => ({ train, ...sum }));
  }
}

/** Lets the event loop hear of deaths and answers. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
