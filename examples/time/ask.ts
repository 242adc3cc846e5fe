/**
 * Asks a time server one question after another, over a UDP socket of its own.
 *
 * The socket is connected: the kernel then hands on only what comes from that address and port, and tells when nobody
 * listens there, which an unconnected one would wait for in vain.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Failed, type Place, placeText } from '../program.ts';
import { Clock } from './clock.ts';
import { type Asked, judge, type Refusal, type Sample } from './measure.ts';
import { encodePacket, question } from './sntp.ts';

/** What came of a question: an answer that is believed, or why there is none. */
export type Outcome = Sample | Refusal;

/** Whether it is an answer that is believed. */
export function isSample(outcome: Outcome): outcome is Sample {
  return !('refused' in outcome);
}

export interface AskOptions {
  readonly version: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export class Asker implements Disposable {
  readonly #place: Place;
  readonly #socket: Socket;
  readonly #clock = new Clock();

  constructor(place: Place, socket: Socket) {
    this.#place = place;
    this.#socket = socket;
    // Between two questions nobody listens for errors; one that matters comes again with the next question.
    socket.on('error', () => undefined);
  }

  /** Looks the address up and opens a socket to it. */
  static async to(place: Place): Promise<Asker> {
    const { address, family } = await lookup(place.host).catch((cause: Error) => {
      throw new Failed(`Cannot find ${place.host}: ${cause.message}`, { cause });
    });
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const asker = new Asker(place, socket);
    socket.connect(place.port, address);
    await once(socket, 'connect');
    return asker;
  }

  /** Asks once. */
  async ask({ version, timeoutMs, signal }: AskOptions): Promise<Outcome> {
    const number = randomBytes(8).readBigUInt64BE() | 1n; // nobody can guess it, and it does not tell our time
    const bytes = encodePacket(question(version, number));
    return new Promise((resolve, reject) => {
      const asked: Asked = { number, atNs: this.#clock.now() };
      const sentAt = process.hrtime.bigint();
      let refused: string | undefined;
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#socket.off('message', onMessage).off('error', onError);
        act();
      };
      const onMessage = (datagram: Uint8Array): void => {
        const outcome = judge(datagram, asked, asked.atNs + (process.hrtime.bigint() - sentAt));
        // What is not believed may be forged, and the true answer still be on its way.
        if (isSample(outcome) || outcome.kiss !== undefined) settle(() => resolve(outcome));
        else refused = outcome.refused;
      };
      const onError = (cause: NodeJS.ErrnoException): void => settle(() => reject(this.#failure(cause)));
      const onAbort = (): void => settle(() => resolve({ refused: 'interrupted' }));
      const timer = setTimeout(() => {
        const why = refused === undefined ? '' : `; what came is refused, as ${refused}`;
        settle(() => resolve({ refused: `no answer within ${timeoutMs / 1000} s${why}` }));
      }, timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#socket.on('message', onMessage).on('error', onError);
      this.#socket.send(bytes, (error) => error && onError(error));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #failure(cause: NodeJS.ErrnoException): Failed {
    const where = placeText(this.#place);
    return cause.code === 'ECONNREFUSED'
      ? new Failed(`Nobody tells the time at ${where}: nothing listens at that UDP port`, { cause })
      : new Failed(`Cannot ask ${where}: ${cause.message}`, { cause });
  }
}
