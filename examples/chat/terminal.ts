/**
 * A line editor at the bottom of a terminal, and above it whatever comes in meanwhile. The thin part: what keys do and
 * what is drawn is in line-editor.ts.
 *
 * The terminal is in raw mode while this is open, so that each key comes at once and nothing is drawn that we do not
 * draw. It is put back at the end, however that comes, while another program is in front (Ctrl-Z), and at exit.
 *
 * @module
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { KeyReader } from './keys.ts';
import { draw, EMPTY_LINE, type Line, press, WIPE } from './line-editor.ts';

const CLEAR = '\u001b[H\u001b[2J';

export interface TerminalEvents {
  /** A line was entered. */
  readonly onLine: (text: string) => void;
  /** Ctrl-C, Ctrl-D, or the terminal is gone. */
  readonly onEnd: () => void;
}

export class Terminal implements Disposable {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #prompt: string;
  readonly #events: TerminalEvents;
  readonly #reader = new KeyReader();
  #line: Line = EMPTY_LINE;
  #isOpen = true;

  constructor(input: ReadStream, output: WriteStream, prompt: string, events: TerminalEvents) {
    this.#input = input;
    this.#output = output;
    this.#prompt = prompt;
    this.#events = events;
    input.on('data', this.#onData).on('end', events.onEnd).on('error', events.onEnd);
    output.on('resize', this.#draw);
    process.on('SIGCONT', this.#resume).on('exit', this.#restore);
    input.setRawMode(true);
    this.#draw();
  }

  /** Shows a line above the one that is being typed. */
  show(text: string): void {
    this.#output.write(`${WIPE}${text}\r\n`);
    this.#draw();
  }

  /** Puts the terminal back. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#input.off('data', this.#onData).off('end', this.#events.onEnd).off('error', this.#events.onEnd);
    this.#output.off('resize', this.#draw);
    process.off('SIGCONT', this.#resume).off('exit', this.#restore);
    this.#output.write(WIPE);
    this.#restore();
    this.#isOpen = false;
    this.#input.pause().unref(); // it must not keep us here
  }

  readonly #draw = (): void => {
    if (this.#isOpen) this.#output.write(draw(this.#line, this.#prompt, this.#output.columns || 80));
  };

  readonly #restore = (): void => {
    if (!this.#input.destroyed) this.#input.setRawMode(false);
  };

  readonly #resume = (): void => {
    this.#input.setRawMode(true);
    this.#draw();
  };

  readonly #onData = (bytes: Uint8Array): void => {
    for (const key of this.#reader.read(bytes)) {
      const { line, entered, wish } = press(this.#line, key);
      this.#line = line;
      if (wish === 'interrupt' || wish === 'end-of-file') this.#events.onEnd();
      if (wish === 'clear') this.#output.write(CLEAR);
      if (wish === 'suspend') this.#suspend();
      if (entered !== undefined && entered.trim() !== '') this.#events.onLine(entered);
      if (!this.#isOpen) return;
    }
    this.#draw();
  };

  #suspend(): void {
    this.#output.write(WIPE);
    this.#restore();
    // Only this program is stopped, here, until the shell lets it go on; where no shell could, it is not stopped.
    process.kill(process.pid, 'SIGTSTP');
    this.#resume();
  }
}
