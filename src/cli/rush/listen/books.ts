/**
 * The books of an open office: what stands in the ledger so far, added up line by line.
 *
 * @module
 */
import type { Cells } from '../book.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { Work } from '../staff.ts';
import type { TrainView } from '../view.ts';

/** One class of one train, with what is left of it. */
export interface Shelf {
  readonly train: string;
  readonly class: string;
  readonly seats: number;
  readonly price: number;
  /** Below zero when oversold. */
  readonly left: number;
}

export class Books {
  readonly #cells: Cells;
  /** Seats left of each cell. */
  readonly left: Int32Array;
  /** What each seller has done. */
  readonly work: Map<number, Work> = new Map();
  #sold = 0;
  #refused = 0;

  constructor(cells: Cells) {
    this.#cells = cells;
    this.left = cells.stock;
  }

  /** Orders that were sold. */
  get sold(): number {
    return this.#sold;
  }

  get refused(): number {
    return this.#refused;
  }

  get answered(): number {
    return this.#sold + this.#refused;
  }

  /** Enters a line that is in the ledger. Returns what is left of its cell; undefined when it has none. */
  enter({ seller, status, seats }: LedgerEntry, cell: number): number | undefined {
    const { answered = 0, sold = 0 } = this.work.get(seller) ?? {};
    const isSold = status === 'sold';
    this.work.set(seller, { answered: answered + 1, sold: sold + (isSold ? 1 : 0) });
    if (isSold) this.#sold++;
    else this.#refused++;
    if (isSold) this.left[cell]! -= seats;
    return this.left[cell];
  }

  /** All classes of all trains, in the order of the stock file. */
  shelves(): Shelf[] {
    return this.#cells.list.map((cell, index) => ({ ...cell, left: this.left[index]! }));
  }

  /** The trains, all classes together. */
  trains(): TrainView[] {
    const trains = new Map<string, { left: number; seats: number }>();
    for (const { train, seats, left } of this.shelves()) {
      const sum = trains.get(train) ?? { left: 0, seats: 0 };
      trains.set(train, { left: sum.left + left, seats: sum.seats + seats });
    }
    return [...trains].map(([train, sum]) => ({ train, ...sum }));
  }
}
