/**
 * The body of a message that is taken in pieces, as they arrive: so it may be larger than memory.
 *
 * It belongs to its connection: whoever receives the next message before the body is taken throws away what is left of
 * it. While nobody takes pieces the socket rests, and the sender waits.
 *
 * @module
 */
import { deadlineOf, DuodaoError, timedOut, type Wait } from '../../base/index.ts';
import type { BodyDecoder } from '../../wire/index.ts';
import type { Incoming } from './incoming.ts';
import { rest } from './limited.ts';
import type { Source, Streamed } from './source.ts';

/** Instead of a piece: all of it has been taken, or the rest was thrown away. */
const NO_MORE: unique symbol = Symbol('no more');

/** A body on its way. It can be taken once: in pieces, or whole. */
export class MessageBody implements AsyncIterable<Buffer>, Streamed, Source<Uint8Array | typeof NO_MORE> {
  /** Its length in bytes, as the header says. */
  readonly size: number;
  readonly #incoming: Incoming<unknown>;
  readonly #limitBytes: number;
  #left: number;
  #isLost = false;

  /** For connections. */
  constructor(incoming: Incoming<unknown>, size: number, limitBytes: number) {
    this.#incoming = incoming;
    this.size = size;
    this.#left = size;
    this.#limitBytes = limitBytes;
  }

  /** Bytes that have not been taken yet. */
  get left(): number {
    return this.#left;
  }

  /**
   * The next bytes, waiting for them; undefined at the end.
   *
   * @throws DuodaoError `broken` when the connection ends before the body does, `closed` when the next message has been
   * asked for, `timed-out`; or the reason of `wait.signal`.
   */
  async read(wait?: Wait): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined;
    if (this.#isLost)
      throw new DuodaoError(
        'closed',
        'Cannot read a body as the next message has been asked for: read it before that',
      );
    const piece = await this.#incoming.wait(this, wait);
    if (piece === NO_MORE) return await this.read(wait);
    return Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  }

  /** When it is our turn: who asked before us may have taken the last piece, or the next message. For connections. */
  take(): Uint8Array | typeof NO_MORE | undefined {
    if (this.#isLost || this.#left === 0) return NO_MORE;
    const piece = (this.#incoming.decoder as BodyDecoder<unknown, unknown>).nextPiece();
    if (piece) this.#left -= piece.length;
    return piece;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    for (let piece = await this.read(); piece; piece = await this.read()) yield piece;
  }

  /** All of it. @throws DuodaoError `over-limit` when it is longer than `maxMessageBytes`; it can be read in pieces. */
  async bytes(wait?: Wait): Promise<Buffer> {
    if (this.#left > this.#limitBytes)
      throw new DuodaoError(
        'over-limit',
        `Cannot take a body whole as it has ${this.#left} bytes, and maxMessageBytes is ${this.#limitBytes}: ` +
          'read it in pieces, or raise the limit',
        { size: this.#left, limit: this.#limitBytes },
      );
    const deadline = deadlineOf(wait);
    const pieces: Buffer[] = [];
    try {
      for (let piece = await this.read(wait); piece; piece = await this.read(rest(wait, deadline)))
        pieces.push(piece);
    } catch (error) {
      // What was left of its time for one piece is nobody's business.
      const isLate = error instanceof DuodaoError && error.code === 'timed-out' && !this.#incoming.end;
      throw isLate ? timedOut('A body', wait) : error;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  /** All of it, as text in UTF-8. */
  async text(wait?: Wait): Promise<string> {
    return (await this.bytes(wait)).toString();
  }

  /** Says that what is left of it is thrown away. For connections. */
  lose(): void {
    this.#isLost = true;
  }
}
