/**
 * Shows an open office on standard error: a picture on a terminal, plain lines elsewhere, nothing with --json on a
 * pipe.
 *
 * @module
 */
import { canRedraw, PlainLines, Screen } from '../screen.ts';
import { frame, type Snapshot } from '../view.ts';
import type { Counter } from './counter.ts';
import { Rate } from './rate.ts';

/** What an office looks like, at any moment. */
export class OfficeView {
  readonly #counter: Counter;
  readonly #at: string;
  readonly #buyers: () => number;
  readonly #rate: Rate;
  #perSecond = 0;
  #viewedMs: number;
  #sellersMs: number;

  /** @param buyers - How many are connected now. */
  constructor(counter: Counter, at: string, buyers: () => number, nowMs: number = performance.now()) {
    this.#counter = counter;
    this.#at = at;
    this.#buyers = buyers;
    this.#rate = new Rate(nowMs);
    this.#viewedMs = this.#sellersMs = nowMs;
  }

  get buyers(): number {
    return this.#buyers();
  }

  /** Orders answered in a second, of late. */
  perSecond(nowMs: number = performance.now()): number {
    // Several look: the screen and each page.
    if (nowMs - this.#viewedMs < 50) return this.#perSecond;
    this.#viewedMs = nowMs;
    this.#perSecond = this.#rate.perSecond(nowMs, this.#counter.books.answered);
    return this.#perSecond;
  }

  snapshot(nowMs: number = performance.now()): Snapshot {
    const { books, kills } = this.#counter;
    const sellers = this.#counter.sellers((nowMs - this.#sellersMs) / 1000);
    this.#sellersMs = nowMs;
    const { sold, refused, answered } = books;
    return {
      sellers,
      trains: books.trains(),
      done: answered,
      total: answered,
      ordersPerSecond: this.perSecond(nowMs),
      secondsLeft: undefined,
      kills,
      counter: { at: this.#at, buyers: this.buyers, sold, refused },
    };
  }
}

/** Begins to show it. */
export function show(view: OfficeView, isQuiet: boolean): { progress: () => void; end: () => void } {
  if (canRedraw(process.stderr, process.env)) {
    const screen = new Screen(process.stderr, (size) => frame(view.snapshot(), size));
    return { progress: () => screen.refresh(), end: () => screen.close() };
  }
  if (isQuiet) return { progress: () => undefined, end: () => undefined };
  const lines = new PlainLines(process.stderr);
  return { progress: () => lines.refresh(view.snapshot()), end: () => lines.close(view.snapshot()) };
}
