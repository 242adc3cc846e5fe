/**
 * Handles datagrams in one event loop.
 *
 *     arrived ─▶ short enough? ─▶ a handler free? ──yes──▶ verifyRequest ─▶ the handler
 *                     │               └──no──▶ waits, and the oldest that waits makes room
 *                     └─ counted, and told
 *
 * libuv reads at most 32 datagrams before everything else has its turn; those that have waited are handled in portions
 * of the same size. So a flood costs what is handled of it, and nothing else stands still.
 *
 * No datagram is ever cut: libuv reads into 64 KiB, and there are 65,535 bytes at most in a packet of IP, with its
 * headers (Linux has no jumbograms of UDP). If one were, libuv would say so (UV_UDP_PARTIAL), but Node.js does not pass
 * that on.
 *
 * @module
 */
import type { RemoteInfo, Socket } from 'node:dgram';
import { DuodaoError } from '../../base/index.ts';
import { type HostAddress, isPath, textOf } from '../address.ts';
import { AT, type Row, SERVING } from '../connection/tally.ts';
import { failuresIn, type Handler, handleWith, type ServerFace } from '../server/handler.ts';
import { News } from '../server/news.ts';
import type { Plan } from '../server/plan.ts';
import { report } from '../server/report.ts';
import type { Serving } from '../server/service.ts';
import { statsOf } from '../server/stats.ts';
import { Sender } from './sender.ts';
import { Datagram, type UdpRequest } from './udp-request.ts';
import { openSocket, stopReceiving } from './udp-socket.ts';
import { Waiting } from './waiting.ts';

/** As many as libuv reads at once. */
const PORTION = 32;
/** How long the kernel has to take the last replies. */
const PARTING_MS = 100;

interface Arrived {
  readonly data: Buffer;
  readonly client: HostAddress;
}

export class UdpService implements Serving {
  readonly sender: Sender;
  readonly #plan: Plan;
  readonly #row: Row;
  readonly #socket: Socket;
  readonly #face: ServerFace;
  readonly #waiting: Waiting<Arrived>;
  readonly #handler: Handler<UdpRequest>;
  /** One for all datagrams. */
  readonly #whenEnded: () => void = () => this.#ended();
  #active = 0;
  readonly #news: News = new News();
  #isStopping = false;
  #hasTurn = false;

  /** @param master - The socket of the server; it stays the caller's. */
  constructor(plan: Plan, master: number, row: Row) {
    const { address, maxPending } = plan;
    if (isPath(address)) throw new TypeError('Cannot serve datagrams at a path');
    this.#plan = plan;
    this.#row = row;
    this.#handler = plan.handler as Handler<UdpRequest>;
    this.#waiting = new Waiting(maxPending);
    this.#face = { address, stats: () => statsOf([row], [{ pid: process.pid, thread: 0 }], 0) };
    this.#socket = openSocket(master, address.host);
    this.sender = new Sender(this.#socket, address, row);
    this.#socket.on('message', (data, from) => this.#arrived(data, from));
    // What ICMP says of an earlier reply, where the system tells it at all: it was for that one.
    this.#socket.on('error', () => void row[AT.broken]!++);
    row[SERVING] = 1;
  }

  #arrived(data: Buffer, { address, port }: RemoteInfo): void {
    const client = { host: address, port };
    const { maxDatagramBytes, maxPending } = this.#plan;
    this.#row[AT.messagesIn]!++;
    this.#row[AT.bytesIn]! += data.length;
    if (data.length > maxDatagramBytes) this.#refuse(data.length, client);
    else if (this.#isStopping) this.#row[AT.dropped]!++;
    else if (this.#active < maxPending && this.#waiting.count === 0) this.#begin(data, client);
    else {
      if (this.#waiting.push({ data, client })) this.#row[AT.dropped]!++;
      this.#takeTurn();
    }
  }

  #refuse(length: number, client: HostAddress): void {
    const limit = this.#plan.maxDatagramBytes;
    this.#row[AT.overLimit]!++;
    const text = `A datagram of ${length} bytes from ${textOf(client)} was refused as maxDatagramBytes is ${limit}`;
    const error = new DuodaoError('over-limit', text, { ...client, bytes: length, limit });
    report(error, client, this.#plan.handleError, false);
  }

  /** Promises only where somebody else brings one: there may be a hundred thousand datagrams in a second. */
  #begin(data: Buffer, client: HostAddress): void {
    this.#active++;
    this.#row[AT.accepted]!++;
    this.#row[AT.active]!++;
    try {
      const { verifyRequest } = this.#plan;
      const isWelcome = verifyRequest ? verifyRequest(client) : true;
      if (isWelcome === true) this.#settle(this.#work(data, client), client);
      else this.#settle(this.#verified(isWelcome, data, client), client);
    } catch (error) {
      this.#failed(error, client);
      this.#ended();
    }
  }

  #work(data: Buffer, client: HostAddress): unknown {
    return handleWith(this.#handler, new Datagram(data, client, this.sender), client, this.#face);
  }

  async #verified(isWelcome: boolean | Promise<boolean>, data: Buffer, client: HostAddress): Promise<void> {
    if (await isWelcome) await this.#work(data, client);
    else this.#row[AT.unverified]!++;
  }

  #settle(answer: unknown, client: HostAddress): void {
    if (typeof (answer as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
      this.#ended();
      return;
    }
    Promise.resolve(answer as PromiseLike<unknown>).then(this.#whenEnded, (error: unknown) => {
      this.#failed(error, client);
      this.#ended();
    });
  }

  #failed(error: unknown, client: HostAddress): void {
    const isEnd = (reason: unknown): boolean =>
      this.sender.isOfPeer(reason) && (reason as DuodaoError).code === 'closed';
    const told = failuresIn(error).filter((reason) => !isEnd(reason));
    const defects = told.filter((reason) => !this.sender.isOfPeer(reason));
    if (defects.length > 0) this.#row[AT.failed]!++;
    for (const reason of told) report(reason, client, this.#plan.handleError, defects.includes(reason));
  }

  #ended(): void {
    this.#active--;
    this.#row[AT.active]!--;
    if (this.#waiting.count > 0) this.#takeTurn();
    this.#news.tell();
  }

  #takeTurn(): void {
    if (this.#hasTurn || this.#active >= this.#plan.maxPending) return;
    this.#hasTurn = true;
    setImmediate(() => {
      this.#hasTurn = false;
      for (let count = 0; count < PORTION && this.#active < this.#plan.maxPending; count++) {
        const next = this.#waiting.shift();
        if (!next) return;
        this.#begin(next.data, next.client);
      }
      if (this.#waiting.count > 0) this.#takeTurn();
    });
  }

  async stop(drainMs: number): Promise<void> {
    this.#row[SERVING] = 0;
    stopReceiving(this.#socket);
    this.#isStopping = true;
    await this.#news.until(() => this.#active === 0 && this.#waiting.count === 0, drainMs);
    while (this.#waiting.shift()) this.#row[AT.dropped]!++;
    this.sender.onIdle(() => this.#news.tell());
    await this.#news.until(() => this.sender.isIdle, PARTING_MS);
    this.sender.close();
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}
