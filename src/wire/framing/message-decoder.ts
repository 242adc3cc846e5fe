/**
 * What all decoders of whole messages have in common: they fail once and for ever, and what is left when the stream
 * ends is a message cut short. Where a message ends says their grammar.
 *
 * At the end of the stream all that is here is read at once, since only so it is known whether the last message is
 * whole. What was read so is given out first, and the failure comes after it, as if it had just been met.
 *
 * @module
 */
import { assert, DuodaoError, type Facts } from '../../base/index.ts';
import { ByteQueue } from './byte-queue.ts';
import type { FrameDecoder } from './framing.ts';

/** Says where messages end. One for each stream: it may remember how far it has come in a message. */
export interface Grammar<In> {
  /** Takes the next whole message; undefined when more bytes are needed. Throws at bytes that break the format. */
  take(queue: ByteQueue): In | undefined;
  /** Whether it has already taken a part of the message that comes next. */
  readonly isInside: boolean;
  /** The message that the end of the stream makes of what is left; without this, what is left has been cut short. */
  finish?(queue: ByteQueue): In;
}

interface Read<In> {
  readonly message: In;
  readonly bytes: number;
}

export class MessageDecoder<In> implements FrameDecoder<In> {
  readonly #queue = new ByteQueue();
  readonly #grammar: Grammar<In>;
  #failure: unknown;
  #hasEnded = false;
  /** Read when the stream ended, the next one last. */
  #read: Read<In>[] = [];
  #readBytes = 0;

  constructor(grammar: Grammar<In>) {
    this.#grammar = grammar;
  }

  get heldBytes(): number {
    return this.#queue.length + this.#readBytes;
  }

  get isInside(): boolean {
    return this.#queue.length > 0 || this.#grammar.isInside;
  }

  push(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    assert(!this.#hasEnded, 'nothing arrives after the end of a stream');
    this.#queue.push(bytes);
  }

  next(): In | undefined {
    if (this.#hasEnded) return this.#nextRead();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#take();
  }

  end(): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      if (this.#failure === undefined) this.#readAll();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #take(): In | undefined {
    let message: In | undefined;
    try {
      message = this.#grammar.take(this.#queue);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (message === undefined) this.#queue.settle();
    return message;
  }

  #nextRead(): In | undefined {
    const next = this.#read.pop();
    if (next !== undefined) {
      this.#readBytes -= next.bytes;
      return next.message;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  #readAll(): void {
    const queue = this.#queue;
    const grammar = this.#grammar;
    try {
      while (this.#add(() => grammar.take(queue)));
      if (!this.isInside) return;
      if (grammar.finish === undefined) throw cutShort(queue.length);
      this.#add(() => grammar.finish?.(queue));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#read.reverse();
    }
  }

  /** Keeps the message that this reads; false if there is none. */
  #add(read: () => In | undefined): boolean {
    const before = this.#queue.length;
    const message = read();
    if (message === undefined) return false;
    const bytes = before - this.#queue.length;
    this.#read.push({ message, bytes });
    this.#readBytes += bytes;
    return true;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#queue.clear();
  }
}

/** The error of a stream that ends in the middle of a message. */
export function cutShort(heldBytes: number): DuodaoError {
  return new DuodaoError('protocol', 'Cannot read the message: the stream ended in the middle of it', {
    heldBytes,
    isCut: true,
  });
}

/** The error for a message that is longer than the limit. @param why - ends the sentence. */
export function tooLong(
  verb: 'read' | 'send',
  what: string,
  bytes: number,
  limit: number,
  why: string = '',
  facts: Facts = {},
): DuodaoError {
  return new DuodaoError(
    'over-limit',
    `Cannot ${verb} the message: ${what} has ${bytes} bytes, and the limit is ${limit}${why}`,
    { bytes, limit, ...facts },
  );
}
