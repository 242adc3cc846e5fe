/**
 * How a server is made, and what of that is refused before it listens.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { Address } from '../address.ts';
import type { SocketConnection } from '../connection/connection.ts';
import { connectionLimits, LIMIT_NAMES, type LimitOptions } from '../connection/limits.ts';
import { checkHandler, type Handler } from './handler.ts';
import {
  type Auth,
  framingFrom,
  type FramingOption,
  type HandleError,
  type Plan,
  planOf,
  type ServerTls,
  type VerifyRequest,
} from './plan.ts';

const CONCURRENCIES = ['async', 'threads', 'processes'] as const;
/**
 * Where handlers run: in this event loop, or in workers that all accept from the same socket. In workers each handler,
 * and each hook, is an exported function or class of a module.
 */
export type Concurrency = (typeof CONCURRENCIES)[number];

/** What all servers have. */
export interface CommonOptions {
  readonly concurrency?: Concurrency;
  /** How many threads or processes; one for each CPU if left out. */
  readonly workers?: number;
  /** Called for each client before anything is read from it; false closes the connection, or drops the datagram. */
  readonly verifyRequest?: VerifyRequest;
  /**
   * Called with what went wrong while a client was served. Without it, what a handler throws is printed, and what
   * clients do wrong is only counted.
   */
  readonly handleError?: HandleError;
  /** For people; `TcpServer-8000` if left out. Workers have it in their names. */
  readonly name?: string;
}

/** What servers of connections have. */
export interface StreamServerOptions<In, Out extends readonly unknown[]> extends CommonOptions, LimitOptions {
  readonly handler: Handler<SocketConnection<In, Out>>;
  /** How messages lie in the stream; `raw` if left out: whatever has arrived. */
  readonly framing?: FramingOption<In, Out>;
  /**
   * Connections that wait in the kernel until they are accepted; 511 if left out, and never more than the system
   * allows.
   */
  readonly backlog?: number;
  /** Connections at once, over all workers; more are closed at once. No limit if left out. */
  readonly maxConnections?: number;
  /** The same for those of one host, in each worker. */
  readonly maxConnectionsPerHost?: number;
  /** Bytes that have arrived and are not received, of all connections of one worker; 256 MiB if left out. */
  readonly maxBufferedBytes?: number;
  /** Milliseconds for TLS and for proof of the key; 10,000 if left out. */
  readonly handshakeTimeoutMs?: number;
  /** Both sides must know it: proved without sending it, as Python's multiprocessing.connection does. */
  readonly authKey?: string | Uint8Array;
  /** Lets Python before 3.12 prove it by MD5. */
  readonly legacyAuth?: boolean;
  /** Encrypts: `key` and `cert` at least, as for `node:tls`. */
  readonly tls?: ServerTls;
}

/** Without a framing a handler is given bytes: one that is for anything else needs it. */
export type Framed<In> = Buffer extends In ? unknown : { readonly framing: object };

export interface TcpOptions {
  /** Where to listen; 127.0.0.1 if left out, which only this machine can reach. `0.0.0.0` or `::` for all networks. */
  readonly host?: string;
  /** 0, or left out: one that is free. */
  readonly port?: number;
  /** Sends what is written at once, rather than waiting for more; true if left out. */
  readonly noDelay?: boolean;
  /** Asks whether silent peers are still there, after so many milliseconds; true, if left out, is a minute. */
  readonly keepAlive?: boolean | number;
}

export interface UnixOptions {
  /** At most 107 bytes; `@name` has no file. */
  readonly path: string;
  /** Who may connect, as of a file; 0o600 if left out: this user. */
  readonly mode?: number;
}

type Names = readonly string[];
const COMMON: Names = ['handler', 'concurrency', 'workers', 'verifyRequest', 'handleError', 'name'];
const STREAMS: Names = [
  ...COMMON,
  ...LIMIT_NAMES,
  'framing',
  'backlog',
  'maxConnections',
  'maxConnectionsPerHost',
  'maxBufferedBytes',
  'handshakeTimeoutMs',
  'authKey',
  'legacyAuth',
  'tls',
];
type Noun = 'TcpServer' | 'UnixServer' | 'UdpServer';
const OPTIONS: Readonly<Record<Noun, Names>> = {
  TcpServer: [...STREAMS, 'host', 'port', 'noDelay', 'keepAlive'],
  UnixServer: [...STREAMS, 'path', 'mode'],
  UdpServer: [...COMMON, 'host', 'port', 'maxDatagramBytes', 'maxPending', 'broadcast'],
};

/** @throws TypeError when they are no object, or have an option that there is not. */
export function checkNames(options: unknown, noun: Noun): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`Cannot make a ${noun} as its options must be an object: it is ${String(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || OPTIONS[noun].includes(name)) continue;
    throw new TypeError(
      `Cannot make a ${noun} as there is no option ${name}: correct its name, or leave it out; ` +
        `there are ${OPTIONS[noun].join(', ')}`,
    );
  }
}

/** A whole number in a range. @throws TypeError or RangeError. */
export function wholeNumber(
  name: string,
  value: unknown,
  otherwise: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number')
    throw new TypeError(
      `Cannot use ${name} as it must be a number: it is ${value === null ? 'null' : typeof value}`,
    );
  const isForEver = value === Number.POSITIVE_INFINITY && most === value;
  if (!isForEver && (!Number.isInteger(value) || value < least || value > most))
    throw new RangeError(
      `Cannot use ${name} as it must be a whole number from ${least} to ${most}: current value is ${value}`,
    );
  return value;
}

/** @throws TypeError at what is neither. */
export function trueOrFalse(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  throw new TypeError(
    `Cannot use ${name} as it must be true or false: it is ${value === null ? 'null' : typeof value}`,
  );
}

function aFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(
      `Cannot use ${name} as it must be a function: it is ${value === null ? 'null' : typeof value}`,
    );
}

export function checkCommon(
  options: CommonOptions & { readonly handler: unknown },
  noun: string,
): {
  readonly concurrency: Concurrency;
  readonly workers: number;
} {
  checkHandler(options.handler, noun);
  aFunction('verifyRequest', options.verifyRequest);
  aFunction('handleError', options.handleError);
  const { concurrency = 'async' } = options;
  if (!CONCURRENCIES.includes(concurrency))
    throw new RangeError(
      `Cannot make a ${noun} as concurrency must be one of ${CONCURRENCIES.join(', ')}: ` +
        `current value is ${concurrency as string}`,
    );
  return { concurrency, workers: wholeNumber('workers', options.workers, availableParallelism(), 1, 256) };
}

/** The key of an option. @throws TypeError or RangeError. */
export function authFrom(authKey: unknown, legacy: unknown): Auth | undefined {
  if (authKey === undefined) return undefined;
  if (typeof authKey !== 'string' && !(authKey instanceof Uint8Array))
    throw new TypeError('Cannot use authKey as it must be a string or bytes');
  const key = Buffer.from(authKey as string);
  if (key.length === 0) throw new RangeError('Cannot use authKey as it is empty: anybody would know it');
  return { key, legacy: trueOrFalse('legacyAuth', legacy, false) };
}

/** Without one there is no client that it could serve. */
function hasKey(tls: unknown): boolean {
  const { key, cert, pfx } = (tls ?? {}) as ServerTls;
  return pfx !== undefined || (key !== undefined && cert !== undefined);
}

/** The plan of a server of connections, but for where it listens. @throws TypeError or RangeError. */
export function streamPlan<In, Out extends readonly unknown[]>(
  kind: 'tcp' | 'unix',
  address: Address,
  options: StreamServerOptions<In, Out>,
  defaultFraming: FramingOption<unknown, readonly unknown[]>,
): Plan {
  const forEver = Number.POSITIVE_INFINITY;
  const { tls, concurrency = 'async', framing: given = defaultFraming } = options;
  const option = given as FramingOption<unknown, readonly unknown[]>;
  const framing = framingFrom(option);
  if (tls !== undefined && !hasKey(tls))
    throw new TypeError('Cannot use tls as it must be an object with key and cert, or with pfx');
  const own = (framing as { readonly auth?: Auth }).auth;
  return {
    kind,
    address,
    handler: options.handler as Handler<never>,
    verifyRequest: options.verifyRequest,
    handleError: options.handleError,
    framing: concurrency === 'async' && !framing.spec ? () => framing : planOf(option),
    auth: authFrom(options.authKey, options.legacyAuth) ?? own,
    tls,
    limits: connectionLimits(options),
    handshakeTimeoutMs: wholeNumber('handshakeTimeoutMs', options.handshakeTimeoutMs, 10_000, 1, 2 ** 31 - 1),
    backlog: wholeNumber('backlog', options.backlog, 511, 1, 65535),
    maxConnections: wholeNumber('maxConnections', options.maxConnections, forEver, 1, forEver),
    maxConnectionsPerHost: wholeNumber(
      'maxConnectionsPerHost',
      options.maxConnectionsPerHost,
      forEver,
      1,
      forEver,
    ),
    maxBufferedBytes: wholeNumber(
      'maxBufferedBytes',
      options.maxBufferedBytes,
      256 * 1024 * 1024,
      1,
      forEver,
    ),
    maxDatagramBytes: 0,
    maxPending: 0,
  };
}
