/**
 * One of the connections that follow each other, as those see it who send over it.
 *
 * A message is given to it only when nothing is before it: so it begins at once, and whoever still waits for its turn
 * has sent nothing for sure. That is what tells apart who may go on with the next connection.
 *
 * @module
 */
import { DuodaoError, type Wait } from '../../base/index.ts';
import type { Framing } from '../../wire/index.ts';
import { DictMessage } from '../../wire/index.ts';
import type { Channel } from '../connection/channel.ts';
import { channelOf, type Sendable, type SocketConnection } from '../connection/connection.ts';
import type { Ending } from '../connection/ending.ts';
import type { ConnectionLimits } from '../connection/limits.ts';

/** A message that is ready to be sent. */
export interface Letter {
  /** What is held of it here. */
  readonly bytes: number;
  /** All of it, or what has to be read first. */
  readonly content: { readonly pieces: readonly Uint8Array[] } | { readonly message: readonly unknown[] };
}

/** What it tells. */
export interface LinkEars<In, Out extends readonly unknown[]> {
  /** It may be ready for a message now. */
  ready(): void;
  /** The other side has ended, or is gone. It may be told twice. */
  over(link: Link<In, Out>): void;
}

/** @throws TypeError or RangeError at what the framing cannot carry; DuodaoError `over-limit` */
export function letterOf<Out extends readonly unknown[]>(
  framing: Framing<unknown, Out>,
  limits: ConnectionLimits,
  message: readonly unknown[],
): Letter {
  const [, body] = message;
  const isStreamed =
    framing.spec?.kind === 'dict-header' &&
    !(message[0] instanceof DictMessage) &&
    !(body === undefined || typeof body === 'string' || body instanceof Uint8Array);
  // Of what is read when it is sent nothing is held here.
  if (isStreamed) return { bytes: 0, content: { message } };
  const pieces = framing.encode(message as unknown as Out, limits);
  return { bytes: pieces.reduce((sum, { length }) => sum + length, 0), content: { pieces } };
}

export class Link<In, Out extends readonly unknown[]> {
  readonly connection: SocketConnection<In, Out>;
  readonly channel: Channel;
  readonly #ears: LinkEars<In, Out>;

  constructor(connection: SocketConnection<In, Out>, ears: LinkEars<In, Out>) {
    this.connection = connection;
    this.#ears = ears;
    this.channel = channelOf(connection as unknown as SocketConnection);
    const over = (): void => ears.over(this);
    this.channel.onceClosed(over);
    // The channel listened first: what has arrived is with it.
    this.channel.socket.once('end', over).on('drain', () => ears.ready());
  }

  /** Nothing is to be sent over it any more, as nobody may be there. */
  get isOver(): boolean {
    const { socket, incoming, outgoing, isClosed } = this.channel;
    return isClosed || socket.destroyed || incoming.end !== undefined || outgoing.end !== undefined;
  }

  /** Why it is. */
  get ending(): Ending | undefined {
    const { failure, incoming, outgoing } = this.channel;
    return failure ?? incoming.end ?? outgoing.end;
  }

  get isReady(): boolean {
    return !this.isOver && this.channel.outgoing.isIdle;
  }

  /**
   * Sends a message, when it is ready. Whatever comes of that, some of its bytes may have left.
   *
   * @throws DuodaoError `broken` when the connection was lost meanwhile; what `send()` throws else.
   */
  give({ content }: Letter, wait?: Wait): Promise<void> {
    let sent: Promise<void>;
    if ('message' in content) {
      sent = this.connection.send(
        ...([...content.message, wait] as unknown as [...Sendable<Out>, wait?: Wait | undefined]),
      );
    } else {
      sent = this.channel.outgoing.send(content.pieces, wait);
      if (this.isReady) return sent;
    }
    return sent.then(
      () => this.#ears.ready(),
      (error: unknown) => {
        this.#ears.ready();
        throw isEnding(this.channel.outgoing.end, error) ? lostInBetween(error) : error;
      },
    );
  }
}

/** Whether an error is that of an ending: each time that somebody asks, it is made anew. */
export function isEnding(ending: Ending | undefined, error: unknown): boolean {
  if (!ending || !(error instanceof DuodaoError) || error.code !== ending.code) return false;
  return error.message === ending.error.message;
}

function lostInBetween(cause: unknown): DuodaoError {
  return new DuodaoError(
    'broken',
    'The connection was lost while this message was sent: whether it has arrived is not known, so it is not sent again',
    {},
    { cause },
  );
}
