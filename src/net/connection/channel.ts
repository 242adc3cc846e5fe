/**
 * One connection from the socket to its messages: what both faces of it, that of users and that of servers, stand on.
 *
 *     accepted or connected ─▶ (handshake: the tap has the bytes) ─▶ open ─▶ one side ended ─▶ both ended ─▶ closed
 *
 * How it ends. `end()` sends what is queued, and then says that no more comes; the other side may go on. `close()` does
 * the same and reads no more than it must: bytes that nobody has read when a socket closes make the kernel send a
 * reset, and that can overtake our last answer. So what still comes is thrown away until the other side ends as well,
 * for a moment at most. `destroy()` ends it at once, with a reason.
 *
 * @module
 */
import type { Socket } from 'node:net';
import type { DuodaoError, Wait } from '../../base/index.ts';
import type { Framing } from '../../wire/index.ts';
import { type Address, addressOfSocket, textOf } from '../address.ts';
import type { Budget, Holder } from './budget.ts';
import type { Linked } from './chain.ts';
import { Ending, IS_CLOSED, OTHER_ENDED, SERVER_CLOSES, THIS_CLOSED, THIS_ENDED } from './ending.ts';
import { Incoming, type IncomingEars } from './incoming.ts';
import type { ConnectionLimits } from './limits.ts';
import { Outgoing, type OutgoingEars } from './outgoing.ts';
import { Pace } from './pace.ts';
import { AT, type Row, TAKEN } from './tally.ts';

/** What a channel stands in: a server's event loop, or a client. */
export interface Surroundings {
  readonly limits: ConnectionLimits;
  readonly budget: Budget;
  readonly row: Row;
  closed(channel: Channel): void;
}

/** For so long after it was made a connection is about to send its first message. */
const NEWBORN_MS = 500;

/** Of one that was closed before anybody asked. */
const UNKNOWN: Address = { host: 'unknown', port: 0 };

const COUNTED = { broken: AT.broken, 'over-limit': AT.overLimit, protocol: AT.protocolErrors } as const;

export class Channel<In = unknown> implements Holder, IncomingEars, OutgoingEars, Linked<Channel> {
  readonly socket: Socket;
  readonly incoming: Incoming<In>;
  readonly outgoing: Outgoing;
  readonly framing: Framing<In>;
  #remoteAddress: Address | undefined;
  readonly #surroundings: Surroundings;
  /** Has what arrives instead of the decoder, during a handshake. */
  #tap: ((bytes: Uint8Array) => void) | undefined;
  bytesIn = 0;
  before: Channel | undefined = undefined;
  behind: Channel | undefined = undefined;
  isLinked = false;
  isClosed = false;
  /** The other side sends no more. */
  #hasEnded = false;
  #failure: Ending | undefined;
  #isLingering = false;
  /** Our last message is with the socket, and our end behind it. */
  #isAllWritten = false;
  /** It waited for a message when it was drained. */
  #wasIdle = false;
  #onClose: ((why: Ending | undefined) => void)[] | undefined;
  readonly #pace: Pace;
  readonly #since: number = Math.round(performance.now());

  constructor(socket: Socket, framing: Framing<In>, surroundings: Surroundings, remoteAddress?: Address) {
    this.socket = socket;
    this.framing = framing;
    this.#remoteAddress = remoteAddress;
    this.#surroundings = surroundings;
    const { limits, row } = surroundings;
    this.incoming = new Incoming(framing.decoder(limits), this);
    this.outgoing = new Outgoing(socket, this);
    row[AT.active]!++;
    this.#pace = new Pace(this);
  }

  /** Where the other side is; asked of the system when somebody wants to know, as that takes as long as a message. */
  get remoteAddress(): Address {
    this.#remoteAddress ??= addressOfSocket(this.socket, 'remote');
    return this.#remoteAddress ?? UNKNOWN;
  }

  /** For sentences. The system does not tell any more when the socket is closed. */
  #withWhom(): string {
    const { remoteAddress } = this;
    return remoteAddress === UNKNOWN ? '' : ` with ${textOf(remoteAddress)}`;
  }

  /** What still comes is thrown away. */
  get isLingering(): boolean {
    return this.#isLingering;
  }

  get heldBytes(): number {
    return this.incoming.decoder.heldBytes;
  }

  get limits(): ConnectionLimits {
    return this.#surroundings.limits;
  }

  /** Why it ended, if that was not both sides' will. */
  get failure(): Ending | undefined {
    return this.#failure;
  }

  // ── what the socket says ──

  arrived(bytes: Uint8Array): void {
    this.bytesIn += bytes.length;
    this.#surroundings.row[AT.bytesIn]! += bytes.length;
    if (this.#tap) this.#tap(bytes);
    else if (!this.#isLingering) this.incoming.arrived(bytes);
  }

  ended(): void {
    this.#hasEnded = true;
    this.#tap?.(new Uint8Array());
    this.incoming.ended(OTHER_ENDED);
    this.#closeIfDone();
  }

  failed(error: NodeJS.ErrnoException): void {
    const errno = error.code ?? 'no code';
    this.#fail(
      new Ending('broken', `The connection${this.#withWhom()} was lost: ${errno}`, { errno }, error),
    );
  }

  drained(): void {
    this.outgoing.drain();
  }

  wasClosed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#pace.stop();
    const { row } = this.#surroundings;
    row[TAKEN] = row[AT.active]! - 1; // first: whoever sees it gone finds its place free
    row[AT.active]!--;
    const why = this.#failure ?? IS_CLOSED;
    if (!this.#hasEnded && !this.#failure) this.incoming.abandon(why);
    else this.incoming.ended(why);
    this.outgoing.abandon(why);
    this.#tap?.(new Uint8Array());
    if (this.#onClose) for (const listener of this.#onClose) listener(this.#failure);
    this.#surroundings.closed(this);
  }

  // ── what its users want ──

  /** Calls the listener when it is closed; at once if it is. */
  onceClosed(listener: (why: Ending | undefined) => void): void {
    if (this.isClosed) listener(this.#failure);
    else (this.#onClose ??= []).push(listener);
  }

  receive(wait: Wait | undefined): Promise<In> {
    return this.incoming.receive(wait);
  }

  /** Has all bytes go to a handshake, until it is given undefined. An empty piece says that no more will come. */
  tap(tap: ((bytes: Uint8Array) => void) | undefined): void {
    this.#tap = tap;
  }

  end(): void {
    this.outgoing.finish(THIS_ENDED, () => {
      this.#isAllWritten = true;
      if (!this.socket.destroyed) this.socket.end();
      this.#closeIfDone();
    });
  }

  /** Closes the socket when nothing is left to be said, nor to be waited for: its last bytes go on their way. */
  #closeIfDone(): void {
    if (!this.#isLingering || !this.#isAllWritten) return;
    if (this.#hasEnded || this.#wasIdle) this.socket.destroySoon();
  }

  close(): void {
    if (this.#isLingering) return;
    this.incoming.release();
    if (this.isClosed) return;
    this.#isLingering = true;
    this.incoming.abandon(THIS_CLOSED);
    this.end();
    if (this.socket.destroyed) return;
    this.socket.resume();
  }

  /**
   * Ends it as soon as no message is on its way to us: who waits for one is told that none will come. Whoever has just
   * connected has his first message on the way, most likely, and a moment for that.
   */
  drain(): void {
    const ageMs = performance.now() - this.#since;
    if (this.bytesIn === 0 && ageMs < NEWBORN_MS) {
      this.incoming.drainAfterNext(SERVER_CLOSES);
      // What has come by then may still lie in the kernel, if this event loop was busy.
      setTimeout(() => setImmediate(() => this.drain()), NEWBORN_MS - ageMs).unref();
      return;
    }
    // Nothing of it is on its way, so nothing can be cut off: nobody needs to wait until the other side ends as well.
    this.#wasIdle = this.incoming.isWaitedFor && !this.incoming.isInside && !this.outgoing.isBehind;
    this.incoming.drain(SERVER_CLOSES);
  }

  destroy(why: DuodaoError | Ending): void {
    if (this.isClosed) return;
    this.#fail(why instanceof Ending ? why : Ending.of(why));
    this.socket.destroy();
  }

  sacrifice(limitBytes: number): void {
    this.#surroundings.row[AT.overLimit]!++;
    this.destroy(
      new Ending(
        'over-limit',
        `The connection${this.#withWhom()} was ended as all of them hold more than ` +
          `${limitBytes} bytes, and this one holds most`,
        { limitBytes },
      ),
    );
    this.incoming.release();
  }

  #fail(why: Ending): void {
    if (this.#failure) return;
    this.#failure = why;
    if (why.code === 'broken') this.#surroundings.row[AT.broken]!++;
    if (why.code === 'timed-out') this.#surroundings.row[AT.timedOut]!++;
    this.incoming.ended(why);
    this.outgoing.abandon(why);
  }

  // ── what its two directions say ──

  rest(): void {
    this.socket.pause();
  }

  goOn(): void {
    this.socket.resume();
  }

  held(change: number, now: number): void {
    this.#surroundings.budget.change(this, change, now);
  }

  took(): void {
    this.#surroundings.row[AT.messagesIn]!++;
  }

  gave(bytes: number): void {
    this.#surroundings.row[AT.bytesOut]! += bytes;
  }

  wrote(): void {
    this.#surroundings.row[AT.messagesOut]!++;
  }

  broke(error: Ending): void {
    if (this.#failure) return; // that has been counted
    const counted = error.code === 'broken' || error.code === 'over-limit' ? error.code : 'protocol';
    this.#surroundings.row[COUNTED[counted]]!++;
  }
}
