/**
 * The joblog: one line for each item that has ended, written as they end, and read again by `--resume`.
 *
 *     {"index":0,"key":"…","item":"a.png","status":"succeeded","start":1795273783944,"ms":12.5,"attempts":1,"pid":4711,
 *      "value":{"width":100}}
 *     {"index":1,"key":"…","item":"b.png","status":"failed","start":…,"ms":…,"attempts":3,"pid":4712,
 *      "code":"timed-out","error":"Error: …"}
 *
 * `key` is that of key.ts. A kill -9 may leave a last line that is torn: the next run takes it off and goes on
 * behind the last whole one, so what has not been written whole has not been done. Nothing is flushed to the disk:
 * the file outlives this process, not the machine's power.
 *
 * @module
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { DuodaoError } from '../../base/index.ts';
import { fileError, systemCode, UsageError } from '../usage-error.ts';

/** One line. What is not known is left out. */
export interface JobEntry {
  readonly index: number;
  readonly key: string;
  readonly item: string;
  readonly status: 'succeeded' | 'failed';
  readonly start?: number;
  readonly ms: number;
  readonly attempts: number;
  readonly pid?: number;
  readonly code?: string;
  readonly error?: string;
}

/** The line of an entry. `value` is JSON already, and comes last. */
export function jobLine(entry: JobEntry, value?: string): string {
  const text = JSON.stringify(entry);
  return value === undefined ? `${text}\n` : `${text.slice(0, -1)},"value":${value}}\n`;
}

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 2 ** 18;
/** Lines wait for each other until so much of them is there, or `flush` is called. */
const HELD_CHARACTERS = 2 ** 16;

/** A line and where it begins. */
export interface PlacedLine {
  readonly text: string;
  readonly at: number;
}

/** A joblog that is open: for looking at what it has, and for going on. */
export class Joblog {
  readonly path: string;
  readonly #fd: number;
  /** How many bytes of whole lines it has. */
  #size: number;
  #held = '';
  #isOpen = true;

  /**
   * Opens a joblog, and makes it if there is none.
   *
   * @param resume - Whether the run goes on with one that has lines; without, such a file is not touched.
   * @throws {@link UsageError} when it cannot be written, or holds something.
   */
  constructor(path: string, resume: boolean) {
    this.path = path;
    this.#fd = opened(path);
    const stat = fstatSync(this.#fd);
    this.#size = stat.size;
    const reason = !stat.isFile()
      ? 'it is no file'
      : stat.size > 0 && !resume
        ? 'it holds something: say --resume to go on with the run that it is of, or remove it'
        : undefined;
    if (reason === undefined) return;
    closeSync(this.#fd);
    throw new UsageError(`Cannot write the joblog ${path} as ${reason}`);
  }

  /** The whole lines that it has; then a torn one at its end is taken off. To be called before the first `add`. */
  *lines(): Generator<PlacedLine> {
    let rest = Buffer.alloc(0);
    let read = 0;
    for (;;) {
      const block = Buffer.allocUnsafe(BLOCK_BYTES);
      const bytes = readSync(this.#fd, block, 0, BLOCK_BYTES, read);
      if (bytes === 0) break;
      const whole = Buffer.concat([rest, block.subarray(0, bytes)]);
      const base = read - rest.length;
      read += bytes;
      let start = 0;
      for (let end = whole.indexOf(LINE_FEED); end !== -1; end = whole.indexOf(LINE_FEED, start)) {
        yield { text: whole.toString('utf8', start, end), at: base + start };
        start = end + 1;
      }
      rest = whole.subarray(start);
    }
    this.#size = read - rest.length;
    if (rest.length > 0) ftruncateSync(this.#fd, this.#size);
  }

  /** The line that begins there. */
  lineAt(at: number): string {
    for (let bytes = 4096; ; bytes *= 4) {
      const block = Buffer.allocUnsafe(bytes);
      const found = block.subarray(0, readSync(this.#fd, block, 0, bytes, at));
      const end = found.indexOf(LINE_FEED);
      if (end !== -1) return found.toString('utf8', 0, end);
      if (found.length < bytes) throw new UsageError(`Cannot read ${this.path} as it has become shorter`);
    }
  }

  /** Adds a line, with its line feed. @throws {@link DuodaoError} `no-space` or `broken`: see {@link flush}. */
  add(line: string): void {
    this.#held += line;
    if (this.#held.length >= HELD_CHARACTERS) this.flush();
  }

  /**
   * Writes what was added.
   *
   * @throws {@link DuodaoError} `no-space` when the disk is full, `broken` when it cannot be written for another
   * reason:
   *   then it ends with its last whole line.
   */
  flush(): void {
    if (this.#held === '' || !this.#isOpen) return;
    const bytes = Buffer.from(this.#held);
    this.#held = '';
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (cause) {
      const whole = bytes.subarray(0, written).lastIndexOf(LINE_FEED) + 1;
      ftruncateSync(this.#fd, this.#size + whole);
      throw failureOf(this.path, cause);
    }
    this.#size += bytes.length;
  }

  /** Writes what was added, and gives the file back. Closing twice does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    try {
      this.flush();
    } finally {
      this.#isOpen = false;
      closeSync(this.#fd);
    }
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (cause) {
    throw fileError('write', path, cause);
  }
}

function failureOf(path: string, cause: unknown): DuodaoError {
  const system = systemCode(cause);
  const isFull = system === 'ENOSPC' || system === 'EDQUOT' || system === 'EFBIG';
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DuodaoError(
    isFull ? 'no-space' : 'broken',
    `Cannot write the joblog ${path}: ${why}; --resume goes on behind its last line`,
    { path, system },
    { cause },
  );
}
