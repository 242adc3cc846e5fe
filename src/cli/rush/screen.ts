/**
 * Two ways to show a run: a frame redrawn in place on a terminal, and plain lines everywhere else.
 *
 * The frame stands in the normal screen, not the alternate one: what was there before stays above it, and the
 * last frame stays when the run is over. To redraw, the cursor goes up by the lines drawn last, each line is
 * cleared and written, and what is left below is cleared.
 *
 * When the window becomes narrower, the terminal wraps the lines that stand there, so the old frame is taller
 * than the lines we wrote: it is measured again in the new width before going up.
 *
 * Neither has a timer: both are told of each change and decide whether it is time. Both leave a frame out
 * while the reader is behind, rather than piling up text.
 *
 * @module
 */
import { columnsOf } from '../text.ts';
import { type FrameSize, plainLine, type Snapshot } from './view.ts';

/** What we use of `process.stdout` or `process.stderr`. */
export interface TextStream {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly isTTY?: boolean | undefined;
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
  hasColors?(): boolean;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Milliseconds, on any steady clock. */
export type Clock = () => number;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const FRAME_MS = 100;
const LINE_MS = 1000;

/** Whether frames can be redrawn here: a terminal that knows how to move its cursor. */
export function canRedraw(stream: TextStream, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Redraws frames in place. Owns the cursor until it is closed, or the process ends. */
export class Screen {
  readonly #stream: TextStream;
  readonly #draw: (size: FrameSize) => readonly string[];
  readonly #clock: Clock;
  #drawn: readonly string[] = [];
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #state: 'new' | 'drawing' | 'closed' = 'new';

  /** @param draw - Makes the lines of a frame that fits the size. */
  constructor(
    stream: TextStream,
    draw: (size: FrameSize) => readonly string[],
    clock: Clock = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#draw = draw;
    this.#clock = clock;
  }

  /** Draws a frame, unless the last one is younger than 100 ms or still on its way. */
  refresh(): void {
    if (this.#state === 'closed' || this.#stream.writableNeedDrain) return;
    if (this.#clock() - this.#drawnAtMs >= FRAME_MS) this.#redraw();
  }

  /** Draws the last frame, leaves it standing, and gives the cursor back. Closing twice does nothing. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#redraw();
    this.#leave();
  }

  #redraw(): void {
    if (this.#state === 'new') this.#enter();
    const columns = this.#stream.columns || 80;
    const rows = this.#stream.rows || 24;
    // The cursor ends up on the line below the frame, which must fit too, or the screen would scroll.
    const size = { columns, rows: Math.max(1, rows - 1), colour: this.#stream.hasColors?.() ?? false };
    const lines = this.#draw(size);
    const up = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
    const back = up > 0 ? `\u001b[${Math.min(up, rows - 1)}A\r` : '';
    // Cleared before it is written, not after: behind a full line the cursor stands on its last character.
    const body = lines.map((line) => `${CLEAR_LINE}${line}\n`).join('');
    this.#stream.write(`${back}${body}${CLEAR_BELOW}`);
    this.#drawn = lines;
    this.#drawnAtMs = this.#clock();
  }

  #enter(): void {
    this.#state = 'drawing';
    this.#stream.write(HIDE_CURSOR);
    this.#stream.on('resize', this.#onResize);
    // A terminal without a cursor is what people remember of a program that failed.
    process.once('exit', this.#onExit);
  }

  #leave(): void {
    this.#state = 'closed';
    this.#stream.off('resize', this.#onResize);
    process.off('exit', this.#onExit);
    this.#stream.write(SHOW_CURSOR);
  }

  readonly #onResize = (): void => this.#redraw();
  readonly #onExit = (): void => this.#leave();
}

/** Writes a line about the run at most every second, and one at the end. */
export class PlainLines {
  readonly #stream: Pick<TextStream, 'write' | 'writableNeedDrain'>;
  readonly #clock: Clock;
  #writtenAtMs: number;

  /** The first line comes a second after this: a run shorter than that says only how it ended. */
  constructor(
    stream: Pick<TextStream, 'write' | 'writableNeedDrain'>,
    clock: Clock = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#clock = clock;
    this.#writtenAtMs = clock();
  }

  refresh(snapshot: Snapshot): void {
    const nowMs = this.#clock();
    if (nowMs - this.#writtenAtMs < LINE_MS || this.#stream.writableNeedDrain) return;
    this.#writtenAtMs = nowMs;
    this.#stream.write(`${plainLine(snapshot)}\n`);
  }

  close(snapshot: Snapshot): void {
    this.#stream.write(`${plainLine(snapshot)}\n`);
  }
}
