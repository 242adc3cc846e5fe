/**
 * Results of items that went to a worker together, in shared memory: so that they outlive the worker.
 *
 * Items that take microseconds are handed over in blocks (blocks.ts). Should a worker die in the middle of one, what it
 * has done must not be done again, and must not be lost. So it writes each result here as soon as there is one, and
 * then how many bytes there are: one store. The lines up to there are whole, and the item behind them was the one at
 * work.
 *
 *     ends     u32 for each slot        how many bytes of it are whole lines
 *     bytes    64 KiB for each slot     lines: + or −, microseconds, tab, JSON of the result or of the error
 *
 * A slot belongs to one block at a time, and is written by one worker, or nobody.
 *
 * @module
 */
import { SharedArray } from '../../ipc/index.ts';

const SLOT_BYTES = 2 ** 16;
/** UTF-8 needs no more for a unit of UTF-16. */
const UNIT_BYTES = 3;

/** What crosses to the workers. */
export interface JournalParts {
  readonly ends: SharedArray<'u32'>;
  readonly bytes: SharedArray<'u8'>;
}

export class Journal {
  readonly parts: JournalParts;
  readonly slots: number;
  readonly #ends: Uint32Array;
  readonly #bytes: Buffer;

  /** Over parts that there are, in a worker; or makes them, for so many slots. */
  constructor(from: number | JournalParts) {
    this.parts =
      typeof from === 'number'
        ? { ends: new SharedArray('u32', from), bytes: new SharedArray('u8', from * SLOT_BYTES) }
        : from;
    const { ends, bytes } = this.parts;
    this.slots = ends.length;
    this.#ends = ends.view;
    this.#bytes = Buffer.from(bytes.view.buffer, bytes.view.byteOffset, bytes.view.byteLength);
  }

  /** Empties a slot, for the next block. */
  clear(slot: number): void {
    Atomics.store(this.#ends, slot, 0);
  }

  /** Adds a line, which ends with a line feed. False when there is no room for it: then nothing has changed. */
  add(slot: number, line: string): boolean {
    const end = this.#ends[slot]!;
    const room = SLOT_BYTES - end;
    if (line.length * UNIT_BYTES > room && Buffer.byteLength(line) > room) return false;
    const written = this.#bytes.write(line, slot * SLOT_BYTES + end);
    Atomics.store(this.#ends, slot, end + written);
    return true;
  }

  /** The lines of a slot, without their line feeds. */
  lines(slot: number): string[] {
    const end = Atomics.load(this.#ends, slot);
    if (end === 0) return [];
    const start = slot * SLOT_BYTES;
    return this.#bytes.toString('utf8', start, start + end - 1).split('\n');
  }
}

/** What a line says. `value` is JSON; an error is one of ours that says what the other one said. */
export interface JournalEntry {
  readonly tookMs: number;
  readonly value?: string;
  readonly reason?: Error;
}

interface ErrorParts {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
}

/** The line of a result, which is JSON. */
export function doneLine(tookMs: number, value: string): string {
  return `+${Math.round(tookMs * 1000)}\t${value}\n`;
}

export function failedLine(tookMs: number, reason: unknown): string {
  const { name, message, stack, code } =
    reason instanceof Error ? (reason as Error & { code?: unknown }) : plain(reason);
  const parts = { name, message, stack, code: typeof code === 'string' ? code : undefined };
  return `-${Math.round(tookMs * 1000)}\t${JSON.stringify(parts)}\n`;
}

function plain(reason: unknown): ErrorParts {
  const message = typeof reason === 'string' ? reason : String(reason);
  return { name: 'Error', message, stack: undefined, code: undefined };
}

export function entryOf(line: string): JournalEntry {
  const tab = line.indexOf('\t');
  const tookMs = Number(line.slice(1, tab)) / 1000;
  const text = line.slice(tab + 1);
  if (line.charCodeAt(0) === PLUS) return { tookMs, value: text };
  const { name, message, stack = '', code } = JSON.parse(text) as ErrorParts;
  const reason = new Error(message);
  Object.assign(reason, { name, stack, ...(code !== undefined && { code }) });
  return { tookMs, reason };
}

const PLUS = 0x2b;
