/**
 * Finds messages with headers in bytes. Their bodies come whole, by next(), or in pieces, by nextHead() and
 * nextPiece().
 *
 *     #headerBytes   0 until the length of a header is known
 *     #head          a header that has been read, while next() waits for its body
 *     #bodyLeft      how much of a body that comes in pieces has not been taken
 *
 * The limit on messages is next()'s alone: of a body in pieces nobody holds more than has arrived.
 *
 * When the stream ends, a copy of what is here is looked through: so the end in the middle of a message is told at
 * once, and what came before it is still to be had, in pieces as well.
 *
 * @module
 */
import { assert, DuodaoError } from '../../../base/index.ts';
import { ByteQueue, LONGEST_BYTES } from '../byte-queue.ts';
import type { BodyDecoder, FrameLimits } from '../framing.ts';
import { cutShort, tooLong } from '../message-decoder.ts';
import { suspicion } from '../mistaken.ts';
import { type DictHeader, DictMessage } from './dict-message.ts';
import { type ReadHeader, readHeader } from './read-header.ts';
import { LENGTH_BYTES } from './write-header.ts';

const INT32_MAX = 2 ** 31 - 1;

export class DictDecoder implements BodyDecoder<DictHeader, DictMessage> {
  #queue = new ByteQueue();
  readonly #limits: FrameLimits;
  #headerBytes = 0;
  #head: ReadHeader | undefined;
  #bodyLeft = 0;
  #failure: unknown;
  #hasEnded = false;
  /** What is wrong with the end of the stream. Becomes the failure when all before it has been taken. */
  #badEnd: unknown;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  get heldBytes(): number {
    return this.#queue.length;
  }

  get isInside(): boolean {
    return this.#queue.length > 0 || this.#headerBytes > 0 || this.#head !== undefined || this.#bodyLeft > 0;
  }

  get bodyLeft(): number {
    return this.#bodyLeft;
  }

  get isInHead(): boolean {
    return this.#head === undefined && this.#bodyLeft === 0;
  }

  push(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    assert(!this.#hasEnded, 'nothing arrives after the end of a stream');
    this.#queue.push(bytes);
  }

  next(): DictMessage | undefined {
    const head = this.#takeHead();
    if (head === undefined) return undefined;
    const limit = Math.min(this.#limits.maxMessageBytes, LONGEST_BYTES);
    if (head.size > limit) throw this.#fail(tooLong('read', 'its body', head.size, limit));
    if (this.#queue.length < head.size) {
      this.#head = head;
      return this.#needMore();
    }
    return new DictMessage(head.header, this.#queue.take(head.size));
  }

  nextHead(): DictHeader | undefined {
    const head = this.#takeHead();
    this.#bodyLeft = head?.size ?? 0;
    return head?.header;
  }

  nextPiece(): Uint8Array | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#bodyLeft === 0) return undefined;
    if (this.#queue.length === 0) return this.#needMore();
    const piece = this.#queue.takePiece(this.#bodyLeft);
    this.#bodyLeft -= piece.length;
    return piece;
  }

  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#lookAhead();
    }
    if (this.#badEnd !== undefined) throw this.#badEnd;
  }

  /** The head of the next message, taken out of the bytes; undefined when more are needed. */
  #takeHead(): ReadHeader | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    assert(this.#bodyLeft === 0, 'a body is taken before the next message');
    const known = this.#head;
    if (known !== undefined) {
      this.#head = undefined;
      return known;
    }
    const queue = this.#queue;
    try {
      if (this.#headerBytes === 0) {
        if (queue.length < LENGTH_BYTES) return this.#needMore();
        this.#headerBytes = this.#readLength();
        queue.skip(LENGTH_BYTES);
      }
      if (queue.length < this.#headerBytes) return this.#needMore();
      const head = readHeader(queue.take(this.#headerBytes));
      this.#headerBytes = 0;
      return head;
    } catch (error) {
      // The error that has been told about the end is told again, rather than another like it.
      throw this.#fail(this.#badEnd ?? error);
    }
  }

  #readLength(): number {
    const limit = this.#limits.maxHeaderBytes;
    const length = this.#queue.uint(0, LENGTH_BYTES, false);
    if (length > 0 && length <= Math.min(limit, INT32_MAX)) return length;
    const signed = length | 0;
    const [why, facts] = suspicion(
      this.#queue.peek(LENGTH_BYTES),
      this.#queue.uint(0, LENGTH_BYTES, true),
      limit,
    );
    throw new DuodaoError(
      'protocol',
      signed > 0
        ? `Cannot read the message: its header has ${signed} bytes, and the limit is ${limit}${why}`
        : `Cannot read the message: a header cannot have ${signed} bytes${why}`,
      { bytes: signed, limit, ...facts },
    );
  }

  /** Nothing to give: more has to come, or the stream has ended in the middle of a message. */
  #needMore(): undefined {
    if (!this.#hasEnded) this.#queue.settle();
    else if (this.isInside) throw this.#fail(this.#badEnd);
    return undefined;
  }

  /** Finds out whether the stream ended where a message did. */
  #lookAhead(): void {
    const ahead = new DictDecoder(this.#limits);
    ahead.#queue = this.#queue.copy();
    ahead.#headerBytes = this.#headerBytes;
    ahead.#head = this.#head;
    ahead.#bodyLeft = this.#bodyLeft;
    try {
      do {
        const passed = Math.min(ahead.#bodyLeft, ahead.#queue.length);
        ahead.#queue.skip(passed);
        ahead.#bodyLeft -= passed;
      } while (ahead.#bodyLeft === 0 && ahead.nextHead() !== undefined);
      if (ahead.isInside) throw cutShort(this.heldBytes);
    } catch (error) {
      this.#badEnd = error;
    }
  }

  /** Ends it for good. */
  #fail(error: unknown): unknown {
    this.#failure = error;
    this.#queue.clear();
    return error;
  }
}
