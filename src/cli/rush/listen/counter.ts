/**
 * The counter of an office to which buyers come: orders are taken as they arrive, and each gets one answer.
 *
 *     order() ─▶ by id: known? ─▶ desk ──queue──▶ sellers ──outcome words──▶ journal ─▶ ledger ─▶ answer
 *
 * Sellers are the same as of a run from a file, and so is what makes them safe to kill: their connections are not with
 * them but with us, so that a buyer never notices. The desk has room for a fixed number of orders, each of which has a
 * place of its own for ever; when it is full the office closes. We remember all of them anyway, to know their ids.
 *
 * An id is one order. Asked again, in whichever way, it gets the answer that it got, or waits for the same one; so who
 * does not know what became of an order asks again. Nobody hears of an answer before its line is on the disk.
 *
 * @module
 */
import { type Cells, unpackOutcome } from '../book.ts';
import { type Desk, layOut } from '../desk.ts';
import { entryOf, type Ledger, type LedgerEntry } from '../ledger.ts';
import type { Order } from '../orders.ts';
import { Staff, type Work } from '../staff.ts';
import { type Answer, isSameOrder, type OrderId, type Reply, trouble } from './answers.ts';
import { Books } from './books.ts';

/** How a counter is opened. */
export interface CounterJob {
  readonly cells: Cells;
  /** Orders that it takes, at most. */
  readonly ordersMost: number;
  readonly sellers: number;
  readonly lock: boolean;
  /** Sellers that are killed, one after every `killEvery` orders. */
  readonly kills: number;
  readonly killEvery: number;
  /** 0 to below 1: chooses the victims. */
  readonly random: () => number;
}

interface Taken {
  readonly order: Order;
  readonly index: number;
  answer: Answer | undefined;
  /** Those who wait for the answer, until it is there. */
  waiting: ((reply: Reply) => void)[];
}

/** While orders are with the sellers, so often is looked for answers; each look is a flush of the disk at most. */
const LOOK_MS = 1;
/** A seller that is stuck gets so long to finish the order in hand, once the office closes, before it is killed. */
const CLOSING_MS = 5000;

export class Counter {
  readonly books: Books;
  readonly #job: CounterJob;
  readonly #desk: Desk;
  readonly #staff: Staff;
  readonly #byId: Map<OrderId, Taken> = new Map();
  readonly #taken: Taken[] = [];
  /** With the sellers, and not yet in the ledger. */
  #open: Taken[] = [];
  #handedOut = 0;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  readonly #over: Promise<void>;
  #onOver!: () => void;

  /** @throws DuodaoError `no-space` when shared memory has no room for it. */
  constructor(job: CounterJob) {
    const { cells, ordersMost } = job;
    this.#job = job;
    this.books = new Books(cells);
    const none = new Int32Array(ordersMost);
    const refusalOf = new Uint8Array(ordersMost);
    this.#desk = layOut({ cells: cells.list, stock: cells.stock, cellOf: none, seatsOf: none, refusalOf });
    this.#staff = new Staff(this.#desk, job.lock, (failure) => this.#fail(failure));
    this.#over = new Promise((resolve) => {
      this.#onOver = resolve;
    });
  }

  /** Orders that were taken, in the order in which they came. */
  get orders(): Order[] {
    return this.#taken.map(({ order }) => order);
  }

  /** Sellers killed on purpose so far. */
  get kills(): number {
    return this.#staff.killed;
  }

  /** Resolves when it has to close: all orders that it has room for were answered, or it cannot go on. */
  get over(): Promise<void> {
    return this.#over;
  }

  /** Sells until it is closed. @throws What keeps the sellers from starting, or the ledger. */
  async run(ledger: Ledger): Promise<void> {
    try {
      await this.#staff.hire(this.#job.sellers);
      // Not before: an office that cannot even start its sellers leaves an old ledger alone.
      await ledger.begin();
      await this.#keepJournal(ledger);
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#turnAway();
    this.#desk.queue.close();
    this.#staff.close();
    const impatient = setTimeout(() => this.#staff.dismiss(), CLOSING_MS);
    await this.#staff.gone();
    clearTimeout(impatient);
    if (this.#failure) throw this.#failure;
  }

  /** Takes no more orders; those that were taken are answered. */
  close(): void {
    if (this.#state === 'open') this.#state = 'closing';
    this.#wake?.();
  }

  /** Takes an order, unless its id is known; resolves with what its buyer is told. It never rejects. */
  order(order: Order): Promise<Reply> {
    const before = this.#byId.get(order.id);
    if (before && !isSameOrder(before.order, order))
      return Promise.resolve(
        trouble('other-order', 'this id belongs to another order: each order has its own', order.id),
      );
    if (before?.answer) return Promise.resolve(before.answer);
    const isFull = this.#taken.length === this.#job.ordersMost;
    if (this.#state === 'closed' || (!before && (isFull || this.#state === 'closing')))
      return Promise.resolve(closing(order.id));
    const taken = before ?? this.#take(order);
    return new Promise((resolve) => {
      taken.waiting.push(resolve);
      if (!before) this.#wake?.();
    });
  }

  #take(order: Order): Taken {
    const taken: Taken = { order, index: this.#taken.length, answer: undefined, waiting: [] };
    const { cell, seats, refusal } = this.#job.cells.placeOf(order);
    this.#desk.cellOf.view[taken.index] = cell;
    this.#desk.seatsOf.view[taken.index] = seats;
    this.#desk.refusalOf.view[taken.index] = refusal;
    this.#taken.push(taken);
    this.#byId.set(order.id, taken);
    return taken;
  }

  #handOut(): void {
    while (this.#handedOut < this.#taken.length && this.#desk.queue.tryPut(this.#handedOut))
      this.#open.push(this.#taken[this.#handedOut++]!);
  }

  /** Those of whom too many sellers have died, which was our doing and not theirs, are handed out again. */
  #handOutAgain(): void {
    const letter = this.#desk.queue.tryDeadLetter();
    if (!letter) return;
    const { item } = letter;
    letter.done(); // makes the room that it needs
    this.#desk.queue.tryPut(item);
  }

  async #keepJournal(ledger: Ledger): Promise<void> {
    for (;;) {
      await this.#writeAnswered(ledger);
      if (this.#failure) throw this.#failure;
      // Those that came meanwhile go together: sellers are woken once.
      this.#handOut();
      this.#handOutAgain();
      this.#kill();
      const isIdle = this.#open.length === 0 && this.#handedOut === this.#taken.length;
      if (isIdle && this.#taken.length === this.#job.ordersMost) this.#onOver();
      if (isIdle && this.#state !== 'open') return;
      await this.#pause(isIdle ? undefined : LOOK_MS);
    }
  }

  /** Kills one when it is time, in the middle of its work, and when the one before has been replaced. */
  #kill(): void {
    const { kills, killEvery, random, sellers } = this.#job;
    const isDue = this.kills < kills && this.books.answered >= (this.kills + 1) * killEvery;
    if (isDue && this.#open.length > 0 && this.#staff.atWork === sellers) this.#staff.killOne(random());
  }

  /**
   * Writes the answers that have come since the last call, and says them.
   *
   * Refusals are looked for first and written last: by then, whatever sold the seats that were missing is found, and
   * stands before them. So the books balance up to any line of the ledger, wherever a full disk or a kill cuts it off.
   */
  async #writeAnswered(ledger: Ledger): Promise<void> {
    const refused = this.#unwritten('refused');
    const answers = [...this.#unwritten('sold'), ...refused];
    if (answers.length === 0) return;
    await ledger.append(answers.map(({ entry }) => entry));
    for (const { taken, entry } of answers) {
      const left = this.books.enter(entry, this.#desk.cellOf.view[taken.index]!);
      const { id, reason } = entry;
      const answer: Answer =
        reason === undefined
          ? { id, status: 'sold', left: left as number }
          : { id, status: 'refused', reason, ...(left !== undefined && { left }) };
      taken.answer = answer;
      for (const tell of taken.waiting) tell(answer);
      taken.waiting = [];
    }
    this.#open = this.#open.filter(({ answer }) => answer === undefined);
  }

  #unwritten(status: 'sold' | 'refused'): { taken: Taken; entry: LedgerEntry }[] {
    const found = [];
    for (const taken of this.#open) {
      const outcome = unpackOutcome(Atomics.load(this.#desk.outcomes.view, taken.index));
      if (outcome.status !== status) continue;
      const { id, ...rest } = entryOf(taken.order, outcome);
      found.push({ taken, entry: { id, buyer: taken.order.buyer, ...rest } });
    }
    return found;
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#desk.stop.value = 1;
    this.#onOver();
    this.close();
  }

  /** Who still waits now, waits for nothing. */
  #turnAway(): void {
    this.#state = 'closed';
    for (const { order, waiting } of this.#taken)
      for (const tell of waiting.splice(0)) tell(closing(order.id));
    this.#onOver();
  }

  /** Waits so long, or until something is to be done. */
  #pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (ms !== undefined) {
        setTimeout(resolve, ms);
        return;
      }
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** The sellers as they are now. */
  sellers(seconds: number): ReturnType<Staff['view']> {
    const work: ReadonlyMap<number, Work> = this.books.work;
    return this.#staff.view(work, seconds);
  }
}

function closing(id: OrderId): Reply {
  return trouble('closing', 'the office is closing, and has not sold: ask again when it is open', id);
}
