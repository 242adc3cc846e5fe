/**
 * The file for `--trace`. It is opened before the run, so that a run of hours does not end without a place for its
 * trace.
 *
 * @module
 */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileError } from '../usage-error.ts';

export class TraceFile {
  readonly #fd: number;
  readonly #path: string;

  /** @throws UsageError when it cannot be written. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, 'w');
    } catch (cause) {
      throw fileError('write', path, cause);
    }
  }

  /** Writes it, and gives the file back. */
  write(timeline: unknown): void {
    try {
      writeFileSync(this.#fd, `${JSON.stringify(timeline)}\n`);
    } catch (cause) {
      throw fileError('write', this.#path, cause);
    } finally {
      closeSync(this.#fd);
    }
  }
}
