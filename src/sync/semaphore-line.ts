/**
 * The line in which those wait who want to be served in the order of arrival, whatever thread they are in.
 *
 * Who arrives draws a ticket, the next number; each participant shows the lowest ticket of its own waits at its place
 * of a table, 0 for none. The lowest ticket of all is served next, and nobody else. Numbers come again after 2^32
 * tickets, so they are compared by their difference.
 *
 * Only who waits for his turn knows of it by being rung: so whoever is served and leaves something for the next one,
 * whoever goes out of the line, and whoever takes a dead participant out of it rings all first. A place is one
 * store. All of it happens inside the guard of the object.
 *
 * @module
 */
import { here } from '../memory/index.ts';
import { SLOTS } from './bounded-slots.ts';

export const LINE_BYTES: number = SLOTS * 4;

export class WaitLine {
  /** The place of each participant. */
  readonly tickets: Int32Array;
  readonly #words: Int32Array;
  readonly #last: number;
  readonly #top: () => number;
  /** Tickets of this thread, in the order in which they were drawn. */
  readonly #mine: number[] = [];

  /**
   * @param last - Index in `words` of the last ticket that was drawn.
   * @param top - How many places were ever used.
   */
  constructor(
    tickets: Int32Array,
    words: Int32Array,
    last: number,
    top: () => number = () => here().slots.top,
  ) {
    this.tickets = tickets;
    this.#words = words;
    this.#last = last;
    this.#top = top;
  }

  /** Draws a ticket. */
  join(slot: number): number {
    const ticket = ((this.#words[this.#last] as number) + 1) | 0 || 1;
    this.#words[this.#last] = ticket;
    this.#mine.push(ticket);
    if (this.#mine.length === 1) Atomics.store(this.tickets, slot, ticket);
    return ticket;
  }

  /** Whether it is the turn of this ticket of ours; of 0, who has none, when nobody waits. */
  isTurnOf(ticket: number): boolean {
    if (ticket !== 0 && this.#mine[0] !== ticket) return false;
    const top = this.#top();
    for (let slot = 0; slot < top; slot++) {
      const other = this.tickets[slot] as number;
      if (other !== 0 && (ticket === 0 || ((other - ticket) | 0) < 0)) return false;
    }
    return true;
  }

  /** Gives a ticket of ours up, whose wait has come to nothing. */
  leave(slot: number, ticket: number): void {
    const index = this.#mine.indexOf(ticket);
    if (index < 0) return;
    this.#mine.splice(index, 1);
    if (index === 0) Atomics.store(this.tickets, slot, this.#mine[0] ?? 0);
  }

  /** Takes out the first ticket of ours, which is about to be served, and gives the one to show after it. */
  takeFirst(): number {
    this.#mine.shift();
    return this.#mine[0] ?? 0;
  }
}
