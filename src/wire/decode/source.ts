/**
 * A reader's place in bytes that it does not trust: every step checks that what it takes is there.
 *
 * The bytes may be shared memory that somebody else writes meanwhile, so each is read once and believed only for
 * what it was at that moment; nothing that this class returns aliases them.
 *
 * @module
 */
import { BIGINT_NEGATIVE, LATIN1, malformed, SHORT_STRING, SMALL_INT, UTF16 } from '../format.ts';

// Undocumented, but there since Node 0.x. Unlike `toString` they take any Uint8Array, a shared one included, so that
// a decode need not make a Buffer first.
interface Slices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
  hexSlice(this: Uint8Array, start: number, end: number): string;
}
const { latin1Slice, ucs2Slice, hexSlice } = Buffer.prototype as unknown as Slices;

const char = String.fromCharCode;
/** Characters that the engine allows in one string. */
const STRING_MAX = 2 ** 29 - 24;
/** Bytes of magnitude that the engine allows in one BigInt. */
const BIGINT_BYTES_MAX = 2 ** 27;

// The way from eight bytes to a number without a DataView for each message.
const scratch: Float64Array = new Float64Array(1);
const scratchLong: BigInt64Array = new BigInt64Array(scratch.buffer);
const scratchHalves: Int32Array = new Int32Array(scratch.buffer);

export class Source {
  #bytes: Uint8Array;
  #at: number;
  #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Starts anew elsewhere. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    if (this.#at >= this.#end) throw cut();
    return this.#bytes[this.#at++]!;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    const at = this.#take(2);
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8);
  }

  i32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  f64(): number {
    this.#takeEight();
    return scratch[0]!;
  }

  i64(): bigint {
    this.#takeEight();
    return scratchLong[0]!;
  }

  /** A whole number from 0 to 2^53. */
  size(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let unit = 0x80; unit <= 2 ** 49; unit *= 0x80) {
      const group = this.u8();
      value += (group & 0x7f) * unit;
      if (group < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw malformed('a size is beyond 2^53');
  }

  /** How many things follow. Each needs a byte at least, so a number beyond the bytes left is a lie. */
  count(bytesEach: number = 1): number {
    const count = this.size();
    if (count * bytesEach > this.left) throw cut();
    return count;
  }

  bigint(tag: number): bigint {
    const length = this.count();
    if (length === 0 || length > BIGINT_BYTES_MAX) throw malformed(`a BigInt has ${length} bytes`);
    const at = this.#take(length);
    const magnitude = BigInt(`0x${hexSlice.call(this.#bytes, at, at + length)}`);
    return tag === BIGINT_NEGATIVE ? -magnitude : magnitude;
  }

  /** A value that has to be a string. */
  string(): string {
    return this.stringTagged(this.u8());
  }

  /** The rest of a string, after its tag. */
  stringTagged(tag: number): string {
    if (tag >= SHORT_STRING && tag < SMALL_INT) return this.latin1(tag - SHORT_STRING);
    if (tag !== LATIN1 && tag !== UTF16) throw malformed(`tag ${tag} stands where a string has to be`);
    const length = this.count();
    if (length > STRING_MAX) throw malformed(`a string has ${length} characters`);
    if (tag === LATIN1) return this.latin1(length);
    const at = this.#take(length * 2);
    return ucs2Slice.call(this.#bytes, at, at + length * 2);
  }

  latin1(length: number): string {
    const at = this.#take(length);
    if (length > 16) return latin1Slice.call(this.#bytes, at, at + length);
    if (length <= 8) return few(this.#bytes, at, length);
    return few(this.#bytes, at, 8) + few(this.#bytes, at + 8, length - 8);
  }

  /** Whether the next bytes are these; if so they are taken. */
  takeIfEqual(expected: Uint8Array): boolean {
    const length = expected.length;
    if (length > this.left) return false;
    const bytes = this.#bytes;
    const at = this.#at;
    for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return false;
    this.#at = at + length;
    return true;
  }

  /** A copy of the next bytes, alone on a buffer of its own. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(length);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(at, at + length));
    return copy;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw cut();
    this.#at = at + length;
    return at;
  }

  #takeEight(): void {
    scratchHalves[0] = this.i32();
    scratchHalves[1] = this.i32();
  }
}

/** What a message names by its number in a list. */
export function itemAt<T>(list: readonly T[], index: number, what: string): T {
  if (index >= list.length) throw malformed(`${what} ${index} does not exist`);
  return list[index]!;
}

function cut(): Error {
  return malformed('it ends too early');
}

/** Up to eight characters. One call with all of them is four times as fast as adding one to another. */
function few(bytes: Uint8Array, at: number, length: number): string {
  const a = bytes[at]!;
  if (length < 2) return length === 0 ? '' : char(a);
  const b = bytes[at + 1]!;
  if (length === 2) return char(a, b);
  const c = bytes[at + 2]!;
  if (length === 3) return char(a, b, c);
  const d = bytes[at + 3]!;
  if (length === 4) return char(a, b, c, d);
  const e = bytes[at + 4]!;
  if (length === 5) return char(a, b, c, d, e);
  const f = bytes[at + 5]!;
  if (length === 6) return char(a, b, c, d, e, f);
  const g = bytes[at + 6]!;
  return length === 7 ? char(a, b, c, d, e, f, g) : char(a, b, c, d, e, f, g, bytes[at + 7]!);
}
