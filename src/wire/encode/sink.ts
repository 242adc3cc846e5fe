/**
 * Bytes that grow: where a message is written. Numbers, sizes and strings; what they mean is the writer's affair.
 *
 * One sink is used for message after message, so that small ones reserve nothing. It doubles when it is full, and
 * lets go of a large buffer once the message that needed it is out.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import {
  BIGINT,
  BIGINT64,
  BIGINT_NEGATIVE,
  FLOAT64,
  HEADER,
  INT16,
  INT32,
  INT8,
  LATIN1,
  MAGIC,
  MESSAGE_BYTES_MAX,
  SHORT_STRING,
  SMALL_INT,
  UTF16,
  VERSION,
} from '../format.ts';

const START_BYTES = 16 * 1024;
const KEEP_BYTES = 1024 * 1024;
/** Up to here a loop over the characters is faster than a call out of JavaScript. */
const LOOPED_CHARS = 16;
const SHORT_CHARS_MAX = SMALL_INT - SHORT_STRING - 1;
/** Answered in constant time for a string that the engine keeps as one byte a character. */
const WIDE = /[^\0-\xff]/;

export class Sink {
  #bytes: Buffer = Buffer.allocUnsafeSlow(START_BYTES); // never pooled: starts at 0 of a buffer of its own
  #view: DataView = viewOf(this.#bytes);
  #end = 0;

  /** Bytes written since the last `restart()`. */
  get length(): number {
    return this.#end;
  }

  /** Begins anew, and leaves that many bytes free: for the header, which `header()` writes in the end. */
  restart(freeBytes: number): void {
    this.#end = freeBytes;
  }

  /** Writes the header of a message that is otherwise complete. */
  header(buffers: number, links: number): void {
    const view = this.#view;
    view.setUint8(HEADER.magic, MAGIC);
    view.setUint8(HEADER.version, VERSION);
    view.setUint16(HEADER.flags, 0, true);
    view.setUint32(HEADER.buffers, buffers, true);
    view.setUint32(HEADER.links, links, true);
    view.setUint32(HEADER.total, this.#end, true);
  }

  /** What has been written. Valid until something is written again. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#end);
  }

  /** Keeps the memory of small messages for the next one, and gives that of a large one back. */
  release(): void {
    if (this.#bytes.length <= KEEP_BYTES) return;
    this.#bytes = Buffer.allocUnsafeSlow(START_BYTES);
    this.#view = viewOf(this.#bytes);
  }

  u8(value: number): void {
    if (this.#end === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#end++] = value;
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** A whole number up to 2^53, in seven-bit groups. */
  size(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  number(value: number): void {
    if ((value | 0) !== value || Object.is(value, -0)) {
      const at = this.#room(9);
      this.#bytes[at] = FLOAT64;
      this.#view.setFloat64(at + 1, value, true);
    } else if (value >= 0 && value < SMALL_INT) this.u8(SMALL_INT | value);
    else this.#integer(value);
  }

  #integer(value: number): void {
    if (value >= -0x80 && value < 0x80) {
      const at = this.#room(2);
      this.#bytes[at] = INT8;
      this.#bytes[at + 1] = value;
    } else if (value >= -0x8000 && value < 0x8000) {
      const at = this.#room(3);
      this.#bytes[at] = INT16;
      this.#view.setInt16(at + 1, value, true);
    } else {
      const at = this.#room(5);
      this.#bytes[at] = INT32;
      this.#view.setInt32(at + 1, value, true);
    }
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      const at = this.#room(9);
      this.#bytes[at] = BIGINT64;
      this.#view.setBigInt64(at + 1, value, true);
      return;
    }
    const hex = (value < 0n ? -value : value).toString(16);
    const even = hex.length % 2 === 0 ? hex : `0${hex}`;
    this.u8(value < 0n ? BIGINT_NEGATIVE : BIGINT);
    this.size(even.length / 2);
    const at = this.#room(even.length / 2);
    this.#bytes.write(even, at, 'hex');
  }

  string(value: string): void {
    const length = value.length;
    if (length > LOOPED_CHARS) {
      this.#longString(value);
      return;
    }
    const at = this.#room(length + 1);
    const bytes = this.#bytes;
    bytes[at] = SHORT_STRING | length;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0xff) {
        this.#end = at;
        this.#wideString(value);
        return;
      }
      bytes[at + 1 + index] = code;
    }
  }

  #longString(value: string): void {
    const length = value.length;
    if (WIDE.test(value)) {
      this.#wideString(value);
      return;
    }
    if (length <= SHORT_CHARS_MAX) this.u8(SHORT_STRING | length);
    else {
      this.u8(LATIN1);
      this.size(length);
    }
    const at = this.#room(length);
    this.#bytes.write(value, at, 'latin1');
  }

  #wideString(value: string): void {
    this.u8(UTF16);
    this.size(value.length);
    const at = this.#room(value.length * 2);
    this.#bytes.write(value, at, 'utf16le');
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /**
   * Makes room for `count` bytes behind what is written, and counts them as written. Call it before `#bytes` or
   * `#view` is looked at: it may replace them.
   */
  #room(count: number): number {
    const at = this.#end;
    const end = at + count;
    if (end > this.#bytes.length) this.#grow(count);
    this.#end = end;
    return at;
  }

  #grow(count: number): void {
    const needed = this.#end + count;
    if (needed > MESSAGE_BYTES_MAX) throw tooLarge(needed);
    const larger = allocate(Math.min(MESSAGE_BYTES_MAX, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function allocate(count: number): Buffer {
  try {
    return Buffer.allocUnsafeSlow(count);
  } catch (error) {
    throw tooLarge(count, error);
  }
}

function tooLarge(bytes: number, cause?: unknown): DuodaoError {
  const limit = `at most ${MESSAGE_BYTES_MAX} fit, and no more than memory allows`;
  const message = `Cannot send the value as it needs a message of ${bytes} bytes: ${limit}`;
  return new DuodaoError('over-limit', message, { bytes }, cause === undefined ? undefined : { cause });
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
