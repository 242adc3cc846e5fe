/**
 * A server of TCP connections.
 *
 * @module
 */
import { lookup } from 'node:dns/promises';
import { DuodaoError } from '../../base/index.ts';
import { holderOf, listenInternet, portOf, stopListening } from '../../platform/index.ts';
import { raw } from '../../wire/index.ts';
import { checkHost, checkPort, type HostAddress, textOf } from '../address.ts';
import {
  checkCommon,
  checkNames,
  type Framed,
  type StreamServerOptions,
  streamPlan,
  type TcpOptions,
  trueOrFalse,
  wholeNumber,
} from './options.ts';
import { type Bound, releaseOnly, SocketServer } from './server.ts';

const KEEP_ALIVE_MS = 60_000;
/** Linux: MAX_TCP_KEEPIDLE. */
const LONGEST_KEEP_ALIVE_MS = 32_767_000;

/**
 * Listens for TCP connections and has each handled.
 *
 * - **Concurrency:** `async` handles all in this event loop; `threads` and `processes` in workers that accept from the
 *   same socket. One that dies is replaced; its connections end, others do not notice.
 * - **Hostile clients:** each is bounded in bytes and in time (see the options), and only ever costs its own
 * connection.
 * - **Out of descriptors:** it stops accepting until some are free; connections wait in the kernel.
 * - **If this process dies:** its workers end with it.
 *
 * @example
 * ```ts
 * const server = new TcpServer({ handler: async (c) => { for await (const m of c) await c.send(m); }, port: 8000 });
 * await server.listen();
 * ```
 */
export class TcpServer<
  In = Buffer,
  Out extends readonly unknown[] = [message: Uint8Array | string],
> extends SocketServer<HostAddress> {
  /** @throws TypeError or RangeError at options that make no server. */
  constructor(options: StreamServerOptions<In, Out> & TcpOptions & Framed<In>) {
    checkNames(options, 'TcpServer');
    const { host = '127.0.0.1', port = 0, noDelay, keepAlive = true, backlog, name } = options;
    const address = { host: checkHost(host), port: checkPort(port) };
    const keepAliveMs = typeof keepAlive === 'boolean' ? (keepAlive ? KEEP_ALIVE_MS : 0) : keepAlive;
    const listening = {
      backlog: wholeNumber('backlog', backlog, 511, 1, 65535),
      noDelay: trueOrFalse('noDelay', noDelay, true),
      keepAliveSeconds: Math.ceil(wholeNumber('keepAlive', keepAliveMs, 0, 0, LONGEST_KEEP_ALIVE_MS) / 1000),
    };
    super({
      noun: 'TcpServer',
      name,
      plan: streamPlan('tcp', address, options, raw),
      ...checkCommon(options, 'TcpServer'),
      bind: async () => await bind(address, (number) => listenInternet(number, address.port, listening)),
    });
  }
}

/** Makes a socket of the internet. @throws DuodaoError `in-use`, or `unsupported` with what the system says. */
export async function bind(
  address: HostAddress,
  make: (number: string) => ReturnType<typeof listenInternet>,
  kind: 'tcp' | 'udp' = 'tcp',
): Promise<Bound> {
  const number = await numberOf(address);
  const made = make(number);
  if (typeof made === 'number') {
    // Of datagrams nobody is connected: what comes from now on has come in vain.
    const refuse = (): void => (kind === 'tcp' ? stopListening(made) : undefined);
    return { fd: made, address: { host: number, port: portOf(made) }, refuse, release: releaseOnly(made) };
  }
  const { errno } = made;
  const facts = { host: address.host, port: address.port, errno };
  if (errno === 'EADDRINUSE') {
    const holder = holderOf(address.port, kind);
    const who = holder ? `process ${holder.pid} (${holder.command}) does` : 'somebody else does';
    throw new DuodaoError(
      'in-use',
      `Cannot listen at ${textOf(address)} as ${who} (EADDRINUSE): ` +
        'end that one, or choose another port; 0 finds one that is free',
      { ...facts, ...(holder && { pid: holder.pid }) },
    );
  }
  const why =
    errno === 'EACCES' && address.port < 1024
      ? 'ports below 1024 need a right that this user does not have (EACCES): choose another one'
      : errno === 'EADDRNOTAVAIL'
        ? 'this machine does not have that address (EADDRNOTAVAIL): 0.0.0.0 or :: are all it has'
        : `the system says ${errno}`;
  throw new DuodaoError('unsupported', `Cannot listen at ${textOf(address)} as ${why}`, facts);
}

async function numberOf({ host }: HostAddress): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? 'no code';
    throw new DuodaoError(
      'unsupported',
      `Cannot listen at ${host} as no such name is found: ${errno}`,
      { host, errno },
      { cause },
    );
  }
}
