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
import { DuodaoError, timedOut, type Wait } from '../../base/index.ts';
import type { BodyDecoder, FrameDecoder } from '../../wire/index.ts';
import { Ending } from './ending.ts';
import { limit, overAtOnce } from './limited.ts';
import type { Source, Streamed } from './source.ts';

/** Read ahead of whoever receives; then the socket rests. */
const READ_AHEAD_BYTES = 128 * 1024;
const TURN_MESSAGES = 256; // that were there already; then others have a turn
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

/** One who waits, and the one behind. */
interface Waiter {
  readonly source: Source<unknown>;
  /** What it is given when the other side has ended, rather than an error. */
  readonly ifClosed: unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly settled: (() => void) | undefined;
  next: Waiter | undefined;
}

export class Incoming<In> implements Source<In> {
  readonly decoder: FrameDecoder<In>;
  readonly #ears: IncomingEars;
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #heldBytes = 0;
  #isResting = false;
  #inTurn = 0;
  /** The bytes broke the format, or are nobody's any more. */
  #isBroken = false;
  /** Messages that were received. */
  takes = 0;
  /** The body of the last message, if it came as a stream; it may not have been taken to its end. */
  streamed: Streamed | undefined = undefined;
  /** Why nothing is waited for any more. */
  #draining: Ending | undefined;
  /** Why nothing will be waited for after the next message. */
  #lastIsNext: Ending | undefined;
  /** Why no more messages come, once those that are there have been received. */
  #end: Ending | undefined;
  /** What the decoder threw at the last bytes, or at their end: told after what was whole before that. */
  #lastWord: { readonly error: unknown } | undefined;

  constructor(decoder: FrameDecoder<In>, ears: IncomingEars) {
    this.decoder = decoder;
    this.#ears = ears;
  }

  /** Somebody waits for a message: it is the other side's turn. */
  get isWaitedFor(): boolean {
    return this.#first !== undefined;
  }

  /** Why no more bytes come; undefined while they may. */
  get end(): Ending | undefined {
    return this.#end;
  }

  /** In the middle of a message that is waited for. */
  get isInside(): boolean {
    return this.#first !== undefined && this.#end === undefined && this.decoder.isInside;
  }

  arrived(bytes: Uint8Array): void {
    if (this.#end) return; // nobody has it any more
    this.#inTurn = 0;
    try {
      this.decoder.push(bytes);
    } catch (error) {
      this.#lastWord = { error };
      this.#end = Ending.of(error);
    }
    this.#serve();
    this.#account();
    if (this.#draining) this.drain(this.#draining);
    if (this.#heldBytes >= READ_AHEAD_BYTES && !this.#first && !this.#isResting) {
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
      this.#lastWord = { error };
    }
    this.#serve();
    this.#account();
  }

  /** Takes one message more, the first, and then no new one. */
  drainAfterNext(why: Ending): void {
    this.#lastIsNext = why;
  }

  /** Takes no new message: one that has begun is received, and then nothing more comes. */
  drain(why: Ending): void {
    this.#draining = why;
    this.#serve(); // only then does the decoder know whether it is inside of one
    if (this.#first) this.#askForMore();
  }

  /** Gives up receiving: nothing that is there is received any more. */
  abandon(why: Ending): void {
    this.#end ??= why;
    for (let waiter = this.#shift(); waiter; waiter = this.#shift()) refuse(waiter, this.#end);
  }

  /** The next whole message, if it is there. */
  take(): In | undefined {
    if (this.streamed && !this.isPastBody()) return undefined;
    const message = this.decoder.next();
    if (message !== undefined) this.took();
    return message;
  }

  /** A message was received; of one that comes as a stream, its head. */
  took(): void {
    this.takes++;
    this.#ears.took();
  }

  /** Throws away what is left of the body before; false if there is more of it to come. */
  isPastBody(): boolean {
    if (!this.streamed) return true;
    const bodies = this.decoder as FrameDecoder<In> & BodyDecoder<unknown, In>;
    if (bodies.bodyLeft > 0) this.streamed.lose();
    while (bodies.bodyLeft > 0) if (bodies.nextPiece() === undefined) return false;
    this.streamed = undefined;
    return true;
  }

  receive(wait: Wait | undefined): Promise<In> {
    return this.wait(this, wait);
  }

  /**
   * The next of what a source has, waiting for it. Messages, heads and pieces of bodies go to who asked first.
   *
   * @param ifClosed - What to resolve with when the other side has ended, rather than reject.
   * @throws What the decoder threw, the end of the stream, `timed-out`, or the reason of the signal.
   */
  wait<T>(source: Source<T>, wait: Wait | undefined, ifClosed?: T): Promise<T> {
    const over = overAtOnce(wait);
    if (over) return over;
    const isPoll = wait?.timeoutMs === 0;
    if (!this.#first && (isPoll || ++this.#inTurn < TURN_MESSAGES)) {
      const found = this.#take(source);
      if (found !== undefined) return Promise.resolve(found);
      if (isPoll) this.#askForMore();
      const end = this.#end;
      if (end) return new Promise((resolve, reject) => refuse({ ifClosed, resolve, reject }, end));
    }
    if (isPoll) return Promise.reject(timedOut('A message', wait));
    return new Promise<T>((resolve, reject) => {
      const late = (): Error => timedOut('A message', wait);
      const settled = wait && limit(wait, (reason) => this.#leave(reject, reason), late);
      this.#push({ source, ifClosed, resolve, reject, settled, next: undefined });
      if (this.#inTurn < TURN_MESSAGES) this.#wake();
      else setImmediate(() => this.#wake());
    });
  }

  #push(waiter: Waiter): void {
    if (this.#last) this.#last.next = waiter;
    else this.#first = waiter;
    this.#last = waiter;
  }

  /** Takes the first out of the line. */
  #shift(): Waiter | undefined {
    const first = this.#first;
    if (!first) return undefined;
    this.#first = first.next;
    if (!first.next) this.#last = undefined;
    first.settled?.();
    return first;
  }

  #wake(): void {
    this.#inTurn = 0;
    this.#serve();
    if (this.#first) this.#askForMore();
  }

  /** Nothing is there, and somebody wants it: the other side may go on, unless nothing new is taken any more. */
  #askForMore(): void {
    if (this.#draining && !this.decoder.isInside) this.ended(this.#draining);
    if (!this.#isResting || this.#end) return;
    this.#isResting = false;
    this.#ears.goOn();
  }

  /** One who waited is out of time, or called off. */
  #leave(reject: Waiter['reject'], reason: unknown): void {
    let before: Waiter | undefined;
    for (let one = this.#first; one; before = one, one = one.next) {
      if (one.reject !== reject) continue;
      if (before) before.next = one.next;
      else this.#first = one.next;
      if (!one.next) this.#last = before;
      one.settled?.();
      reject(reason);
      return;
    }
  }

  /** Gives those who wait what is there, in their order. */
  #serve(): void {
    for (let first = this.#first; first; first = this.#first) {
      const found = this.#take(first.source);
      if (found === undefined && !this.#end) return;
      this.#shift();
      if (found !== undefined) first.resolve(found as never);
      else if (this.#end) refuse(first, this.#end);
    }
  }

  /** What the decoder has of that. Bytes that break the format are the end of the stream. */
  #take<T>(source: Source<T>): T | undefined {
    if (this.#isBroken) return undefined;
    try {
      const found = source.take();
      this.#account(); // it may have thrown something away, and found nothing
      if (found === undefined) {
        if (this.#lastWord) this.#break(this.#lastWord.error);
        return undefined;
      }
      this.#draining ??= this.#lastIsNext;
      return found;
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  #break(error: unknown): void {
    this.#isBroken = true;
    // A message that was cut short says no more than how the stream ended, if that was no end.
    const isCut = error instanceof DuodaoError && error.facts['isCut'] === true;
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

function refuse(
  { ifClosed, resolve, reject }: Pick<Waiter, 'ifClosed' | 'resolve' | 'reject'>,
  end: Ending,
): void {
  if (ifClosed !== undefined && end.code === 'closed') resolve(ifClosed as never);
  else reject(end.error);
}
