/**
 * Serves connections in one event loop: from the moment that one is accepted until it is closed.
 *
 *     accepted ─▶ is there room ─▶ verifyRequest ─▶ TLS, key ─▶ the handler ─▶ close
 *
 * @module
 */
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { DuodaoError } from '../../base/index.ts';
import type { Framing } from '../../wire/index.ts';
import { type Address, addressOfSocket, isPath } from '../address.ts';
import { Budget } from '../connection/budget.ts';
import { Chain } from '../connection/chain.ts';
import { Channel, type Surroundings } from '../connection/channel.ts';
import { SocketConnection } from '../connection/connection.ts';
import type { ConnectionLimits } from '../connection/limits.ts';
import { AT, type Row, SERVING, TAKEN } from '../connection/tally.ts';
import { wire } from '../connection/wiring.ts';
import { Balance } from './balance.ts';
import { failuresIn, type Handler, handleWith, seesAddress, type ServerFace } from './handler.ts';
import { authenticate, limitHandshake } from './handshake.ts';
import { Listener } from './listener.ts';
import { News } from './news.ts';
import { framingBy, type Plan } from './plan.ts';
import { isOfPeer, report } from './report.ts';
import { statsOf } from './stats.ts';

/** What serves in one event loop, whatever the transport. */
export interface Serving {
  /** Takes nothing new, lets what is at work end, and ends the rest after so many milliseconds. */
  stop(drainMs: number): Promise<void>;
}

export class Service implements Serving, Surroundings {
  readonly limits: ConnectionLimits;
  readonly budget: Budget;
  readonly row: Row;
  readonly #rows: readonly Row[];
  readonly #plan: Plan;
  readonly #framing: Framing;
  readonly #listener: Listener;
  readonly #secure: SecureContext | undefined;
  readonly #face: ServerFace;
  readonly #channels: Chain<Channel> = new Chain();
  readonly #perHost: Map<string, number> = new Map();
  /** Those that have not shown who they are: nothing of them is at work yet. */
  readonly #shaking: Set<Channel> = new Set();
  readonly #countsHosts: boolean;
  /** Somebody looks at where connections come from: else it need not be found out for each. */
  readonly #asksWho: boolean;
  #running = 0;
  readonly #news: News = new News();
  #isStopping = false;

  /** @param rows - Those of all workers; ours is the one at `seat`. */
  constructor(plan: Plan, master: number, rows: readonly Row[], seat: number) {
    const row = rows[seat]!;
    this.#plan = plan;
    this.limits = plan.limits;
    this.budget = new Budget(plan.maxBufferedBytes);
    this.row = row;
    this.#rows = rows;
    this.#countsHosts = plan.kind === 'tcp' && plan.maxConnectionsPerHost !== Number.POSITIVE_INFINITY;
    this.#asksWho =
      plan.kind === 'unix' ||
      this.#countsHosts ||
      [plan.verifyRequest, plan.handleError, plan.auth, plan.tls].some((one) => one !== undefined) ||
      seesAddress(plan.handler);
    this.#framing = framingBy(plan.framing);
    this.#secure = plan.tls && createSecureContext(plan.tls);
    this.#face = { address: plan.address, stats: () => statsOf([row], [{ pid: process.pid, thread: 0 }], 0) };
    const balance = new Balance(row, rows);
    this.#listener = new Listener(master, plan.backlog ?? 0, plan.tls === undefined, {
      accepted: (socket, readsInto) => this.#accepted(socket, readsInto),
      overloaded: () => void row[AT.overloads]!++,
      isAhead: () => balance.isAhead(),
    });
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.row[SERVING] = 1;
  }

  #accepted(plain: Socket, readsInto: boolean): void {
    const client = this.#asksWho ? this.#clientOf(plain) : undefined;
    const isGone = this.#asksWho && !client;
    if (isGone || !this.#hasRoom(client)) {
      if (!isGone) this.row[AT.refused]!++;
      plain.on('error', () => undefined); // it is closed, whatever comes of that
      plain.destroy();
      return;
    }
    this.row[AT.accepted]!++;
    const socket = this.#secure ? this.#wrap(plain, this.#secure) : plain;
    const channel = new Channel(socket, this.#framing, this, client);
    this.#channels.add(channel);
    if (this.#countsHosts && client) this.#countHost(client, 1);
    wire(socket, channel, readsInto);
    this.#serve(channel);
  }

  /** Undefined when it is gone already. */
  #clientOf(socket: Socket): Address | undefined {
    return this.#plan.kind === 'unix' ? { path: '' } : addressOfSocket(socket, 'remote');
  }

  /**
   * Over all workers. Each takes a place, and then looks at all: two that do so at once may both refuse the last one,
   * and never both give it. The place that was given stays taken, in one number, while its connection becomes active:
   * were it counted as asked for and then as active, others could look at one before and at the other after that.
   */
  #hasRoom(client: Address | undefined): boolean {
    const { maxConnections, maxConnectionsPerHost } = this.#plan;
    if (this.#isStopping) return false;
    if (this.#countsHosts && client && (this.#perHost.get(hostOf(client)) ?? 0) >= maxConnectionsPerHost)
      return false;
    if (maxConnections === Number.POSITIVE_INFINITY) return true;
    this.row[TAKEN] = this.row[AT.active]! + 1;
    Atomics.add(FENCE, 0, 1); // what is read now is read after that was written, for all to see
    let taken = 0;
    for (const row of this.#rows) taken += row[TAKEN]!;
    if (taken > maxConnections) this.row[TAKEN] = this.row[AT.active]!;
    return taken <= maxConnections;
  }

  #wrap(plain: Socket, secureContext: SecureContext): TLSSocket {
    const { requestCert = false, rejectUnauthorized = true, ALPNProtocols } = this.#plan.tls ?? {};
    return new TLSSocket(plain, {
      isServer: true,
      secureContext,
      requestCert,
      rejectUnauthorized,
      ...(ALPNProtocols && { ALPNProtocols }),
    });
  }

  #serve(channel: Channel): void {
    this.#running++;
    const { verifyRequest, auth } = this.#plan;
    if (verifyRequest || auth || this.#secure) void this.#admit(channel);
    else this.#handle(channel);
  }

  async #admit(channel: Channel): Promise<void> {
    const { verifyRequest, auth } = this.#plan;
    // TLS begins by itself, and may be done before verifyRequest is.
    const whenSecure = this.#secure && secured(channel);
    whenSecure?.catch(() => undefined); // it may fail before anybody waits for it
    try {
      if (verifyRequest && !(await verifyRequest(channel.remoteAddress))) {
        this.row[AT.unverified]!++;
        this.#done(channel);
        return;
      }
      if (auth || whenSecure) await this.#shakeHands(channel, whenSecure);
    } catch (error) {
      this.#failed(error, channel);
      return;
    }
    this.#handle(channel);
  }

  /** Not async: what waits on an idle connection is its handler alone. */
  #handle(channel: Channel): void {
    const handler = this.#plan.handler as Handler<SocketConnection<unknown>>;
    try {
      const client = this.#asksWho ? channel.remoteAddress : UNSEEN;
      const work = handleWith(handler, new SocketConnection(channel), client, this.#face);
      if (isPromise(work)) {
        work.then(
          () => this.#done(channel),
          (error: unknown) => this.#failed(error, channel),
        );
      } else this.#done(channel);
    } catch (error) {
      this.#failed(error, channel);
    }
  }

  #done(channel: Channel): void {
    channel.close();
    this.#running--;
    this.#news.tell();
  }

  async #shakeHands(channel: Channel, whenSecure: Promise<void> | undefined): Promise<void> {
    const { auth, handshakeTimeoutMs } = this.#plan;
    if (this.#isStopping) throw closing();
    const callOff = limitHandshake(channel, handshakeTimeoutMs);
    this.#shaking.add(channel);
    try {
      if (whenSecure) await whenSecure;
      if (auth) await authenticate(channel, 'server', auth);
    } catch (error) {
      if (!this.#isStopping) this.row[AT.authFailed]!++;
      throw error;
    } finally {
      this.#shaking.delete(channel);
      callOff();
    }
  }

  #failed(error: unknown, channel: Channel): void {
    const told = failuresIn(error).filter((reason) => isOfPeer(reason, channel) !== 'ended');
    const defects = told.filter((reason) => !isOfPeer(reason, channel));
    if (defects.length > 0) this.row[AT.failed]!++;
    for (const reason of told)
      report(reason, channel.remoteAddress, this.#plan.handleError, defects.includes(reason));
    this.#done(channel);
  }

  closed(channel: Channel): void {
    this.#channels.remove(channel);
    if (this.#countsHosts) this.#countHost(channel.remoteAddress, -1);
    this.#news.tell();
  }

  #countHost(client: Address, change: 1 | -1): void {
    const host = hostOf(client);
    const count = (this.#perHost.get(host) ?? 0) + change;
    if (count > 0) this.#perHost.set(host, count);
    else this.#perHost.delete(host);
  }

  async stop(drainMs: number): Promise<void> {
    this.#isStopping = true;
    this.row[SERVING] = 0;
    this.#listener.stop();
    for (const channel of this.#shaking) channel.destroy(closing());
    await aTurn();
    this.#channels.each((channel) => channel.drain());
    await this.#news.until(() => this.#running === 0, drainMs);
    // What handlers have sent last is on its way.
    await this.#news.until(() => this.#channels.size === 0, this.#running === 0 ? PARTING_MS : 0);
    this.#channels.each((channel) => channel.destroy(closing()));
    // What was destroyed is closed in the next turns of the event loop, and handlers hear of it.
    await this.#news.until(() => this.#running === 0 && this.#channels.size === 0, PARTING_MS);
  }
}

/** What a handler is given that looks at no address. */
const UNSEEN: Address = { host: 'unseen', port: 0 };

function hostOf(client: Address): string {
  return isPath(client) ? client.path : client.host;
}

/** Nobody looks at it: an atomic change of anything keeps reads behind it from overtaking writes before it. */
const FENCE: Int32Array = new Int32Array(1);

/** Until what lay in the kernel has been read: who has sent before we stopped is no idle one. */
async function aTurn(): Promise<void> {
  // The first may come right behind a look at the kernel that is over; before the second there is another.
  for (let look = 0; look < 2; look++) await new Promise((resolve) => setImmediate(resolve));
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** How long the other side has to take the last words, and a handler to hear that its connection was ended. */
const PARTING_MS = 100;

function closing(): DuodaoError {
  return new DuodaoError('closed', 'The server has closed, and did not wait for this connection any longer');
}

function secured(channel: Channel): Promise<void> {
  return new Promise((resolve, reject) => {
    (channel.socket as TLSSocket).once('secure', resolve);
    channel.onceClosed((why) =>
      reject(why?.error ?? new DuodaoError('broken', 'The connection ended while TLS was to begin')),
    );
  });
}
