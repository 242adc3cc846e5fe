/**
 * What one connection is held to in time. Looked at with each tick of watch.ts.
 *
 *     silence    it is the other side's turn, between messages, and nothing comes        idleTimeoutMs
 *     a message  it has begun, we read, and its head is not there, or its body drips     headTimeoutMs,
 *     minBytesPerSecond
 *     a reader   something is to be sent, and the other side takes none of it            sendTimeoutMs
 *     an end     we have ended, all is sent, and the other side does not end             a moment
 *
 * While a handler works, or has us rest as it is behind, the other side is not late.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { BodyDecoder } from '../../wire/index.ts';
import { textOf } from '../address.ts';
import type { Channel } from './channel.ts';
import { handleOf } from './handle.ts';
import { unwatch, watch, type Watched } from './watch.ts';

/** How long what comes after our end is thrown away. */
const LINGER_MS = 2000;

export class Pace implements Watched {
  everyMs = 0;
  before: Watched | undefined = undefined;
  behind: Watched | undefined = undefined;
  isLinked = false;
  readonly #channel: Channel;
  #seenBytes = 0;
  #quietSince = 0;
  #insideSince = 0;
  #insideFrom = 0;
  #insideTakes = -1;
  /** Of writes that are over; −1 when nothing was to be sent at the tick before. */
  #sentBytes = -1;
  /** Of the write that is under way. */
  #unsentBytes = 0;
  #stuckSince = 0;
  #lingersSince = 0;

  constructor(channel: Channel<never> | Channel) {
    this.#channel = channel;
    const { idleTimeoutMs, headTimeoutMs, sendTimeoutMs } = channel.limits;
    watch(this, Math.min(idleTimeoutMs, headTimeoutMs, sendTimeoutMs, LINGER_MS));
  }

  stop(): void {
    unwatch(this);
  }

  check(now: number): void {
    const channel = this.#channel;
    if (channel.isLingering) {
      this.#checkEnd(now);
      return;
    }
    this.#checkSilence(now);
    this.#checkMessage(now);
    this.#checkReader(now);
  }

  #checkSilence(now: number): void {
    const { incoming, outgoing, bytesIn, limits } = this.#channel;
    const isQuiet = bytesIn === this.#seenBytes && incoming.isWaitedFor && !outgoing.isBehind;
    this.#seenBytes = bytesIn;
    if (!isQuiet) this.#quietSince = 0;
    else if (this.#quietSince === 0) this.#quietSince = now;
    else if (now - this.#quietSince >= limits.idleTimeoutMs)
      this.#late(`nothing has come from it for ${limits.idleTimeoutMs} ms`);
  }

  #checkMessage(now: number): void {
    const { incoming, bytesIn, limits } = this.#channel;
    if (!incoming.isInside) {
      this.#insideSince = 0;
      return;
    }
    if (this.#insideSince === 0 || incoming.takes !== this.#insideTakes) {
      this.#insideSince = now;
      this.#insideFrom = bytesIn;
      this.#insideTakes = incoming.takes;
      return;
    }
    const { headTimeoutMs, minBytesPerSecond } = limits;
    const overMs = now - this.#insideSince - headTimeoutMs;
    if (overMs <= 0) return;
    const bytes = bytesIn - this.#insideFrom;
    if (this.#isInHead || bytes < (overMs / 1000) * minBytesPerSecond)
      this.#late(`a message that had begun was not whole after ${Math.round(headTimeoutMs + overMs)} ms`);
  }

  /** In a head that is followed by a body: nothing excuses a slow one. */
  get #isInHead(): boolean {
    const { decoder } = this.#channel.incoming;
    return 'isInHead' in decoder && (decoder as BodyDecoder<unknown, unknown>).isInHead;
  }

  #checkReader(now: number): void {
    const { outgoing, socket, limits } = this.#channel;
    if (!outgoing.isBehind) {
      this.#sentBytes = -1;
      this.#stuckSince = 0;
      return;
    }
    // Writes end, and others begin: so what is left of one says nothing when it is another one.
    const sent = socket.bytesWritten - socket.writableLength;
    const unsent = handleOf(socket)?.writeQueueSize ?? 0;
    const isStuck = sent === this.#sentBytes && unsent >= this.#unsentBytes;
    this.#sentBytes = sent;
    this.#unsentBytes = unsent;
    if (!isStuck) this.#stuckSince = 0;
    else if (this.#stuckSince === 0) this.#stuckSince = now;
    else if (now - this.#stuckSince >= limits.sendTimeoutMs)
      this.#late(`it has taken nothing of what was sent to it for ${limits.sendTimeoutMs} ms`);
  }

  #checkEnd(now: number): void {
    const { outgoing, socket } = this.#channel;
    if (outgoing.isBehind) this.#checkReader(now);
    if (outgoing.isBehind || !outgoing.isIdle) this.#lingersSince = 0;
    else if (this.#lingersSince === 0) this.#lingersSince = now;
    else if (now - this.#lingersSince >= LINGER_MS) socket.destroy();
  }

  #late(what: string): void {
    const address = textOf(this.#channel.remoteAddress);
    this.#channel.destroy(
      new DuodaoError('timed-out', `The connection with ${address} was ended as ${what}`, {}),
    );
  }
}
