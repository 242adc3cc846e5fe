/**
 * Results on their way out: thousands of lines in one write, and never more than a slow reader leaves room for.
 *
 * A line waits for the others of its turn of the event loop, so nothing waits for long, and what comes together goes
 * together. While a write is on its way lines pile up to a limit; then `room()` is to be waited for before there are
 * more, and so the whole run waits for the reader.
 *
 * When the reader has gone (`| head -1`) that is its right: `isGone`, and nothing more is written.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { ignoreLoss, isReaderGone } from '../print.ts';
import { systemCode } from '../usage-error.ts';

/** So much is written at once without waiting for the end of the turn. */
const WRITE_CHARACTERS = 2 ** 16;
/** And so much may wait for its turn. */
const HELD_CHARACTERS = 2 ** 20;

/** What ends the taking of results. */
export interface OutletEvents {
  /** Before each write: to clear a line of progress on the same terminal. */
  readonly onWrite?: () => void;
  /** The reader has gone, or a write has failed. Called once. */
  readonly onEnd?: () => void;
}

export class Outlet {
  readonly #stream: NodeJS.WritableStream;
  readonly #events: OutletEvents;
  #held = '';
  #isScheduled = false;
  #writing: Promise<void> | undefined;
  #state: 'open' | 'gone' | 'failed' = 'open';
  #failure: DuodaoError | undefined;

  constructor(stream: NodeJS.WritableStream, events: OutletEvents = {}) {
    ignoreLoss(stream);
    this.#stream = stream;
    this.#events = events;
  }

  /** Whether nobody reads any more. */
  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** Why what was written could not be stored, if so. */
  get failure(): DuodaoError | undefined {
    return this.#failure;
  }

  /** Whether `room()` is to be waited for before more is added. */
  get isFull(): boolean {
    return this.#held.length >= HELD_CHARACTERS;
  }

  /** Adds lines, with their line feeds. */
  add(text: string): void {
    if (this.#state !== 'open') return;
    this.#held += text;
    if (this.#writing) return;
    if (this.#held.length >= WRITE_CHARACTERS) this.#write();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        if (!this.#writing) this.#write();
      });
    }
  }

  /** Until more may be added. */
  async room(): Promise<void> {
    while (this.isFull && this.#writing) await this.#writing;
  }

  /** Until all is written, or cannot be. */
  async drained(): Promise<void> {
    if (!this.#writing) this.#write();
    while (this.#writing) await this.#writing;
  }

  #write(): void {
    if (this.#held === '' || this.#state !== 'open') return;
    this.#events.onWrite?.();
    const text = this.#held;
    this.#held = '';
    this.#writing = new Promise((resolve) => {
      this.#stream.write(text, (cause) => {
        this.#writing = undefined;
        if (cause) this.#end(cause);
        else this.#write();
        resolve();
      });
    });
  }

  #end(cause: Error): void {
    this.#held = '';
    if (isReaderGone(cause)) this.#state = 'gone';
    else {
      this.#state = 'failed';
      const facts = { system: systemCode(cause) };
      this.#failure = new DuodaoError('broken', `Cannot write the output: ${cause.message}`, facts, {
        cause,
      });
    }
    this.#events.onEnd?.();
  }
}
