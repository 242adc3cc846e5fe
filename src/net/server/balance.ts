/**
 * Whether an event loop has more connections than its share.
 *
 * Each compares its own count with the least of the others that serve. It is ahead by what one burst may bring, and an
 * eighth: less would have connections wait that could be served. Having waited once, it may have as many again,
 * whatever the others do: they may be stopped.
 *
 * Short connections need none of this: whoever has many of them has few a moment later. Waiting would only cost. So one
 * of whose last connections most have ended already is never ahead.
 *
 * @module
 */
import { AT, type Row, SERVING } from '../connection/tally.ts';

/** Ahead by so many is no matter. */
const BURST = 4;
/** So many connections are looked at, for whether they are short. */
const WINDOW = 64;

export class Balance {
  readonly #row: Row;
  readonly #others: readonly Row[];
  #allowed = 0;
  #areShort = false;
  // When the window began.
  #accepted = 0;
  #ended = 0;

  constructor(row: Row, rows: readonly Row[]) {
    this.#row = row;
    this.#others = rows.filter((one) => one !== row);
  }

  isAhead(): boolean {
    const own = this.#row[AT.active]!;
    this.#look(this.#row[AT.accepted]!, this.#row[AT.accepted]! - own);
    if (this.#areShort) return false;
    if (own + 2 * BURST < this.#allowed) this.#allowed = 0; // those have left since
    if (own <= this.#allowed || own <= BURST) return false;
    let least = own;
    for (const row of this.#others)
      if (row[SERVING] === 1 && row[AT.active]! < least) least = row[AT.active]!;
    if (own - least <= BURST + least / 8) return false;
    this.#allowed = own + BURST;
    return true;
  }

  #look(accepted: number, ended: number): void {
    if (accepted - this.#accepted < WINDOW) return;
    this.#areShort = ended - this.#ended > WINDOW / 2;
    this.#accepted = accepted;
    this.#ended = ended;
  }
}
