/**
 * The office: hands out the orders, writes the ledger, kills sellers if it was asked to, closes.
 *
 *     orders ──queue──▶ sellers ──outcome words──▶ journal ──▶ ledger
 *
 * The journal looks at the outcome words every few milliseconds, and writes what has been answered since. It is the
 * only writer of the ledger, so each order gets one line, however often it was handed out.
 *
 * The office closes when every order has been handed out; the sellers go home when these are answered. It closes early
 * when it is told to, when the ledger fails, or when no seller can work: then they finish the order in hand.
 *
 * @module
 */
import type { Book } from './book.ts';
import { leftFromOutcomes, unpackOutcome } from './book.ts';
import { type Desk, layOut } from './desk.ts';
import { entryOf, type Ledger, type LedgerEntry } from './ledger.ts';
import type { Order } from './orders.ts';
import { Staff, type Work } from './staff.ts';
import type { Snapshot, TrainView } from './view.ts';

/** One run of the office. */
export interface Job {
  readonly orders: readonly Order[];
  readonly book: Book;
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
/** Orders that are handed out before a kill, beyond those after which it comes. */
const ORDERS_AHEAD = 512;
/** A seller that is stuck in a computation gets so long to finish the order in hand before it is killed. */
const CLOSING_MS = 5000;

export class Office {
  readonly #job: Job;
  readonly #desk: Desk;
  readonly #staff: Staff;
  /** Which orders have their line. Everything before `#from` has, nothing from `#handedOut` on. */
  readonly #written: Uint8Array;
  /** What each seller has done, by the lines that were written. */
  readonly #work: Map<number, Work> = new Map();
  #from = 0;
  #handedOut = 0;
  #done = 0;
  #startedMs = 0;
  #viewedMs = 0;
  #failure: Error | undefined;
  #isEarly = false;
  #impatient: NodeJS.Timeout | undefined;
  readonly #empty: AbortController = new AbortController();

  /** @throws DuodaoError `no-space` when shared memory has no room for the job. */
  constructor(job: Job) {
    this.#job = job;
    this.#desk = layOut(job.book);
    this.#staff = new Staff(this.#desk, job.lock, (failure) => this.#fail(failure));
    this.#written = new Uint8Array(job.orders.length);
  }

  /** Sellers killed on purpose so far. */
  get kills(): number {
    return this.#staff.killed;
  }

  /**
   * Runs until every order is answered, or the signal aborts. No seller is left then, whatever happened.
   *
   * @throws What the ledger throws, or DuodaoError `exited` when no seller can work. What was answered before is in the
   * ledger, as far as that takes it.
   */
  async run(ledger: Ledger): Promise<void> {
    this.#startedMs = this.#viewedMs = performance.now();
    const { signal } = this.#job;
    const onAbort = (): void => this.#closeEarly();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    let journal: Promise<void> | undefined;
    try {
      await this.#staff.hire(this.#job.sellers);
      // Not before: a run that cannot even start its sellers leaves an old ledger alone.
      await ledger.begin();
      journal = this.#keepJournal(ledger).catch((error: Error) => this.#fail(error));
      await this.#handOut();
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#desk.queue.close();
    await this.#staff.gone();
    this.#empty.abort();
    await journal;
    signal.removeEventListener('abort', onAbort);
    clearTimeout(this.#impatient);
    if (this.#failure) throw this.#failure;
  }

  /**
   * Puts the orders into the queue. The kills are spread evenly over them: each comes when so many have been taken, and
   * until then not many more are handed out, so that there is work while it happens.
   */
  async #handOut(): Promise<void> {
    const { orders, kills, random } = this.#job;
    const killsMost = orders.length > 0 ? kills : 0;
    while (!this.#isEarly) {
      const { killed } = this.#staff;
      if (this.#handedOut === orders.length && killed === killsMost) return;
      const killAt = killed < killsMost ? Math.floor(((killed + 1) * orders.length) / (kills + 1)) : Infinity;
      const taken = this.#handedOut - this.#desk.queue.size;
      if (taken >= killAt && this.#staff.killOne(random())) continue;
      const handOutMost = Math.min(orders.length, killAt + ORDERS_AHEAD);
      if (this.#handedOut < handOutMost && this.#desk.queue.tryPut(this.#handedOut)) this.#handedOut++;
      else await tick();
    }
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#closeEarly();
  }

  #closeEarly(): void {
    if (this.#isEarly) return;
    this.#isEarly = true;
    this.#desk.stop.value = 1;
    this.#desk.queue.close();
    this.#staff.close();
    this.#impatient = setTimeout(() => this.#staff.dismiss(), CLOSING_MS);
  }

  /** Writes answers until the office is empty, and then the last ones. */
  async #keepJournal(ledger: Ledger): Promise<void> {
    const { signal } = this.#empty;
    while (!signal.aborted) {
      await this.#writeAnswered(ledger);
      this.#job.onProgress();
      await pause(JOURNAL_MS, signal);
    }
    await this.#writeAnswered(ledger);
  }

  /**
   * Writes the answers that have come since the last call.
   *
   * Refusals are looked for first and written last: by then, whatever sold the seats that were missing is found, and
   * stands before them. So the books balance up to any line of the ledger, wherever a full disk or a kill cuts it off.
   */
  async #writeAnswered(ledger: Ledger): Promise<void> {
    const refused = this.#unwritten('refused');
    const answers = [...this.#unwritten('sold'), ...refused];
    await ledger.append(answers.map(({ entry }) => entry));
    for (const { order, entry } of answers) {
      this.#written[order] = 1;
      this.#count(entry);
    }
    this.#done += answers.length;
    while (this.#written[this.#from]) this.#from++;
  }

  #unwritten(status: 'sold' | 'refused'): { order: number; entry: LedgerEntry }[] {
    const outcomes = this.#desk.outcomes.view;
    const found = [];
    for (let order = this.#from; order < this.#handedOut; order++) {
      if (this.#written[order]) continue;
      const outcome = unpackOutcome(Atomics.load(outcomes, order));
      if (outcome.status !== status) continue;
      found.push({ order, entry: entryOf(this.#job.orders[order] as Order, outcome) });
    }
    return found;
  }

  #count({ seller, status }: LedgerEntry): void {
    const { answered = 0, sold = 0 } = this.#work.get(seller) ?? {};
    this.#work.set(seller, { answered: answered + 1, sold: sold + (status === 'sold' ? 1 : 0) });
  }

  /** The office as it is now. */
  snapshot(): Snapshot {
    const now = performance.now();
    const seconds = (now - this.#startedMs) / 1000;
    const sellers = this.#staff.view(this.#work, (now - this.#viewedMs) / 1000);
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

/** Waits so long, or until the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
