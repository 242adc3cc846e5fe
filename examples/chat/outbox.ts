/**
 * The lines on their way to one guest. Whoever puts a line in does not wait; a guest who reads too slowly for what is
 * said fills his own outbox, and only his.
 *
 *     room ──put──▶ [ lines ] ──send, one after the other──▶ guest
 *
 * When it is full, what waits is thrown away, and nothing more is taken but a last word.
 *
 * @module
 */

export interface OutboxOptions {
  /** Sends a line, and resolves when the next one may follow. Rejects when the guest is gone. */
  readonly send: (line: string) => Promise<void>;
  /** How many lines may wait. */
  readonly mostLines: number;
  /** Called once, when a line did not fit; by whoever put it in, who may be in the middle of telling others. */
  readonly onFull: () => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #lines: string[] = [];
  #state: 'open' | 'full' | 'closed' = 'open';
  #sending: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Lines that wait. */
  get waiting(): number {
    return this.#lines.length;
  }

  /** Sends a line after those that wait. Of no effect once it is full or closed. */
  put(line: string): void {
    if (this.#state !== 'open') return;
    if (this.#lines.length >= this.#options.mostLines) {
      this.#state = 'full';
      this.#lines = [];
      this.#options.onFull();
      return;
    }
    this.#lines.push(line);
    this.#sending ??= this.#send();
  }

  /** Sends a last word after what waits, and resolves when it is sent, or the guest is gone. */
  async close(lastWord?: string): Promise<void> {
    if (this.#state !== 'closed') {
      this.#state = 'closed';
      if (lastWord !== undefined) this.#lines.push(lastWord);
      if (this.#lines.length > 0) this.#sending ??= this.#send();
    }
    await this.#sending;
  }

  async #send(): Promise<void> {
    try {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift())
        await this.#options.send(line);
    } catch {
      // The guest is gone. Whoever reads from him hears of it too, and says so to the others.
      this.#state = 'closed';
      this.#lines = [];
    }
    this.#sending = undefined;
  }
}
