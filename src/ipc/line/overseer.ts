/**
 * Who decides when the server of a line works: lets it take one request, and notes when it is stopped.
 *
 * @module
 */
import { type Line, SERVER } from './line.ts';
import { AT, PAUSED, PAUSED_AT } from './line-shape.ts';

export class Overseer {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Whether all requests up to this count have been answered. */
  isAnswered(count: number): boolean {
    return ((Atomics.load(this.#line.words, AT.answered) - count) | 0) >= 0;
  }

  /** Lets the server take the next request. */
  open(): void {
    const { words, doubles } = this.#line;
    doubles[PAUSED] = 0;
    doubles[PAUSED_AT] = 0;
    this.#line.publish(AT.gate, (Atomics.load(words, AT.taken) + 1) | 0, SERVER);
  }

  /** Notes that the server has been stopped. */
  pause(now: number): void {
    this.#line.doubles[PAUSED_AT] = now;
  }

  /** Notes that it goes on. */
  resume(now: number): void {
    const { doubles } = this.#line;
    const at = doubles[PAUSED_AT] as number;
    if (at > 0) doubles[PAUSED] = (doubles[PAUSED] as number) + now - at;
    doubles[PAUSED_AT] = 0;
  }
}
