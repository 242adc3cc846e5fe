/**
 * A connection that comes back.
 *
 *     send()     ─▶ outbox ─┐                 ┌─▶ inbox ─▶ receive()
 *                           └─▶ link ─────────┘
 *                   dialer ──▶ link, link, link …           one at a time
 *
 * When the other side has ended, or is gone, that connection is over in both directions, and the next one is tried for.
 *
 * @module
 */
import { DuodaoError, type Wait } from '../../base/index.ts';
import type { Address, AddressLike } from '../address.ts';
import type { Sendable, SocketConnection, StreamWait } from '../connection/connection.ts';
import { IS_CLOSED } from '../connection/ending.ts';
import type { StreamedMessage } from '../connection/streaming.ts';
import { Dialer } from './dialer.ts';
import { Inbox } from './inbox.ts';
import { Link } from './link.ts';
import { Outbox } from './outbox.ts';
import {
  type ReconnectOptions,
  type ReconnectPlan,
  reconnectPlan,
  type ReconnectState,
} from './reconnect-options.ts';

/**
 * A client that connects again when its connection is lost, with the face of a connection.
 *
 * - **At most once:** what waits for a connection goes with the next one. What was given to one that was then lost is
 *   never sent again, as it may have arrived: its `send()` rejects with `broken`, if it had not resolved. That it
 *   resolved says that the message was on its way, and not that it arrived: ask for an answer if that matters.
 * - **Between connections:** messages that had arrived whole are received; one that was cut is lost. A `receive()` goes
 *   on with the next connection. A new server knows nothing of what the one before was told.
 * - **Back-off:** see `minDelayMs`, `maxDelayMs` and `jitter`. What stays as it is (a wrong key, another certificate)
 *   ends it: whoever waits is told.
 * - **Bounds:** `maxWaiting` and `maxWaitingBytes` while there is no connection; a `send()` beyond that is refused.
 * - **Life:** while it waits for its next try, it keeps the process alive only if somebody waits to send or receive.
 */
export class ReconnectingConnection<
  In = Buffer,
  Out extends readonly unknown[] = [message: Uint8Array | string],
> implements AsyncIterable<In, void, void>, Disposable
{
  readonly #plan: ReconnectPlan<In, Out>;
  readonly #dialer: Dialer<In, Out>;
  readonly #outbox: Outbox<In, Out>;
  readonly #inbox: Inbox<In, Out>;
  readonly #closed: Promise<void>;
  #onClosed!: () => void;
  #link: Link<In, Out> | undefined;
  #isEnding = false;

  /** For `reconnecting()`. */
  constructor(plan: ReconnectPlan<In, Out>) {
    this.#plan = plan;
    this.#closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    const changed = (): void => this.#dialer.want(this.#outbox.length + this.#inbox.length > 0);
    const failure = (): unknown => this.#dialer.failure;
    const ears = {
      changed,
      over: (link: Link<In, Out>) => this.#lost(link),
      get failure() {
        return failure();
      },
    };
    this.#outbox = new Outbox(plan, ears);
    this.#inbox = new Inbox(ears);
    this.#dialer = new Dialer(plan, {
      connected: (connection) => this.#connected(connection),
      gaveUp: (why) => this.#gaveUp(why),
    });
  }

  /** Where the other side is. */
  get remoteAddress(): Address {
    return this.#plan.address;
  }

  get state(): ReconnectState {
    return this.#dialer.state;
  }

  /** Tries to connect since it was connected last; 0 while it is. */
  get attempts(): number {
    return this.#dialer.attempts;
  }

  /** Messages that wait to be sent. */
  get waiting(): number {
    return this.#outbox.length;
  }

  get isClosed(): boolean {
    return this.#dialer.state === 'closed';
  }

  /** Resolves when it has been closed, or has given up. It never rejects. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /**
   * Sends a message over this connection or the next one. When it resolves, the message is on its way.
   *
   * @throws TypeError or RangeError at a message that the framing cannot carry; DuodaoError `broken` when the
   * connection was lost after the message had begun: it may have arrived, and is not sent again; `over-limit` when too
   * much waits; `closed`, `timed-out`, the reason of `wait.signal`, or why it gave up. The message was not sent then.
   */
  send(...message: [...Sendable<Out>, wait?: Wait | undefined]): Promise<void>;
  send(...message: readonly unknown[]): Promise<void> {
    return this.#outbox.send(message);
  }

  /**
   * Receives the next message, from this connection or the next one.
   *
   * @throws DuodaoError `protocol` or `over-limit` when what came is no message: that connection is ended, and the next
   * receive() waits for another one; `closed`, `timed-out`, the reason of `wait.signal`, or why it gave up.
   */
  receive(wait: StreamWait): Promise<StreamedMessage>;
  receive(wait?: Wait): Promise<In>;
  receive(wait?: Wait & { readonly body?: 'stream' }): Promise<In | StreamedMessage> {
    return this.#inbox.receive(wait) as Promise<In | StreamedMessage>;
  }

  /** Receives messages until it is closed. @throws As `receive()`, but for `closed`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<In, void, void> {
    for (;;) {
      let message: In;
      try {
        message = await this.receive();
      } catch (error) {
        if (error instanceof DuodaoError && error.code === 'closed') return;
        throw error;
      }
      yield message;
    }
  }

  /**
   * Says that this side sends no more, once what waits has been sent. It can be received until the other side ends;
   * after that it is closed, and not connected again.
   */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#outbox.refuse(new DuodaoError('closed', 'Cannot send as this side has ended'));
    this.#endIfSent();
  }

  /** Ends all of it at once: what waits is given up. What was sent before goes on its way. Again, it does nothing. */
  close(): void {
    const why = new DuodaoError('closed', 'This connection is closed');
    const wasClosed = this.isClosed;
    const link = this.#link;
    this.#link = undefined;
    this.#outbox.close(why);
    this.#inbox.close(why);
    if (wasClosed) return;
    this.#dialer.stop();
    if (link) link.channel.onceClosed(() => this.#onClosed());
    else this.#onClosed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #connected(connection: SocketConnection<In, Out>): void {
    const link = new Link<In, Out>(connection, {
      ready: () => this.#flush(),
      over: (one) => this.#lost(one),
    });
    this.#link = link;
    this.#inbox.open(link);
    if (link.isOver) this.#lost(link);
    else this.#outbox.use(link);
    this.#endIfSent();
  }

  #flush(): void {
    this.#outbox.flush();
    this.#endIfSent();
  }

  #endIfSent(): void {
    if (!this.#isEnding || this.#outbox.length > 0 || this.isClosed) return;
    if (this.#link) this.#link.connection.end();
    else
      this.#finish(
        new DuodaoError('closed', 'Cannot receive as this side has ended, and no connection is left'),
      );
  }

  #lost(link: Link<In, Out>): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#outbox.use(undefined);
    const why = (link.ending ?? IS_CLOSED).error;
    link.connection.end(); // and not close(): what has arrived can still be received
    this.#inbox.lost(link);
    if (this.#isEnding && this.#outbox.length === 0) this.#finish(why);
    else this.#dialer.lost(why);
  }

  /** The last connection is over. */
  #finish(why: unknown): void {
    this.#inbox.finish(why);
    this.#dialer.stop();
    this.#onClosed();
  }

  #gaveUp(why: unknown): void {
    this.#link?.connection.close();
    this.#link = undefined;
    this.#outbox.close(why);
    this.#inbox.finish(why);
    this.#onClosed();
  }
}

/**
 * A connection that is made again when it is lost. It begins to connect at once, and can be used at once.
 *
 * @throws TypeError or RangeError at an address or options that are none.
 *
 * @example
 * ```ts
 * const client = reconnecting('localhost:8000', { framing: lines(), maxDelayMs: 1000 });
 * await client.send('hello', { timeoutMs: 10_000 });
 * for await (const line of client) console.log(line);
 * ```
 */
export function reconnecting<In = Buffer, Out extends readonly unknown[] = [message: Uint8Array | string]>(
  address: AddressLike,
  options: ReconnectOptions<In, Out> = {},
): ReconnectingConnection<In, Out> {
  return new ReconnectingConnection(reconnectPlan(address, options));
}
