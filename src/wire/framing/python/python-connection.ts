/**
 * Messages as `multiprocessing.connection` of Python writes them on sockets: `send_bytes()` and `recv_bytes()`.
 *
 *     bytes in all     length                                          then
 *     up to 2^31 − 1   int32, big-endian                               the message
 *     more             int32 −1, then the length as uint64, big-endian the message
 *
 * The long form is read for messages of any length, as Python does. Python reads −2 as an empty message; here it is
 * refused, as nobody writes it who means well.
 *
 * `send(obj)` of Python is the same frame with a pickle inside, which can run anything when it is read: agree on bytes.
 *
 * The key, if both sides have one, is proved before the first message: see python-auth.ts. It is kept where printing
 * the framing does not show it, and it is not in its spec.
 *
 * @module
 */
import { LONGEST_BYTES } from '../byte-queue.ts';
import { DuodaoError } from '../../../base/index.ts';
import type { ByteQueue } from '../byte-queue.ts';
import type { FrameLimits, Framing } from '../framing.ts';
import { writeUint } from '../length-prefixed.ts';
import { type Grammar, MessageDecoder, tooLong } from '../message-decoder.ts';
import { suspicion } from '../mistaken.ts';
import { framed, type Payload, shown, sizeOf } from '../payload.ts';

export interface PythonConnectionOptions {
  /** The key that both sides have to know: `authkey` in Python. Text is taken as UTF-8. */
  readonly authKey?: Uint8Array | string | undefined;
  /** Whether to talk to Python 3.11 and older, which know only MD5. */
  readonly legacy?: boolean | undefined;
}

/** A key, and whether peers may prove that they know it by MD5. */
export interface PythonKey {
  readonly key: Uint8Array;
  readonly legacy: boolean;
}

export interface PythonFraming extends Framing<Buffer, readonly [message: Payload]> {
  /** What the two sides have to prove to each other before the first message. */
  readonly auth?: PythonKey | undefined;
}

const SHORT_BYTES = 4;
const LONG_BYTES = 12;
const INT32_MAX = 0x7fffffff;
/** −1 as it is read: without a sign. */
const LONG_MARK = 0xffffffff;

/** The length that comes next in a queue, taken out of it; undefined when more bytes are needed. */
export function takeLength(queue: ByteQueue, limit: number): number | undefined {
  if (queue.length < SHORT_BYTES) return undefined;
  const short = queue.uint(0, SHORT_BYTES, true);
  if (short <= INT32_MAX && short <= limit) {
    queue.skip(SHORT_BYTES);
    return short;
  }
  if (short === LONG_MARK) {
    if (queue.length < LONG_BYTES) return undefined;
    const long = queue.uint(SHORT_BYTES, LONG_BYTES - SHORT_BYTES, true);
    if (long > limit) throw tooLong('read', 'it', long, limit, '', { head: hex(queue, LONG_BYTES) });
    queue.skip(LONG_BYTES);
    return long;
  }
  const [why, facts] = suspicion(queue.peek(SHORT_BYTES), queue.uint(0, SHORT_BYTES, false), limit);
  if (short <= INT32_MAX) throw tooLong('read', 'it', short, limit, why, facts);
  throw new DuodaoError('protocol', `Cannot read the message: its length is negative${why}`, facts);
}

class PythonGrammar implements Grammar<Buffer> {
  readonly #limit: number;
  /** Bytes of the message whose length has been read; −1 when the next thing is a length. */
  #wanted = -1;

  constructor(limits: FrameLimits) {
    this.#limit = Math.min(limits.maxMessageBytes, LONGEST_BYTES);
  }

  get isInside(): boolean {
    return this.#wanted >= 0;
  }

  take(queue: ByteQueue): Buffer | undefined {
    if (this.#wanted < 0) {
      const length = takeLength(queue, this.#limit);
      if (length === undefined) return undefined;
      this.#wanted = length;
    }
    if (queue.length < this.#wanted) return undefined;
    const message = queue.take(this.#wanted);
    this.#wanted = -1;
    return message;
  }
}

/** Messages as Python's `multiprocessing.connection` writes them. */
export function pythonConnection(options: PythonConnectionOptions = {}): PythonFraming {
  const { authKey, legacy = false } = options;
  if (typeof legacy !== 'boolean')
    throw new TypeError(
      `Cannot make the framing as legacy must be true or false: current value is ${shown(legacy)}`,
    );
  const framing: PythonFraming = {
    name: 'python',
    spec: { kind: 'python-connection' },
    decoder: (limits) => new MessageDecoder(new PythonGrammar(limits)),
    encode: ([message], limits) => encode(message, limits),
  };
  const auth: PythonKey | undefined = authKey === undefined ? undefined : { key: keyBytes(authKey), legacy };
  return Object.defineProperty(framing, 'auth', { value: auth, enumerable: false });
}

/** A copy of a key. @throws TypeError or RangeError at what is none */
export function keyBytes(key: Uint8Array | string): Uint8Array {
  // A key is never shown, not even a wrong one.
  if (typeof key !== 'string' && !(key instanceof Uint8Array))
    throw new TypeError(
      `Cannot use the key as it must be a Uint8Array or a string: current value is of type ${typeof key}`,
    );
  if (key.length === 0)
    throw new RangeError(
      'Cannot use the key as it must not be empty, which Python takes for no key: current value has 0 bytes',
    );
  // Not by slice(), which of a Buffer is a view: the caller may well wipe its own copy.
  return typeof key === 'string' ? new TextEncoder().encode(key) : Uint8Array.from(key);
}

/** The pieces of a frame of this message. */
export function frameOf(message: Payload, size: number): Uint8Array[] {
  const pieces = framed(headBytes(size), message, size);
  writeHead(pieces[0], size);
  return pieces;
}

function encode(message: Payload, limits: FrameLimits): Uint8Array[] {
  const size = sizeOf(message);
  if (size > limits.maxMessageBytes) throw tooLong('send', 'it', size, limits.maxMessageBytes);
  return frameOf(message, size);
}

/** Bytes of the length before a message of this size. */
export function headBytes(size: number): number {
  return size > INT32_MAX ? LONG_BYTES : SHORT_BYTES;
}

/** Writes the length of a message of this size. */
export function writeHead(target: Uint8Array, size: number): void {
  if (size <= INT32_MAX) return writeUint(target, 0, size, SHORT_BYTES, true);
  writeUint(target, 0, LONG_MARK, SHORT_BYTES, true);
  writeUint(target, SHORT_BYTES, size, LONG_BYTES - SHORT_BYTES, true);
}

function hex(queue: ByteQueue, count: number): string {
  return queue.peek(count).toString('hex');
}
