/**
 * A connection over a network, as users have it.
 *
 * @module
 */
import type { Wait } from '../../base/index.ts';
import { type DictHeader, DictMessage, encodeHead, type Payload } from '../../wire/index.ts';
import { type Address, addressOfSocket } from '../address.ts';
import { type Body, isWhole, piecesOf } from './body-source.ts';
import type { Channel } from './channel.ts';
import { receiveStreamed, type StreamedMessage } from './streaming.ts';
import { Messages } from './messages.ts';
import type { Whole } from './outgoing.ts';

/** How a message is received: with its body as a stream, where it has one. */
export interface StreamWait extends Wait {
  readonly body: 'stream';
}

/** What `send()` takes: where messages have a header, the body may be on its way, too. */
export type Sendable<Out extends readonly unknown[]> = Out extends readonly [DictHeader, Payload?]
  ? readonly [header: DictHeader, body?: Body]
  : Out;

function headerSize(header: unknown): unknown {
  return typeof header === 'object' && header !== null ? Reflect.get(header, 'file_size') : undefined;
}

/** The channel below a connection, for servers. */
export let channelOf: (connection: SocketConnection<never, never> | SocketConnection) => Channel;

/**
 * One side of a connection: messages arrive whole, once, and in the order in which they were sent.
 *
 * `In` is what is received, `Out` what `send()` takes: `[text]`, or `[header, body?]` with a dictionary header.
 *
 * - **Order:** first in, first out, in each direction; several may send and receive at once.
 * - **If the other side ends:** what it had sent is received, then `closed` is told. If it is lost, or ends in the
 *   middle of a message, `broken`.
 * - **Limits:** those it was made with. What arrives is read ahead by 128 KiB; then the other side waits. A send waits
 *   until those before it are with the kernel.
 *
 * @example
 * ```ts
 * for await (const line of connection) await connection.send(`you said ${line}`);
 * ```
 */
export class SocketConnection<In = Buffer, Out extends readonly unknown[] = [message: Uint8Array | string]>
  implements AsyncIterable<In, void, void>, Disposable
{
  readonly #channel: Channel<In>;

  static {
    channelOf = (connection) => connection.#channel;
  }

  /** For servers and `connect()`. */
  constructor(channel: Channel<In>) {
    this.#channel = channel;
  }

  /** Where the other side is. */
  get remoteAddress(): Address {
    return this.#channel.remoteAddress;
  }

  /** Where this side is; undefined when it is closed. */
  get localAddress(): Address | undefined {
    return addressOfSocket(this.#channel.socket, 'local');
  }

  /** The name of the framing. */
  get framing(): string {
    return this.#channel.framing.name;
  }

  /** Bytes that have arrived. */
  get bytesIn(): number {
    return this.#channel.bytesIn;
  }

  /** Bytes that were sent. */
  get bytesOut(): number {
    return this.#channel.socket.bytesWritten;
  }

  get isClosed(): boolean {
    return this.#channel.isClosed;
  }

  /** Resolves when it is closed on both sides, however that came. It never rejects. */
  get closed(): Promise<void> {
    return new Promise((resolve) => this.#channel.onceClosed(() => resolve()));
  }

  /**
   * Sends a message. When it resolves, the message is on its way; it waits while the other side is too far behind.
   * Bytes must not be changed before they have been sent.
   *
   * @throws TypeError or RangeError at a message that the framing cannot carry; DuodaoError `closed` when this side has
   * ended, `broken` when the other one is gone, `over-limit`, `timed-out`; or the reason of `wait.signal`. The message
   * is not sent then. A message that is given up when its first bytes are sent ends the connection.
   */
  send(...message: [...Sendable<Out>, wait?: Wait | undefined]): Promise<void>;
  send(...message: readonly unknown[]): Promise<void> {
    const { framing, outgoing, limits } = this.#channel;
    try {
      if (framing.spec?.kind === 'dict-header') return this.#sendDict(message);
      return outgoing.send(framing.encode([message[0]], limits), message[1] as Wait | undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #sendDict(message: readonly unknown[]): Promise<void> {
    const { framing, outgoing, limits } = this.#channel;
    const [header, body, wait] = message;
    if (header instanceof DictMessage)
      return outgoing.send(framing.encode([header], limits), (wait ?? body) as Wait);
    if (isWhole(body)) return outgoing.send(framing.encode([header, body], limits), wait as Wait | undefined);
    const make = async (): Promise<Whole> => {
      const pieces = await piecesOf(body as Exclude<Body, Uint8Array | string>, headerSize(header));
      try {
        return { head: encodeHead(header as DictHeader, pieces.size, limits), body: pieces };
      } catch (error) {
        await pieces.release?.();
        throw error;
      }
    };
    return outgoing.sendPieces(make, wait as Wait | undefined);
  }

  /**
   * Receives the next message, waiting for one. With `{ body: 'stream' }` its body may be larger than memory; it is to
   * be read before the next message is asked for, which throws away what is left of it.
   *
   * @throws DuodaoError `closed` when the other side has ended, or this one was closed; `broken` when it is gone
   * without an end; `protocol` and `over-limit` when what came is no message: nothing more can be received then, though
   * it can be answered; `timed-out`; or the reason of `wait.signal`. Nothing is received then.
   */
  receive(wait: StreamWait): Promise<StreamedMessage>;
  receive(wait?: Wait): Promise<In>;
  receive(wait?: Wait & { readonly body?: 'stream' }): Promise<In | StreamedMessage> {
    if (wait?.body === 'stream') return receiveStreamed(this.#channel, wait);
    return this.#channel.receive(wait);
  }

  /** Receives messages until the other side has ended. @throws As `receive()`, but for `closed`. */
  [Symbol.asyncIterator](): AsyncGenerator<In, void, void> {
    return new Messages(this.#channel);
  }

  /** Says that this side sends no more. The other one reads what is there, and then ends. It can still be received. */
  end(): void {
    this.#channel.end();
  }

  /** Ends this side's sending, and gives up receiving. What was sent before goes on its way. Again, it does nothing. */
  close(): void {
    this.#channel.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
