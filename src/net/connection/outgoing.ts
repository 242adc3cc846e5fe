/**
 * What is sent on a connection: one message after the other, each whole, and no more on its way than the kernel takes.
 *
 * A message waits *before* its first byte is written while those before it are not with the kernel: so a wait that ends
 * early has sent nothing. One that has begun can only be finished, or end the connection.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { DuodaoError, timedOut, type Wait } from '../../base/index.ts';
import type { Ending } from './ending.ts';
import { limit, overAtOnce } from './limited.ts';

/** A message up to this long is written at once. */
const AT_ONCE_BYTES = 256 * 1024;
/** A longer one goes in pieces of this size, so that one sees that the other side takes them. */
const PIECE_BYTES = 1024 * 1024;

/** The body of a message that comes in pieces. Their lengths must add up to `size`. */
export interface Pieces {
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Called once nothing more is taken from them, whether or not anything was. */
  readonly release?: () => Promise<void>;
}

/** A message whose body comes from somewhere. */
export interface Whole {
  readonly head: Uint8Array;
  readonly body: Pieces;
}

/** Whom it tells what becomes of messages. */
export interface OutgoingEars {
  /** A message is on its way. */
  wrote(): void;
  /** So many bytes were given to the socket. */
  gave(bytes: number): void;
  /** Ends the connection, as a message cannot be finished. */
  destroy(error: DuodaoError): void;
}

interface Job {
  /** Or, of a message whose body comes from somewhere, what opens that when it is its turn. */
  readonly pieces: readonly Uint8Array[] | (() => Promise<Whole>);
  resolve: () => void;
  reject: (reason: unknown) => void;
  sent: Promise<void>;
  settled: (() => void) | undefined;
  hasBegun: boolean;
}

const DONE: Promise<void> = Promise.resolve();

export class Outgoing {
  readonly #socket: Socket;
  readonly #jobs: Job[] = [];
  readonly #ears: OutgoingEars;
  #isWorking = false;
  #onDrain: (() => void) | undefined;
  /** Why nothing more can be sent. */
  #end: Ending | undefined;
  /** Why nothing more is taken, though what was taken before is still on its way. */
  #closing: Ending | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(socket: Socket, ears: OutgoingEars) {
    this.#socket = socket;
    this.#ears = ears;
  }

  get end(): Ending | undefined {
    return this.#end;
  }

  /** Something is not with the kernel yet. */
  get isBehind(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Nothing is before what is sent now: it begins at once. */
  get isIdle(): boolean {
    return this.#jobs.length === 0 && !this.#socket.writableNeedDrain;
  }

  send(pieces: readonly Uint8Array[], wait: Wait | undefined): Promise<void> {
    const over = overAtOnce(wait);
    if (over) return over;
    const end = this.#end ?? this.#closing;
    if (end) return refused(end);
    if (this.#jobs.length > 0 || this.#socket.writableNeedDrain) return this.#enqueue(pieces, wait);
    if (pieces.length === 1) {
      if (pieces[0]!.length > AT_ONCE_BYTES) return this.#enqueue(pieces, wait);
      this.#give(pieces[0]!);
    } else {
      let size = 0;
      for (const piece of pieces) size += piece.length;
      if (size > AT_ONCE_BYTES) return this.#enqueue(pieces, wait);
      this.#socket.cork();
      for (const piece of pieces) this.#give(piece);
      this.#socket.uncork();
    }
    this.#ears.wrote();
    return DONE;
  }

  #give(bytes: Uint8Array): void {
    this.#socket.write(bytes);
    this.#ears.gave(bytes.length);
  }

  /**
   * Sends a message whose body comes from somewhere. It is opened when all before it is sent, so that thousands can
   * wait. A body of another length than said ends the connection.
   */
  sendPieces(open: () => Promise<Whole>, wait: Wait | undefined): Promise<void> {
    const over = overAtOnce(wait);
    if (over) return over;
    const end = this.#end ?? this.#closing;
    if (end) return refused(end);
    return this.#enqueue(open, wait);
  }

  #enqueue(pieces: Job['pieces'], wait: Wait | undefined): Promise<void> {
    if (wait?.timeoutMs === 0 && (this.#jobs.length > 0 || this.#socket.writableNeedDrain))
      return Promise.reject(timedOut('Sending a message', wait));
    const job: Job = { pieces, settled: undefined, hasBegun: false } as Partial<Job> as Job;
    job.sent = new Promise((resolve, reject) => {
      job.resolve = resolve;
      job.reject = reject;
      if (wait && wait.timeoutMs !== 0)
        job.settled = limit(
          wait,
          (reason) => this.#leave(job, reason),
          () => timedOut('Sending a message', wait),
        );
      this.#jobs.push(job);
      if (!this.#isWorking) void this.#work();
    });
    return job.sent;
  }

  /** Gives a message up. One that has begun cannot be finished by anybody else. */
  #leave(job: Job, reason: unknown): void {
    const place = this.#jobs.indexOf(job);
    if (place < 0) return;
    this.#jobs.splice(place, 1);
    job.settled?.();
    job.reject(reason);
    if (job.hasBegun)
      this.#ears.destroy(
        new DuodaoError('broken', 'The connection was ended, as a message that had begun was given up', {}),
      );
  }

  /** Writes one message after the other, as fast as they are taken. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      try {
        await this.#drained();
        if (this.#jobs[0] !== job) continue; // it has been given up meanwhile
        if (typeof job.pieces === 'function') await this.#writeWhole(job, await job.pieces());
        else {
          job.hasBegun = true;
          for (const piece of job.pieces) await this.#write(piece);
        }
        if (this.#jobs[0] !== job) continue;
        this.#jobs.shift();
        job.settled?.();
        this.#ears.wrote();
        job.resolve();
      } catch (error) {
        if (this.#jobs[0] !== job) continue;
        this.#jobs.shift();
        job.settled?.();
        job.reject(error);
        if (this.#end) job.sent.catch(unheard);
        if (job.hasBegun && !this.#end)
          this.#ears.destroy(
            new DuodaoError(
              'broken',
              'The connection was ended, as a message could not be sent to its end',
              {},
              {
                cause: error,
              },
            ),
          );
      }
    }
    this.#isWorking = false;
    this.#onEmpty?.();
  }

  async #writeWhole(job: Job, { head, body }: Whole): Promise<void> {
    try {
      if (this.#jobs[0] !== job) return; // it has been given up while it was opened
      job.hasBegun = true;
      await this.#write(head);
      await this.#writeBody(body);
    } finally {
      await body.release?.();
    }
  }

  async #writeBody({ size, pieces }: Pieces): Promise<void> {
    let left = size;
    for await (const piece of pieces) {
      if (!(piece instanceof Uint8Array))
        throw new TypeError(`Cannot send a body as its pieces must be bytes: one is ${typeof piece}`);
      left -= piece.length;
      if (left < 0)
        throw new RangeError(`Cannot send a body of more bytes than were said: there are more than ${size}`);
      await this.#write(piece);
    }
    if (left > 0)
      throw new RangeError(
        `Cannot send a body of fewer bytes than were said: current value is ${size - left} of ${size}`,
      );
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (this.#end) throw this.#end.error;
      this.#give(bytes.subarray(at, at + PIECE_BYTES));
      if (this.#socket.writableNeedDrain) await this.#drained();
    }
  }

  async #drained(): Promise<void> {
    while (this.#socket.writableNeedDrain && !this.#end)
      await new Promise<void>((resolve) => {
        this.#onDrain = resolve;
      });
    if (this.#end) throw this.#end.error;
  }

  /** The kernel has taken what was written. */
  drain(): void {
    const go = this.#onDrain;
    this.#onDrain = undefined;
    go?.();
  }

  /** Refuses what is sent from now on. What was sent before goes on its way; then `whenEmpty` is called. */
  finish(why: Ending, whenEmpty: () => void): void {
    if (this.#jobs.length === 0) {
      this.#end ??= why;
      whenEmpty();
      return;
    }
    this.#onEmpty ??= () => {
      this.#end ??= why;
      whenEmpty();
    };
    this.#closing = why;
  }

  /** Nothing can be sent any more, nor what was. */
  abandon(why: Ending): void {
    this.#end ??= why;
    this.drain();
    for (const job of this.#jobs.splice(0)) {
      job.settled?.();
      job.reject(this.#end.error);
      job.sent.catch(unheard);
    }
  }
}

/**
 * A send that nobody awaits may fail because the other side has gone: that must not end the program, which is what
 * Node.js makes of rejections that nobody heard. What is wrong with the message itself is not meant.
 */
function unheard(): void {}

function refused(end: Ending): Promise<never> {
  const promise = Promise.reject(end.error);
  promise.catch(unheard);
  return promise;
}
