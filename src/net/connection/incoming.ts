/**
 * What arrives on a connection: from bytes to messages, and to those who wait for them.
 *
 *     socket ──arrived──▶ decoder (bytes) ──take──▶ receive()
 *
 * Bytes stay bytes until somebody asks for a message: so what is held is bounded by bytes, whatever the messages, and a
 * handler that is slow makes the socket rest, which makes the sender wait.
 *
 * @module
 */
import { assert, DuodaoError, timedOut, type Wait } from '../../base/index.ts';
import type { FrameDecoder } from '../../wire/index.ts';

/** Read ahead of whoever receives; then the socket rests. */
const READ_AHEAD_BYTES = 128 * 1024;
/** After so many messages that were there already, others have a turn. */
const TURN_MESSAGES = 256;

/** Whom it tells what becomes of the stream. */
export interface IncomingEars {
  rest(): void;
  goOn(): void;
  /** The bytes that are held are more, or less, by this. */
  held(change: number, now: number): void;
  took(): void;
  /** The bytes break the format: nothing more can be received. */
  broke(error: DuodaoError): void;
}

interface Waiter {
  /** Tries to have what it waits for; undefined if it is not there. */
  readonly take: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly settled: (() => void) | undefined;
}

export class Incoming<In> {
  readonly decoder: FrameDecoder<In>;
  readonly #ears: IncomingEars;
  readonly #waiters: Waiter[] = [];
  readonly #takeNext: () => In | undefined;
  #heldBytes = 0;
  #isResting = false;
  #inTurn = 0;
  /** The bytes broke the format, or are nobody's any more. */
  #isBroken = false;
  /** Messages, and pieces of them, that were received. */
  takes = 0;
  /** Why nothing is waited for any more. */
  #draining: DuodaoError | undefined;
  /** Why no more messages come, once those that are there have been received. */
  #end: DuodaoError | undefined;

  constructor(decoder: FrameDecoder<In>, ears: IncomingEars) {
    this.decoder = decoder;
    this.#ears = ears;
    this.#takeNext = () => decoder.next();
  }

  /** Somebody waits for a message: it is the other side's turn. */
  get isWaitedFor(): boolean {
    return this.#waiters.length > 0;
  }

  /** Why no more bytes come; undefined while they may. */
  get end(): DuodaoError | undefined {
    return this.#end;
  }

  /** In the middle of a message, and it is not us who keep it from going on. */
  get isInside(): boolean {
    return !this.#isResting && this.#end === undefined && this.decoder.isInside;
  }

  arrived(bytes: Uint8Array): void {
    if (this.#end) return; // nobody has it any more
    this.#inTurn = 0;
    this.decoder.push(bytes);
    this.#serve();
    this.#account();
    if (this.#draining) this.drain(this.#draining);
    if (this.#heldBytes >= READ_AHEAD_BYTES && this.#waiters.length === 0 && !this.#isResting) {
      this.#isResting = true;
      this.#ears.rest();
    }
  }

  /** No more bytes will come. What is whole is received before that. */
  ended(why: DuodaoError): void {
    if (this.#end) return;
    this.#end = why;
    try {
      this.decoder.end();
    } catch (error) {
      // What was whole before it is received first; then the decoder says the same again.
      assert(error instanceof DuodaoError, 'decoders throw errors of ours');
    }
    this.#serve();
    this.#account();
  }

  /** Takes no new message: one that has begun is received, and then nothing more comes. */
  drain(why: DuodaoError): void {
    this.#draining = why;
    if (this.#waiters.length > 0 && !this.decoder.isInside) this.ended(why);
  }

  /** Gives up receiving: nothing that is there is received any more. */
  abandon(why: DuodaoError): void {
    this.#end ??= why;
    for (const { reject, settled } of this.#waiters.splice(0)) {
      settled?.();
      reject(this.#end);
    }
  }

  receive(wait: Wait | undefined): Promise<In> {
    return this.wait(this.#takeNext, wait) as Promise<In>;
  }

  /**
   * The next of what `take` finds, waiting for it. Messages, heads and pieces of bodies go to who asked first.
   *
   * @throws What the decoder threw, the end of the stream, `timed-out`, or the reason of the signal.
   */
  wait<T>(take: () => T | undefined, wait: Wait | undefined): Promise<T> {
    if (wait?.signal?.aborted) return Promise.reject(wait.signal.reason as Error);
    if (this.#waiters.length === 0 && ++this.#inTurn < TURN_MESSAGES) {
      try {
        const found = this.#take(take);
        if (found !== undefined) return Promise.resolve(found);
      } catch (error) {
        return Promise.reject(error as Error);
      }
    }
    if (wait?.timeoutMs === 0) return Promise.reject(timedOut('A message', wait));
    return new Promise<T>((resolve, reject) => {
      const settled = wait && this.#limit(wait, reject);
      this.#waiters.push({ take, resolve, reject, settled });
      if (this.#draining) this.drain(this.#draining);
      if (this.#inTurn < TURN_MESSAGES) this.#wake();
      else setImmediate(() => this.#wake());
    });
  }

  #wake(): void {
    this.#inTurn = 0;
    this.#serve();
    if (this.#waiters.length === 0 || !this.#isResting || this.#end) return;
    this.#isResting = false;
    this.#ears.goOn();
  }

  #limit({ timeoutMs, signal }: Wait, reject: (reason: unknown) => void): () => void {
    const leave = (reason: unknown): void => {
      const place = this.#waiters.findIndex((one) => one.reject === reject);
      if (place < 0) return;
      this.#waiters.splice(place, 1);
      settled();
      reject(reason);
    };
    const abort = (): void => leave(signal?.reason);
    const timer =
      timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => leave(timedOut('A message', { timeoutMs })), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    const settled = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    return settled;
  }

  /** Gives those who wait what is there, in their order. */
  #serve(): void {
    while (this.#waiters.length > 0) {
      const first = this.#waiters[0]!;
      let found: unknown;
      try {
        found = this.#take(first.take);
      } catch (error) {
        this.#waiters.shift();
        first.settled?.();
        first.reject(error);
        continue;
      }
      if (found === undefined) return;
      this.#waiters.shift();
      first.settled?.();
      first.resolve(found as never);
    }
  }

  #take<T>(take: () => T | undefined): T | undefined {
    if (this.#isBroken) throw this.#end as DuodaoError;
    let found: T | undefined;
    try {
      found = take();
    } catch (error) {
      this.#isBroken = true;
      // A message that was cut short says no more than how the stream ended, if that was no end.
      const isCut = (error as DuodaoError).facts?.['isCut'] === true;
      if (!isCut) this.#end = error as DuodaoError;
      else if (this.#end?.code === 'closed') this.#end = cutShort(error);
      this.#account();
      assert(this.#end, 'a stream that is cut has ended');
      this.#ears.broke(this.#end);
      throw this.#end;
    }
    if (found === undefined) {
      if (this.#end) throw this.#end;
      return undefined;
    }
    this.takes++;
    this.#ears.took();
    this.#account();
    return found;
  }

  #account(): void {
    const now = this.#isBroken ? 0 : this.decoder.heldBytes;
    if (now === this.#heldBytes) return;
    const change = now - this.#heldBytes;
    this.#heldBytes = now;
    this.#ears.held(change, now);
  }

  /** Whoever holds the stream has closed it: what it held is nobody's any more. */
  release(): void {
    this.#isBroken = true;
    this.#account();
  }
}

function cutShort(cause: unknown): DuodaoError {
  return new DuodaoError('broken', 'Cannot receive as the other side has ended in the middle of a message', {}, { cause });
}
