/**
 * Bytes that have arrived and are not used yet: what every decoder reads from.
 *
 *     #first  ▸ the chunk that is read now, from #at on
 *     #behind ▸ the chunks after it, from #head on
 *     #block  ▸ memory of our own of which the last chunk is the used part; what is small is copied behind that
 *
 * **Linear.** Each byte is copied a bounded number of times, however the stream was cut. A message that lies in one
 * chunk is a view of that chunk. One that lies in several is copied once, when all of it is there, into memory of
 * exactly its size: nothing is reserved because somebody announced it.
 *
 * **Not more memory than bytes.** Small chunks are copied together, since an object for each costs a hundred times its
 * byte; and the few bytes of a large chunk that wait for the rest of their message are copied, so that one byte does
 * not keep 64 KiB alive. Bytes once given out are never written again.
 *
 * @module
 */
import { constants } from 'node:buffer';
import { assert } from '../../base/index.ts';

/** Chunks up to this are copied together when they have to wait. */
const SMALL_BYTES = 512;
const BLOCK_BYTES_MIN = 64;
const BLOCK_BYTES_MAX = 65_536;

/** What every Node.js that we run on has a buffer for. Newer ones promise more than any memory has. */
export const LONGEST_BYTES: number = Math.min(constants.MAX_LENGTH, 2 ** 32);

const NOTHING: Buffer = Buffer.alloc(0);

export class ByteQueue {
  #first: Buffer = NOTHING;
  #at = 0;
  #behind: Buffer[] = [];
  #head = 0;
  #length = 0;
  #block: Buffer = NOTHING;
  #used = 0;
  /** Where search() goes on: bytes before it, and the chunk it is in, −1 being the first. */
  #searched = 0;
  #searchedIn = -1;
  #searchedFrom = 0;

  /** Bytes that it holds. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes, by reference where they are many: they must not be changed afterwards. */
  push(bytes: Uint8Array): void {
    const count = bytes.length;
    if (count === 0) return;
    const wasEmpty = this.#length === 0;
    this.#length += count;
    if (wasEmpty) this.#first = asBuffer(bytes);
    else if (count <= SMALL_BYTES || isWaste(bytes, count)) this.#copyIn(bytes, count);
    else {
      this.#behind.push(asBuffer(bytes));
      this.#block = NOTHING;
    }
  }

  /** The next bytes as one whole number without a sign, not taken; exact up to 2^53, and larger beyond. */
  uint(offset: number, bytes: number, isBigEndian: boolean): number {
    this.#gather(offset + bytes);
    const from = this.#at + offset;
    const chunk = this.#first;
    let value = 0;
    if (isBigEndian) for (let at = from; at < from + bytes; at++) value = value * 256 + chunk[at]!;
    else for (let at = from + bytes - 1; at >= from; at--) value = value * 256 + chunk[at]!;
    return value;
  }

  /** The next bytes, or as many as are there, not taken. */
  peek(count: number): Buffer {
    const found = Math.min(count, this.#length);
    this.#gather(found);
    return this.#first.subarray(this.#at, this.#at + found);
  }

  /** Takes the next bytes, in one piece. */
  take(count: number): Buffer {
    this.#gather(count);
    const chunk = this.#first;
    const start = this.#at;
    this.#pass(count);
    return start === 0 && count === chunk.length ? chunk : chunk.subarray(start, start + count);
  }

  /** Takes what lies in one piece of the next bytes, up to so many; none when it is empty. */
  takePiece(most: number): Buffer {
    return this.take(Math.min(most, this.#first.length - this.#at));
  }

  /** Passes over bytes. */
  skip(count: number): void {
    assert(count <= this.#length, 'bytes are skipped that are there');
    let left = count;
    while (left > 0) {
      const step = Math.min(left, this.#first.length - this.#at);
      this.#pass(step);
      left -= step;
    }
  }

  /**
   * How many bytes lie before the first place where these are; −1 if they are nowhere. Always for the same ones: it
   * goes on where it stopped, until bytes are taken, so that each byte is looked at once however often somebody asks.
   */
  search(pattern: Uint8Array): number {
    const last = pattern.length - 1;
    const byte = pattern[last]!;
    for (;;) {
      const chunk = this.#searchedIn < 0 ? this.#first : this.#behind[this.#searchedIn]!;
      const start = this.#searchedIn < 0 ? this.#at : 0;
      const found = chunk.indexOf(byte, start + this.#searchedFrom);
      if (found >= 0) {
        this.#searchedFrom = found - start;
        if (this.#precede(pattern, last, found)) return this.#searched + this.#searchedFrom - last;
        this.#searchedFrom++;
        continue;
      }
      this.#searchedFrom = chunk.length - start;
      const next = this.#searchedIn < 0 ? this.#head : this.#searchedIn + 1;
      if (next >= this.#behind.length) return -1;
      this.#searched += this.#searchedFrom;
      this.#searchedIn = next;
      this.#searchedFrom = 0;
    }
  }

  /** Says that what is left waits for bytes that are not here yet. */
  settle(): void {
    const chunk = this.#first;
    const rest = chunk.length - this.#at;
    if (!isWaste(chunk, rest)) return;
    const isLast = this.#head === this.#behind.length;
    const block = Buffer.allocUnsafeSlow(isLast ? Math.max(BLOCK_BYTES_MIN, rest) : rest);
    chunk.copy(block, 0, this.#at);
    this.#first = block.subarray(0, rest);
    this.#at = 0;
    if (!isLast) return;
    this.#block = block;
    this.#used = rest;
  }

  /** The same bytes once more, to look ahead: taking from one leaves the other as it is. */
  copy(): ByteQueue {
    const other = new ByteQueue();
    other.#first = this.#first;
    other.#at = this.#at;
    other.#behind = this.#behind.slice(this.#head);
    other.#length = this.#length;
    return other;
  }

  /** Lets go of everything. */
  clear(): void {
    this.skip(this.#length);
  }

  /** Appends a copy to the last chunk, or to a new one with room behind it. */
  #copyIn(bytes: Uint8Array, count: number): void {
    if (this.#block.length - this.#used >= count) {
      this.#block.set(bytes, this.#used);
      this.#used += count;
      const grown = this.#block.subarray(0, this.#used);
      if (this.#head === this.#behind.length) this.#first = grown;
      else this.#behind[this.#behind.length - 1] = grown;
      return;
    }
    // As large as what is here already: so the blocks double, and few bytes have a small one.
    const size = Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, this.#length));
    this.#block = Buffer.allocUnsafeSlow(Math.max(size, count));
    this.#block.set(bytes, 0);
    this.#used = count;
    this.#behind.push(this.#block.subarray(0, count));
  }

  /** Makes the next bytes lie in one piece. */
  #gather(count: number): void {
    const rest = this.#first.length - this.#at;
    if (rest >= count) return;
    assert(count <= this.#length, 'bytes are taken that are there');
    const whole = Buffer.allocUnsafeSlow(count);
    this.#first.copy(whole, 0, this.#at);
    let filled = rest;
    while (filled < count) {
      const chunk = this.#behind[this.#head]!;
      const step = Math.min(chunk.length, count - filled);
      chunk.copy(whole, filled, 0, step);
      filled += step;
      if (step === chunk.length) this.#drop();
      else this.#behind[this.#head] = chunk.subarray(step);
    }
    // What was the last chunk may have lost its beginning, or have moved: it grows no more.
    this.#block = NOTHING;
    this.#first = whole;
    this.#at = 0;
    this.#restartSearch();
  }

  /** Passes over bytes of the first chunk. */
  #pass(count: number): void {
    this.#length -= count;
    this.#at += count;
    this.#restartSearch();
    if (this.#at < this.#first.length) return;
    this.#at = 0;
    if (this.#head < this.#behind.length) {
      this.#first = this.#behind[this.#head]!;
      this.#drop();
    } else {
      this.#first = NOTHING;
      this.#block = NOTHING;
    }
  }

  /** Takes the first off the chunks behind; moves the others up now and then. */
  #drop(): void {
    this.#behind[this.#head++] = NOTHING;
    if (this.#head === this.#behind.length) this.#behind.length = 0;
    else if (this.#head >= 64 && this.#head * 2 >= this.#behind.length) this.#behind.splice(0, this.#head);
    else return;
    this.#head = 0;
  }

  /** Whether the first so many bytes of a pattern lie right before a place in the chunk that is searched. */
  #precede(pattern: Uint8Array, count: number, place: number): boolean {
    let index = this.#searchedIn;
    let chunk = index < 0 ? this.#first : this.#behind[index]!;
    let at = place;
    for (let wanted = count - 1; wanted >= 0; wanted--) {
      if (at === (index < 0 ? this.#at : 0)) {
        if (index < 0) return false;
        index = index === this.#head ? -1 : index - 1;
        chunk = index < 0 ? this.#first : this.#behind[index]!;
        at = chunk.length;
      }
      if (chunk[--at] !== pattern[wanted]) return false;
    }
    return true;
  }

  #restartSearch(): void {
    this.#searched = 0;
    this.#searchedIn = -1;
    this.#searchedFrom = 0;
  }
}

/** Whether so few of the bytes of a buffer are used that they are better copied than kept with all of it. */
function isWaste(bytes: Uint8Array, used: number): boolean {
  return (used + SMALL_BYTES) * 4 < bytes.buffer.byteLength;
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
