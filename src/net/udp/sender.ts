/**
 * Sends datagrams of one event loop.
 *
 *     reply ─▶ may it be answered ─▶ is it short enough ─▶ do not too many wait ─▶ the kernel
 *
 * Nothing that a client does may end the program: it can have a source that nobody can answer. So no failure is ever an
 * unhandled rejection; each is counted here, and thrown to whoever waits.
 *
 * @module
 */
import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { DuodaoError } from '../../base/index.ts';
import { type HostAddress, textOf } from '../address.ts';
import { AT, type Row } from '../connection/tally.ts';

/** 65,535 less the headers of IP, which IPv6 does not count, and of UDP. */
export const LONGEST = { 4: 65_507, 6: 65_527 } as const;
/** Bytes that may wait as the kernel takes no more for now. Beyond that they are refused: that is what UDP does. */
export const QUEUE_LIMIT: number = 16 * 1024 * 1024;

/** What we need of a socket of node:dgram. */
export type SendingSocket = Pick<Socket, 'send' | 'getSendQueueSize'>;

export class Sender {
  readonly #socket: SendingSocket;
  readonly #own: HostAddress;
  readonly #row: Row;
  readonly #longest: number;
  /** Failures that say something of the other side, or of the way there, and nothing of the program. */
  readonly #ofPeers: WeakSet<object> = new WeakSet();
  #underWay = 0;
  #queuedBytes = 0;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(socket: SendingSocket, own: HostAddress, row: Row) {
    this.#socket = socket;
    this.#own = own;
    this.#row = row;
    this.#longest = isIP(own.host) === 6 ? LONGEST[6] : LONGEST[4];
  }

  /** Whether an error of ours only says that the other side cannot be reached. */
  isOfPeer(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#ofPeers.has(error);
  }

  /** Everything that was to be sent is with the kernel, or was refused by it. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** Calls back whenever it has become idle. */
  onIdle(call: () => void): void {
    this.#onIdle = call;
  }

  /** Sends nothing from now on. */
  close(): void {
    this.#isClosed = true;
  }

  reply(data: Uint8Array | string, client: HostAddress): Promise<void> {
    if (client.port === 0)
      return this.#refuse(
        new DuodaoError(
          'protocol',
          `Cannot reply to ${client.host} as its datagram came from port 0: it wants no answer`,
          { host: client.host },
        ),
      );
    // The two would answer each other for ever.
    if (client.port === this.#own.port && this.#isOurs(client.host))
      return this.#refuse(
        new DuodaoError('unsafe', `Cannot reply to ${textOf(client)} as that is this server itself`, {
          ...client,
        }),
      );
    return this.send(data, client);
  }

  send(data: Uint8Array | string, to: HostAddress): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array))
      throw new TypeError(
        `Cannot send a datagram as it must be bytes or a string: it is ${data === null ? 'null' : typeof data}`,
      );
    const { length } = bytes;
    if (length > this.#longest) return this.#tooLong(length, this.#longest, to);
    if (this.#isClosed)
      return this.#refuse(
        new DuodaoError('closed', `Cannot send to ${textOf(to)} as the server has closed`, { ...to }),
      );
    if (this.#queuedBytes + length > QUEUE_LIMIT) {
      // What we count is with the kernel before we hear of it.
      const queued = this.#socket.getSendQueueSize();
      if (queued + length > QUEUE_LIMIT) return this.#tooMuch(queued, to);
    }
    this.#underWay++;
    this.#queuedBytes += length;
    const sent = new Promise<void>((resolve, reject) => {
      this.#socket.send(bytes, to.port, to.host, (error) => {
        this.#underWay--;
        this.#queuedBytes -= length;
        if (error) {
          sent.catch(ignore);
          reject(this.#explained(error, length, to));
        } else {
          this.#row[AT.messagesOut]!++;
          this.#row[AT.bytesOut]! += length;
          resolve();
        }
        if (this.#underWay === 0) this.#onIdle?.();
      });
    });
    return sent;
  }

  /** What the kernel says of a datagram. */
  #explained(error: Error, length: number, to: HostAddress): DuodaoError {
    const errno = (error as NodeJS.ErrnoException).code ?? 'no code';
    const facts = { ...to, bytes: length, errno };
    if (errno === 'EMSGSIZE') {
      this.#row[AT.overLimit]!++;
      const text = `Cannot send a datagram of ${length} bytes to ${textOf(to)} as the way there takes none so long`;
      return new DuodaoError('over-limit', `${text} (EMSGSIZE): send less at once`, facts, { cause: error });
    }
    if (this.#isClosed || errno === 'ECANCELED')
      return this.#ofPeer(
        new DuodaoError('closed', `Could not send to ${textOf(to)} before the server closed`, facts),
      );
    this.#row[AT.broken]!++;
    const why =
      errno === 'EACCES'
        ? 'the system does not allow it (EACCES): if that is an address of all, make the server with `broadcast: true`'
        : `the system says ${errno}`;
    return this.#ofPeer(
      new DuodaoError('broken', `Cannot send to ${textOf(to)} as ${why}`, facts, { cause: error }),
    );
  }

  #tooLong(length: number, limit: number, to: HostAddress): Promise<void> {
    this.#row[AT.overLimit]!++;
    return rejected(
      new DuodaoError(
        'over-limit',
        `Cannot send a datagram of ${length} bytes to ${textOf(to)} as the longest has ${limit}: send several`,
        { ...to, bytes: length, limit },
      ),
    );
  }

  #tooMuch(queuedBytes: number, to: HostAddress): Promise<void> {
    this.#row[AT.overLimit]!++;
    const text = `Cannot send to ${textOf(to)} as ${queuedBytes} bytes wait already, and at most ${QUEUE_LIMIT} may`;
    return rejected(
      this.#ofPeer(
        new DuodaoError('over-limit', `${text}: wait for what was sent before`, {
          ...to,
          queuedBytes,
          limit: QUEUE_LIMIT,
        }),
      ),
    );
  }

  #refuse(error: DuodaoError): Promise<void> {
    if (error.code !== 'closed') this.#row[AT.refused]!++;
    return rejected(this.#ofPeer(error));
  }

  #ofPeer(error: DuodaoError): DuodaoError {
    this.#ofPeers.add(error);
    return error;
  }

  #isOurs(host: string): boolean {
    const { host: own } = this.#own;
    if (host === own) return true;
    if (own !== '0.0.0.0' && own !== '::') return false;
    const number = host.replace(/^::ffff:/, '').replace(/%.*$/, '');
    if (number === '::1' || number.startsWith('127.')) return true;
    return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === number));
  }
}

function ignore(): void {
  // It was counted, and whoever waits for it is told.
}

function rejected(error: DuodaoError): Promise<void> {
  const promise = Promise.reject<void>(error);
  promise.catch(ignore);
  return promise;
}
