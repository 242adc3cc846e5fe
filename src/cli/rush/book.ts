/**
 * The office in numbers: what the sellers need to know, as arrays that can lie in shared memory.
 *
 * Every class of every train is a *cell*, counted through from 0 in the order of the stock file. An order is
 * a cell and a number of seats; one that can never be served has cell -1 and a reason instead.
 *
 * Each order has one *outcome word*, and setting it is the one step that answers the order:
 *
 *     bits 0-7   0 open · 1 sold · 2 sold out · 3 unknown train · 4 unknown class · 5 bad seats
 *     bits 8-31  the number of the seller who answered; 0 while open
 *
 * So what is left of the stock is never a second truth beside the outcomes: it can be worked out from them at
 * any time, and that is how a seller who was killed between two steps is made good (`leftFromOutcomes`).
 *
 * All zero bytes are a book in which nothing has been answered.
 *
 * @module
 */
import { assert } from '../../base/index.ts';
import type { Order } from './orders.ts';
import type { Stock } from './stock.ts';

/** Why an order was not served. `sold-out`: fewer seats were left than it asked for. */
export type Refusal = 'sold-out' | 'unknown-train' | 'unknown-class' | 'bad-seats';

export type Outcome =
  | { readonly status: 'open' }
  | { readonly status: 'sold'; readonly seller: number }
  | { readonly status: 'refused'; readonly reason: Refusal; readonly seller: number };

/** One class of one train. */
export interface Cell {
  readonly train: string;
  readonly class: string;
  readonly seats: number;
  readonly price: number;
}

export interface Book {
  readonly cells: readonly Cell[];
  /** Seats of each cell at the start. */
  readonly stock: Int32Array;
  /** The cell of each order, or -1 when it is to be refused whatever is left. */
  readonly cellOf: Int32Array;
  /** How many seats each order asks for; 0 when it is to be refused whatever is left. */
  readonly seatsOf: Int32Array;
  /** The outcome code with which to refuse each order of cell -1; 0 for the others. */
  readonly refusalOf: Uint8Array;
}

export const OPEN = 0;
export const SOLD = 1;
export const SOLD_OUT = 2;
const REFUSALS: readonly Refusal[] = ['sold-out', 'unknown-train', 'unknown-class', 'bad-seats'];
const CODE_BITS = 8;
/** Outcome words are signed, for `Atomics`: the seller's number must leave the top bit alone. */
export const SELLER_MOST: number = 2 ** (31 - CODE_BITS) - 1;

/** What an order asks for, in numbers. */
export interface Place {
  /** -1 when the order is to be refused whatever is left. */
  readonly cell: number;
  readonly seats: number;
  /** The outcome code with which it is refused then; 0 otherwise. */
  readonly refusal: number;
}

/** The cells of a stock, numbered, and the way from an order to its cell. */
export class Cells {
  readonly list: readonly Cell[];
  readonly #ofTrain: ReadonlyMap<string, ReadonlyMap<string, number>>;

  constructor(stock: Stock) {
    const list: Cell[] = [];
    const ofTrain = new Map<string, Map<string, number>>();
    for (const { train, classes } of stock.trains) {
      const cellOfClass = new Map<string, number>();
      for (const { name, seats, price } of classes) {
        cellOfClass.set(name, list.length);
        list.push({ train, class: name, seats, price });
      }
      ofTrain.set(train, cellOfClass);
    }
    this.list = list;
    this.#ofTrain = ofTrain;
  }

  /** Seats of each cell at the start. */
  get stock(): Int32Array {
    return Int32Array.from(this.list, (cell) => cell.seats);
  }

  placeOf(order: Pick<Order, 'train' | 'class' | 'seats'>): Place {
    const cellOfClass = this.#ofTrain.get(order.train);
    if (!cellOfClass) return refused('unknown-train');
    const cell = cellOfClass.get(order.class);
    if (cell === undefined) return refused('unknown-class');
    if (!Number.isInteger(order.seats) || order.seats < 1) return refused('bad-seats');
    // More seats than fit in the array are more than any train has: the order ends as sold out either way.
    return { cell, seats: Math.min(order.seats, 2 ** 31 - 1), refusal: 0 };
  }
}

function refused(reason: Refusal): Place {
  return { cell: -1, seats: 0, refusal: codeOf(reason) };
}

/** Numbers the cells, and turns orders into cells and seats. The arrays are fresh: copy them as you need. */
export function prepare(stock: Stock, orders: readonly Order[]): Book {
  const cells = new Cells(stock);
  const cellOf = new Int32Array(orders.length);
  const seatsOf = new Int32Array(orders.length);
  const refusalOf = new Uint8Array(orders.length);
  for (const [index, order] of orders.entries()) {
    const { cell, seats, refusal } = cells.placeOf(order);
    cellOf[index] = cell;
    seatsOf[index] = seats;
    refusalOf[index] = refusal;
  }
  return { cells: cells.list, stock: cells.stock, cellOf, seatsOf, refusalOf };
}

/** The code for a reason, as it stands in an outcome word and in `refusalOf`. */
export function codeOf(reason: Refusal): number {
  return SOLD_OUT + REFUSALS.indexOf(reason);
}

/** The word that answers an order. `code` is SOLD, SOLD_OUT, or an order's own `refusalOf`. */
export function packOutcome(code: number, seller: number): number {
  assert(
    Number.isInteger(code) && code >= SOLD && code < SOLD_OUT + REFUSALS.length,
    `an answer is no code ${code}`,
  );
  assert(Number.isInteger(seller) && seller >= 0 && seller <= SELLER_MOST, `no seller is number ${seller}`);
  return code | (seller << CODE_BITS);
}

/** Reads an outcome word. */
export function unpackOutcome(word: number): Outcome {
  const code = word & ((1 << CODE_BITS) - 1);
  const seller = word >>> CODE_BITS;
  if (code === OPEN) {
    assert(seller === 0, 'an open order has no seller');
    return { status: 'open' };
  }
  if (code === SOLD) return { status: 'sold', seller };
  const reason = REFUSALS[code - SOLD_OUT];
  assert(reason !== undefined, `an outcome has no code ${code}`);
  return { status: 'refused', reason, seller };
}

/** Whether a word says that the order was sold: the question in the hot loop, without an object. */
export function isSold(word: number): boolean {
  return (word & ((1 << CODE_BITS) - 1)) === SOLD;
}

/** What is left of each cell, worked out from the outcomes. Below zero: so many seats were oversold. */
export function leftFromOutcomes(
  book: Pick<Book, 'stock' | 'cellOf' | 'seatsOf'>,
  outcomes: Int32Array,
): Int32Array {
  const left = book.stock.slice();
  for (let index = 0; index < outcomes.length; index++) {
    if (!isSold(outcomes[index]!)) continue;
    const cell = book.cellOf[index]!;
    assert(cell >= 0, `order ${index} was sold although it names no cell`);
    left[cell]! -= book.seatsOf[index]!;
  }
  return left;
}
