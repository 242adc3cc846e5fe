/**
 * A line about how something goes, on standard error: redrawn in place on a terminal, one now and then elsewhere.
 *
 * On a terminal the line is cleared before anything else is written there, and is back a tenth of a second later. It is
 * drawn by a timer, not by what happens, so that something long does not look like a hang. Lines are left out while the
 * reader is behind.
 *
 * @module
 */
import { clip } from './text.ts';

/** What we use of standard error. */
export interface StatusStream {
  readonly columns?: number | undefined;
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
}

export interface StatusLineOptions {
  readonly stream: StatusStream;
  /** Whether the stream is a terminal that can redraw a line. */
  readonly inPlace: boolean;
  /** Between lines where they are not redrawn. */
  readonly everyMs: number;
  /** The line as it is now. It is asked each time, also for a line that is left out. */
  readonly line: () => string;
}

const FRAME_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

export class StatusLine {
  readonly #options: StatusLineOptions;
  readonly #timer: NodeJS.Timeout;
  #isDrawn = false;

  constructor(options: StatusLineOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.draw(), options.inPlace ? FRAME_MS : options.everyMs);
    this.#timer.unref();
  }

  /** Draws the line as it is now. */
  draw(): void {
    const { stream, inPlace } = this.#options;
    const line = this.#options.line();
    if (stream.writableNeedDrain) return;
    if (inPlace) stream.write(`${CLEAR_LINE}${clip(line, (stream.columns || 80) - 1)}`);
    else stream.write(`${line}\n`);
    this.#isDrawn = inPlace;
  }

  /** Takes the line away, as something else is about to be written there. */
  clear(): void {
    if (this.#isDrawn) this.#options.stream.write(CLEAR_LINE);
    this.#isDrawn = false;
  }

  /** No more lines. Closing twice does nothing. */
  close(): void {
    clearInterval(this.#timer);
    this.clear();
  }
}
