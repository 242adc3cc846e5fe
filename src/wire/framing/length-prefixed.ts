/**
 * A message is a whole number, which says how long it is, and as many bytes.
 *
 *     part     bytes   meaning
 *     length   1 to 8  how many bytes follow; 0 is an empty message
 *     message  length  anything
 *
 * With `signed` the length is written in two's complement: a negative one is refused, and the longest message has half
 * the bytes. The rest of a frame is looked for only when its length is known and within the limit.
 *
 * @module
 */
import { LONGEST_BYTES } from './byte-queue.ts';
import { DuodaoError } from '../../base/index.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { FrameLimits, Framing } from './framing.ts';
import { type Grammar, MessageDecoder, tooLong } from './message-decoder.ts';
import { suspicion } from './mistaken.ts';
import { framed, type Payload, shown, sizeOf } from './payload.ts';

export interface LengthPrefixedOptions {
  /** Bytes of the length, 1 to 8; 4 unless it is said. */
  readonly bytes?: number;
  /** Which byte of the length comes first, the one of least or of most weight; `little` unless it is said. */
  readonly endian?: 'little' | 'big';
  /** Whether the length has a sign, as a C `int` has. */
  readonly signed?: boolean;
}

interface Shape {
  readonly bytes: number;
  readonly isBig: boolean;
  readonly signed: boolean;
}

class LengthGrammar implements Grammar<Buffer> {
  readonly #shape: Shape;
  readonly #bytes: number;
  readonly #limit: number;
  /** Lengths from here on are negative. */
  readonly #negative: number;
  /** Bytes of the message whose length has been read; −1 when the next thing is a length. */
  #wanted = -1;

  constructor(shape: Shape, limits: FrameLimits) {
    this.#shape = shape;
    this.#bytes = shape.bytes;
    this.#limit = Math.min(limits.maxMessageBytes, LONGEST_BYTES);
    this.#negative = shape.signed ? 2 ** (8 * shape.bytes - 1) : Number.POSITIVE_INFINITY;
  }

  get isInside(): boolean {
    return this.#wanted >= 0;
  }

  take(queue: ByteQueue): Buffer | undefined {
    if (this.#wanted < 0) {
      if (queue.length < this.#bytes) return undefined;
      this.#wanted = this.#length(queue);
      queue.skip(this.#bytes);
    }
    if (queue.length < this.#wanted) return undefined;
    const message = queue.take(this.#wanted);
    this.#wanted = -1;
    return message;
  }

  #length(queue: ByteQueue): number {
    const { bytes, isBig, signed } = this.#shape;
    const length = queue.uint(0, bytes, isBig);
    if (length <= this.#limit && length < this.#negative) return length;
    const [why, facts] = suspicion(queue.peek(bytes), queue.uint(0, bytes, !isBig), this.#limit);
    // The sign is looked up, since the largest lengths have been rounded.
    const isNegative = signed && queue.uint(isBig ? 0 : bytes - 1, 1, true) >= 0x80;
    if (isNegative)
      throw new DuodaoError('protocol', `Cannot read the message: its length is negative${why}`, facts);
    if (length > Number.MAX_SAFE_INTEGER)
      throw new DuodaoError('protocol', `Cannot read the message: its length is beyond 2^53${why}`, facts);
    throw tooLong('read', 'it', length, this.#limit, why, facts);
  }
}

/** Messages with their length before them. */
export function lengthPrefixed(
  options: LengthPrefixedOptions = {},
): Framing<Buffer, readonly [message: Payload]> {
  const { bytes = 4, endian = 'little', signed = false } = options;
  const problem = 'Cannot make a length prefix as';
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 8)
    throw new RangeError(
      `${problem} bytes must be a whole number from 1 to 8: current value is ${shown(bytes)}`,
    );
  if (endian !== 'little' && endian !== 'big')
    throw new RangeError(`${problem} endian must be 'little' or 'big': current value is ${shown(endian)}`);
  if (typeof signed !== 'boolean')
    throw new TypeError(`${problem} signed must be true or false: current value is ${shown(signed)}`);
  const shape: Shape = { bytes, isBig: endian === 'big', signed };
  return {
    name: `length:${bytes}${shape.isBig ? ':big' : ''}${signed ? ':signed' : ''}`,
    spec: { kind: 'length-prefixed', bytes, endian, signed },
    decoder: (limits) => new MessageDecoder(new LengthGrammar(shape, limits)),
    encode: ([message], limits) => encode(message, shape, limits),
  };
}

function encode(message: Payload, shape: Shape, limits: FrameLimits): Uint8Array[] {
  const size = sizeOf(message);
  const { bytes, signed } = shape;
  const most = 2 ** (8 * bytes - (signed ? 1 : 0)) - 1;
  if (size > most)
    throw new RangeError(
      `Cannot send the message as a ${signed ? 'signed ' : ''}length of ${bytes} bytes carries at most ${most}: ` +
        `current value is ${size}`,
    );
  if (size > limits.maxMessageBytes) throw tooLong('send', 'it', size, limits.maxMessageBytes);
  const pieces = framed(bytes, message, size);
  writeUint(pieces[0], 0, size, bytes, shape.isBig);
  return pieces;
}

/** Writes a whole number from 0 to 2^53. */
export function writeUint(
  target: Uint8Array,
  at: number,
  value: number,
  bytes: number,
  isBig: boolean,
): void {
  let rest = value;
  for (let index = 0; index < bytes; index++) {
    target[isBig ? at + bytes - 1 - index : at + index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
