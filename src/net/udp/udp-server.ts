/**
 * A server of datagrams.
 *
 * @module
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { DuodaoError } from '../../base/index.ts';
import { bindDatagrams } from '../../platform/index.ts';
import { checkHost, checkPort, type HostAddress, textOf } from '../address.ts';
import { checkCommon, checkNames, type Concurrency } from '../server/options.ts';
import { SocketServer } from '../server/server.ts';
import { bind } from '../server/tcp-server.ts';
import type { Sender } from './sender.ts';
import { type UdpOptions, udpPlan } from './udp-options.ts';
import { UdpService } from './udp-service.ts';

/** Where the service of this event loop is put down once it is there. */
interface Place {
  sender: Sender | undefined;
}

/**
 * Receives datagrams, and has each handled.
 *
 * - **Concurrency:** `async` handles all in this event loop; `threads` and `processes` in workers that receive from
 *   the same socket. One that dies is replaced; what it was at is lost, as datagrams may be; others do not notice.
 * - **Boundaries:** a datagram is handled whole, or not at all. One without bytes is a datagram too.
 * - **A flood:** what cannot be handled in time is dropped, the oldest first, and counted (`dropped`). While this event
 *   loop is busy the kernel keeps what its buffer holds, and drops the rest without counting it here.
 * - **Who sends:** the address of a datagram proves nothing; anybody can write any. So do not answer strangers with
 *   more bytes than they have sent, and never answer what is itself an answer: two servers that do so never stop.
 *   Replies to our own address are refused (`unsafe`).
 *
 * @example
 * ```ts
 * const server = new UdpServer({ handler: (request) => request.reply(request.data), port: 8000 });
 * await server.listen();
 * ```
 */
export class UdpServer extends SocketServer<HostAddress> {
  readonly #place: Place;
  readonly #concurrency: Concurrency;

  /** @throws TypeError or RangeError at options that make no server. */
  constructor(options: UdpOptions) {
    checkNames(options, 'UdpServer');
    const place: Place = { sender: undefined };
    const common = checkCommon(options, 'UdpServer');
    const plan = udpPlan(options);
    const { address } = plan;
    super({
      noun: 'UdpServer',
      name: options.name,
      plan,
      ...common,
      bind: async () =>
        await bind(
          address,
          (number) => bindDatagrams(number, address.port, options.broadcast === true),
          'udp',
        ),
      began: (serving) => {
        if (serving instanceof UdpService) place.sender = serving.sender;
      },
    });
    this.#place = place;
    this.#concurrency = common.concurrency;
  }

  /**
   * Sends a datagram from the address of this server: to somebody who has not asked, or to all (`broadcast`). Resolves
   * when the kernel has taken it. Only without workers: with them, their handlers have the socket.
   *
   * @throws DuodaoError `closed` when it does not listen, `over-limit` when it is too long, or too much waits to be
   * sent; `broken` when the kernel knows no way there; `unsupported` at a name that is not found.
   */
  async send(data: Uint8Array | string, to: HostAddress): Promise<void> {
    if (this.#concurrency !== 'async')
      throw new TypeError(
        'Cannot send from a UdpServer with workers as they have its socket: reply in the handler, ' +
          `or make it without workers: current value of concurrency is '${this.#concurrency}'`,
      );
    const host = checkHost(to?.host);
    const port = checkPort(to.port);
    if (port === 0) throw new RangeError('Cannot send to port 0 as nobody can have it');
    const { sender } = this.#place;
    if (!sender)
      throw new DuodaoError('closed', `Cannot send to ${textOf(to)} as this UdpServer does not listen`);
    const number = isIP(host) === 0 ? await this.#numberOf(host) : host;
    await sender.send(data, { host: number, port });
  }

  async #numberOf(host: string): Promise<string> {
    const family = isIP(this.address.host);
    try {
      return (await lookup(host, family === 4 ? { family } : {})).address;
    } catch (cause) {
      const errno = (cause as NodeJS.ErrnoException).code ?? 'no code';
      throw new DuodaoError(
        'unsupported',
        `Cannot send to ${host} as no such name is found: ${errno}`,
        { host, errno },
        { cause },
      );
    }
  }
}
