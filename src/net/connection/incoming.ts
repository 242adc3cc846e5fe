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
import { Ending } from './ending.ts';

/** Read ahead of whoever receives; then the socket rests. */
const READ_AHEAD_BYTES = 128 * 1024;
/** After so many messages that were there already, others have a turn. */
const TURN_MESSAGES = 256;
const CUT_SHORT = 'Cannot receive as the other side has ended in the middle of a message';

/** Whom it tells what becomes of the stream. */
export interface IncomingEars {
  rest(): void;
  goOn(): void;
  /** The bytes that are held are more, or less, by this. */
  held(change: number, now: number): void;
  took(): void;
  /** The bytes break the format: nothing more can be received. */
  broke(why: Ending): void;
}

interface Waiter {
  /** Tries to have what it waits for; undefined if it is not there. */
  readonly take: () => unknown;
  /** What it is given when the other side has ended, rather than an error. */
  readonly ifClosed: unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly settled: (() => void) | undefined;
}

export class Incoming<In> {
  readonly decoder: FrameDecoder<In>;
  readonly #ears: IncomingEars;
  #waiters: Waiter[] = [];
  /** The next whole message, if it is there. */
  readonly takeNext: () => In | undefined;
  #heldBytes = 0;
  #isResting = false;
  #inTurn = 0;
  /** The bytes broke the format, or are nobody's any more. */
  #isBroken = false;
  /** Messages, and pieces of them, that were received. */
  takes = 0;
  /** Why nothing is waited for any more. */
  #draining: Ending | undefined;
  /** Why no more messages come, once those that are there have been received. */
  #end: Ending | undefined;

  constructor(decoder: FrameDecoder<In>, ears: IncomingEars) {
    this.decoder = decoder;
    this.#ears = ears;
    this.takeNext = () => {
      const message = decoder.next();
      if (message !== undefined) ears.took();
      return message;
    };
  }

  /** Somebody waits for a message: it is the other side's turn. */
  get isWaitedFor(): boolean {
    return this.#waiters.length > 0;
  }

  /** Why no more bytes come; undefined while they may. */
  get end(): Ending | undefined {
    return this.#end;
  }

  /** In the middle of a message that is waited for. */
  get isInside(): boolean {
    return this.#waiters.length > 0 && this.#end === undefined && this.decoder.isInside;
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
  ended(why: Ending): void {
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
  drain(why: Ending): void {
    this.#draining = why;
    if (this.#waiters.length > 0 && !this.decoder.isInside) this.ended(why);
  }

  /** Gives up receiving: nothing that is there is received any more. */
  abandon(why: Ending): void {
    this.#end ??= why;
    for (const waiter of this.#waiters.splice(0)) {
      waiter.settled?.();
      refuse(waiter, this.#end);
    }
  }

  receive(wait: Wait | undefined): Promise<In> {
    return this.wait<In>(this.takeNext, wait);
  }

  /**
   * The next of what `take` finds, waiting for it. Messages, heads and pieces of bodies go to who asked first.
   *
   * @param ifClosed - What to resolve with when the other side has ended, rather than reject.
   * @throws What the decoder threw, the end of the stream, `timed-out`, or the reason of the signal.
   */
  wait<T>(take: () => T | undefined, wait: Wait | undefined, ifClosed?: T): Promise<T> {
    if (wait?.signal?.aborted) return Promise.reject(wait.signal.reason as Error);
    if (this.#waiters.length === 0 && ++this.#inTurn < TURN_MESSAGES) {
      const found = this.#take(take);
      if (found !== undefined) return Promise.resolve(found);
      if (this.#end) return ended(this.#end, ifClosed);
    }
    if (wait?.timeoutMs === 0) return Promise.reject(timedOut('A message', wait));
    return new Promise<T>((resolve, reject) => {
      const settled = wait && this.#limit(wait, reject);
      this.#waiters.push({ take, ifClosed, resolve, reject, settled });
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
      const found = this.#take(first.take);
      if (found === undefined && !this.#end) return;
      this.#waiters.shift();
      first.settled?.();
      if (found !== undefined) first.resolve(found as never);
      else if (this.#end) refuse(first, this.#end);
    }
  }

  /** What the decoder has of that. Bytes that break the format are the end of the stream. */
  #take<T>(take: () => T | undefined): T | undefined {
    if (this.#isBroken) return undefined;
    try {
      const found = take();
      if (found === undefined) return undefined;
      this.takes++;
      this.#account();
      return found;
    } catch (error) {
      assert(error instanceof DuodaoError, 'decoders throw errors of ours');
      this.#break(error);
      return undefined;
    }
  }

  #break(error: DuodaoError): void {
    this.#isBroken = true;
    // A message that was cut short says no more than how the stream ended, if that was no end.
    const isCut = error.facts['isCut'] === true;
    if (!isCut || !this.#end) this.#end = Ending.of(error);
    else if (this.#end.code === 'closed') this.#end = new Ending('broken', CUT_SHORT, {}, error);
    this.#account();
    this.#ears.broke(this.#end);
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

function refuse({ ifClosed, resolve, reject }: Waiter, end: Ending): void {
  if (ifClosed !== undefined && end.code === 'closed') resolve(ifClosed as never);
  else reject(end.error);
}

function ended<T>(end: Ending, ifClosed: T | undefined): Promise<T> {
  if (ifClosed !== undefined && end.code === 'closed') return Promise.resolve(ifClosed);
  return Promise.reject(end.error);
}
