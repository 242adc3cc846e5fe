/**
 * The line about how a run goes, on standard error: redrawn in place on a terminal, one each second elsewhere.
 *
 * On a terminal the line is cleared before anything else is written there, and is back a tenth of a second later. It is
 * drawn by a timer, not by what happens, so that a long item does not look like a hang. Lines are left out while the
 * reader is behind.
 *
 * @module
 */
import { clip } from '../text.ts';
import { Pace, type Standing, standingLine } from './pace.ts';

/** What we use of standard error. */
export interface MeterStream {
  readonly columns?: number | undefined;
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
}

const FRAME_MS = 100;
const LINE_MS = 1000;
const CLEAR_LINE = '\r\u001b[K';

export class Meter {
  readonly #stream: MeterStream;
  readonly #inPlace: boolean;
  readonly #standing: () => Omit<Standing, 'rate'>;
  readonly #clock: () => number;
  readonly #pace: Pace;
  readonly #timer: NodeJS.Timeout;
  #isDrawn = false;

  /** @param inPlace - Whether the stream is a terminal that can redraw a line. */
  constructor(
    stream: MeterStream,
    inPlace: boolean,
    standing: () => Omit<Standing, 'rate'>,
    clock: () => number = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#inPlace = inPlace;
    this.#standing = standing;
    this.#clock = clock;
    this.#pace = new Pace(clock());
    this.#timer = setInterval(() => this.draw(), inPlace ? FRAME_MS : LINE_MS);
    this.#timer.unref();
  }

  /** Draws the line as it is now. */
  draw(): void {
    const standing = this.#standing();
    const now = this.#clock();
    this.#pace.note(standing.done, now);
    if (this.#stream.writableNeedDrain) return;
    const line = standingLine({ ...standing, rate: this.#pace.rate(standing.done, now) });
    if (this.#inPlace) this.#stream.write(`${CLEAR_LINE}${clip(line, (this.#stream.columns || 80) - 1)}`);
    else this.#stream.write(`${line}\n`);
    this.#isDrawn = this.#inPlace;
  }

  /** Takes the line away, as something else is about to be written there. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write(CLEAR_LINE);
    this.#isDrawn = false;
  }

  /** No more lines. Closing twice does nothing. */
  close(): void {
    clearInterval(this.#timer);
    this.clear();
  }
}
