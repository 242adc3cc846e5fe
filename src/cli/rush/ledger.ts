/**
 * The ledger: one line for each answered order, appended by the parent and flushed batch by batch.
 *
 *     {"id":1,"train":"G1","class":"second","seats":2,"status":"sold","seller":3}
 *     {"id":2,"train":"G1","class":"second","seats":5,"status":"refused","reason":"sold-out","seller":1}
 *
 * What is promised: the file holds whole lines only, and `lines` of them are on the disk, not merely in the
 * kernel's memory. `append` writes one batch and then calls fdatasync, so the cost of a flush is shared by
 * the batch: see `BATCH_LINES`.
 *
 * When writing fails (disk full, quota, a limit on file sizes, an input/output error), the line that was cut
 * short is taken off again, the whole lines before it are flushed, and the error says how many are safe. When
 * *flushing* fails, the kernel may have dropped the pages and would call a second flush a success, so the
 * file goes back to where the last good flush left it. After a failure the ledger takes no more.
 *
 * A new run begins a new ledger. An old one is replaced, but never a file that does not look like a ledger,
 * nor one of the inputs; and not before `begin`, so that a run that cannot even start leaves it as it was. `-` is
 * standard output: nothing to flush, nothing to cut back.
 *
 * A kill -9 of this process has no time to cut anything back: what it was just writing may end within a line.
 *
 * Not here: two runs writing one ledger at once. The check (`audit.ts`) shows the muddle they make.
 *
 * @module
 */
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assert, DuodaoError } from '../../base/index.ts';
import { fileError, systemCode, UsageError } from '../usage-error.ts';
import type { Outcome, Refusal } from './book.ts';
import type { Order } from './orders.ts';

/** One line of the ledger. */
export interface LedgerEntry {
  readonly id: string | number;
  /** Who bought, where no order file says so. */
  readonly buyer?: string;
  readonly train: string;
  readonly class: string;
  readonly seats: number;
  readonly status: 'sold' | 'refused';
  readonly reason?: Refusal;
  readonly seller: number;
}

/** What the ledger needs of an open file. A `FileHandle` is one. */
export interface LedgerFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * How many lines are worth waiting for before a flush.
 *
 * Measured on an SSD (Node 20, ext4, one line of 75 bytes): a flush is 0.3 ms, so a line costs 316
 * µs alone, 4.1 µs in a batch of 100, 1.4 µs in 500, and 1.0 µs from 1,000 on.
 */
export const BATCH_LINES = 1000;

const LINE_FEED = 0x0a;

/** The line for an order that has been answered. */
export function entryOf(order: Order, outcome: Exclude<Outcome, { status: 'open' }>): LedgerEntry {
  const { id, train, class: name, seats } = order;
  return { id, train, class: name, seats, ...outcome };
}

/** A ledger that is being written. One `append` at a time; each is finished when its lines are safe. */
export class Ledger {
  readonly path: string;
  readonly #file: LedgerFile;
  /** Only a regular file can be cut back, and only such a file makes a promise about the disk. */
  readonly #isRegular: boolean;
  /** Batches that only we still have. */
  readonly #handedOver: string[] = [];
  #flushedBytes = 0;
  #lines = 0;
  /** `old`: the lines of another run are still in it. */
  #state: 'old' | 'idle' | 'writing' | 'failed' | 'closed';

  constructor(path: string, file: LedgerFile, isRegular: boolean, isOld = false) {
    this.path = path;
    this.#file = file;
    this.#isRegular = isRegular;
    this.#state = isOld ? 'old' : 'idle';
  }

  /**
   * Opens a ledger. An old one keeps its lines until `begin`.
   *
   * @param inputs - The files of this run, which must not be overwritten.
   * @throws UsageError when the path cannot be a ledger; the file is then as it was.
   */
  static async open(path: string, inputs: readonly string[] = []): Promise<Ledger> {
    if (path === '-') return new Ledger('standard output', streamFile(process.stdout), false);
    const found = await statOf(path);
    if (found?.isFile()) await refuseToReplace(path, found, inputs);
    // For appending only: even a second writer cannot overwrite a line in the middle.
    const file = await open(path, 'a').catch((cause: unknown) => {
      throw fileError('write', path, cause);
    });
    const opened = await file.stat();
    if (!found) await flushFolder(dirname(path));
    return new Ledger(path, file, opened.isFile(), opened.isFile() && opened.size > 0);
  }

  /** Takes out the lines of an old ledger. @throws {@link DuodaoError} `broken` when that fails. */
  async begin(): Promise<void> {
    if (this.#state !== 'old') return;
    this.#state = 'writing';
    try {
      await this.#file.truncate(0);
    } catch (cause) {
      this.#state = 'failed';
      throw this.#failure(cause);
    }
    this.#state = 'idle';
  }

  /** Whether the ledger is a file on disk, which can be read again. */
  get isRegular(): boolean {
    return this.#isRegular;
  }

  /** The lines that were handed over, for a ledger that cannot be read again. */
  get handedOver(): string[] {
    return this.#handedOver.flatMap((batch) => batch.trimEnd().split('\n'));
  }

  /** How many lines are surely on the disk (for a pipe or terminal: handed over). */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Writes and flushes a batch of lines.
   *
   * @throws {@link DuodaoError} `no-space` when the disk, the quota or the size limit is used up.
   * @throws {@link DuodaoError} `broken` when the ledger could not be written or flushed for another reason.
   */
  async append(entries: readonly LedgerEntry[]): Promise<void> {
    assert(this.#state === 'idle', `a ledger takes a batch while idle: it is ${this.#state}`);
    if (entries.length === 0) return;
    const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    this.#state = 'writing';
    let written = 0;
    try {
      while (written < bytes.length) {
        const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written);
        if (bytesWritten === 0) throw new Error('the system took no bytes');
        written += bytesWritten;
      }
    } catch (cause) {
      const whole = bytes.subarray(0, written).lastIndexOf(LINE_FEED) + 1;
      await this.#cutBack([bytes.subarray(0, whole), bytes.subarray(0, 0)]);
      throw this.#failure(cause);
    }
    try {
      if (this.#isRegular) await this.#file.datasync();
    } catch (cause) {
      await this.#cutBack([bytes.subarray(0, 0)]);
      throw this.#failure(cause);
    }
    this.#count(bytes);
    if (!this.#isRegular) this.#handedOver.push(bytes.toString());
    this.#state = 'idle';
  }

  /** Gives the file back. What was appended is safe already. Closing twice does nothing. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    assert(this.#state !== 'writing', 'a ledger is closed between batches');
    this.#state = 'closed';
    await this.#file.close();
  }

  /** Ends the file after the first of these parts that can be flushed; what was flushed before stays. */
  async #cutBack(parts: readonly Uint8Array[]): Promise<void> {
    this.#state = 'failed';
    if (!this.#isRegular) return;
    for (const part of parts) {
      try {
        await this.#file.truncate(this.#flushedBytes + part.length);
        await this.#file.datasync();
        return this.#count(part);
      } catch {
        // The failure we are telling of already is the one that matters; a shorter part may still do.
        continue;
      }
    }
  }

  #count(part: Uint8Array): void {
    this.#flushedBytes += part.length;
    for (let at = part.indexOf(LINE_FEED); at !== -1; at = part.indexOf(LINE_FEED, at + 1)) this.#lines++;
  }

  #failure(cause: unknown): DuodaoError {
    const system = systemCode(cause);
    const isFull = system === 'ENOSPC' || system === 'EDQUOT' || system === 'EFBIG';
    const why = cause instanceof Error ? cause.message : String(cause);
    const safe = `${this.#lines} lines were ${this.#isRegular ? 'safely on disk' : 'handed over'} before`;
    return new DuodaoError(
      isFull ? 'no-space' : 'broken',
      `Cannot write the ledger ${this.path}: ${why}; ${safe}`,
      { path: this.path, lines: this.#lines, system },
      { cause },
    );
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined; // also a link to nowhere: opening it decides
    throw fileError('write', path, cause);
  }
}

/** Throws when replacing this file would destroy something that is no ledger. */
async function refuseToReplace(path: string, found: Stats, inputs: readonly string[]): Promise<void> {
  for (const input of inputs) {
    const other = await statOf(input);
    if (other && other.dev === found.dev && other.ino === found.ino)
      throw new UsageError(`Cannot write the ledger to ${path} as it is an input of this run`);
  }
  if (found.size > 0 && !(await startsLikeLedger(path)))
    throw new UsageError(`Cannot write the ledger to ${path} as a file that is no ledger has that name`);
}

async function startsLikeLedger(path: string): Promise<boolean> {
  const file = await open(path).catch((cause: unknown) => {
    throw fileError('read', path, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const [first = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
    return first.startsWith('{"id":') && first.includes('"status":');
  } finally {
    await file.close();
  }
}

/** Makes the new file's name as durable as its bytes. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  // Some file systems refuse this, and a folder may be writable but not readable; the bytes are safe anyway.
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Standard output as a ledger file: each write waits until the system has taken the bytes. */
function streamFile(stream: NodeJS.WritableStream): LedgerFile {
  // A failed write is told twice, to its callback and as an event; without a listener the event would end us.
  stream.on('error', () => undefined);
  return {
    write: (bytes, offset, length) =>
      new Promise((resolve, reject) => {
        stream.write(bytes.subarray(offset, offset + length), (error) =>
          error ? reject(error) : resolve({ bytesWritten: length }),
        );
      }),
    datasync: nothingToDo,
    truncate: nothingToDo,
    close: nothingToDo,
  };
}

async function nothingToDo(): Promise<void> {}
