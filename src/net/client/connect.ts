/**
 * Connecting to a server.
 *
 * @module
 */
import { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { DuodaoError, deadlineOf } from '../../base/index.ts';
import { raw } from '../../wire/index.ts';
import { connectUnix } from '../../platform/index.ts';
import { type Address, addressFrom, type AddressLike, isPath, type PathAddress, textOf } from '../address.ts';
import { Budget } from '../connection/budget.ts';
import { Channel, type Surroundings } from '../connection/channel.ts';
import { SocketConnection } from '../connection/connection.ts';
import { connectionLimits, LIMIT_NAMES, type LimitOptions, LONGEST_MS } from '../connection/limits.ts';
import { newRow } from '../connection/tally.ts';
import { readsInto, wire } from '../connection/wiring.ts';
import { authenticate } from '../server/handshake.ts';
import { authFrom, trueOrFalse } from '../server/options.ts';
import { type Auth, framingFrom, type FramingOption } from '../server/plan.ts';

/** How to connect. */
export interface ConnectOptions<In, Out extends readonly unknown[]> extends LimitOptions {
  /** How messages lie in the stream; `raw` if left out. It must be that of the server. */
  readonly framing?: FramingOption<In, Out>;
  /** The key that both sides must know. */
  readonly authKey?: string | Uint8Array;
  /** Lets Python before 3.12 prove it by MD5. */
  readonly legacyAuth?: boolean;
  /** Encrypts: true, or options of `node:tls`, such as `ca` for a certificate of one's own. */
  readonly tls?: boolean | ConnectionOptions;
  /** Milliseconds for all of it: the name, the connection, TLS and the key; 30,000 if left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Sends what is written at once, rather than waiting for more; true if left out. */
  readonly noDelay?: boolean;
}

/** The names of these options. */
export const CONNECT_NAMES: ReadonlySet<string> = new Set([
  ...LIMIT_NAMES,
  'framing',
  'authKey',
  'legacyAuth',
  'tls',
  'timeoutMs',
  'signal',
  'noDelay',
]);
const TIMEOUT_MS = 30_000;
/** Known to Node.js, and not to its types. */
const HALF_OPEN: object = { allowHalfOpen: true };
const KEEP_ALIVE_MS = 60_000;

/**
 * Connects to a server. When it resolves, both sides can send, and have proved that they know the key if there is one.
 *
 * @throws TypeError or RangeError at an address or options that are none; DuodaoError `broken` when nobody listens
 * there or the name is not found, `auth` when one side does not know the key, `timed-out`; or the reason of the signal.
 *
 * @example
 * ```ts
 * const connection = await connect('localhost:8000', { framing: lines() });
 * await connection.send('hello');
 * console.log(await connection.receive());
 * connection.close();
 * ```
 */
export async function connect<In = Buffer, Out extends readonly unknown[] = [message: Uint8Array | string]>(
  address: AddressLike,
  options: ConnectOptions<In, Out> = {},
): Promise<SocketConnection<In, Out>> {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !CONNECT_NAMES.has(name))
      throw new TypeError(
        `Cannot connect as there is no option ${name}: there are ${[...CONNECT_NAMES].join(', ')}`,
      );
  }
  const to = addressFrom(address);
  const { framing: option = raw as unknown as FramingOption<In, Out> } = options;
  const framing = framingFrom(option);
  const limits = connectionLimits(options);
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  const noDelay = trueOrFalse('noDelay', options.noDelay, true);
  const tls =
    typeof options.tls === 'object' && options.tls ? options.tls : trueOrFalse('tls', options.tls, false);
  deadlineOf({ timeoutMs }); // refuses one that is none
  const auth = authFrom(options.authKey, options.legacyAuth) ?? (framing as { readonly auth?: Auth }).auth;
  if (signal?.aborted) throw signal.reason;
  const surroundings: Surroundings = {
    limits,
    budget: new Budget(Number.POSITIVE_INFINITY),
    row: newRow(),
    closed: () => undefined,
  };
  const attempt = new Attempt(to, timeoutMs, signal);
  try {
    const socket = tls ? attempt.openTls(tls === true ? {} : tls) : attempt.open();
    if (tls || socket.connecting)
      await attempt.until(connected(socket, tls ? 'secureConnect' : 'connect', to));
    if (!isPath(to)) socket.setNoDelay(noDelay).setKeepAlive(true, KEEP_ALIVE_MS);
    const channel = new Channel(socket, framing, surroundings, to);
    wire(socket, channel, !tls);
    if (auth) await attempt.until(authenticate(channel, 'client', auth));
    else if (tls) socket.resume();
    attempt.succeeded();
    return new SocketConnection<In, Out>(channel);
  } catch (error) {
    attempt.failed();
    throw error;
  }
}

/** One try, with its time limit and its signal. */
class Attempt {
  readonly #to: Address;
  readonly #timeoutMs: number;
  #socket: Socket | undefined;
  readonly #over: Promise<never>;
  readonly #settle: () => void;

  constructor(to: Address, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#to = to;
    this.#timeoutMs = timeoutMs;
    let giveUp!: (reason: unknown) => void;
    this.#over = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    this.#over.catch(() => undefined); // it is looked at by until()
    const abort = (): void => giveUp(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const isLimited = timeoutMs <= LONGEST_MS;
    // What the kernel has done by then counts, though this event loop may have been too busy to hear of it.
    const late = (): void => void setImmediate(() => giveUp(this.#late()));
    const timer = isLimited ? setTimeout(late, timeoutMs) : undefined;
    this.#settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  #late(): DuodaoError {
    const timeoutMs = this.#timeoutMs;
    const hint = this.#socket?.connecting === false ? ': it may know no key, or expect TLS' : '';
    return new DuodaoError(
      'timed-out',
      `Connecting to ${textOf(this.#to)} did not happen within ${timeoutMs} ms${hint}`,
      {
        timeoutMs,
      },
    );
  }

  open(): Socket {
    const to = this.#to;
    const options = { allowHalfOpen: true, onread: readsInto() } as object;
    if (isNamed(to)) return (this.#socket = socketNamed(to, options));
    const socket = new Socket(options);
    this.#socket = socket;
    return socket.connect(isPath(to) ? { path: to.path } : { ...to });
  }

  openTls(options: ConnectionOptions): TLSSocket {
    const to = this.#to;
    const where = isNamed(to)
      ? { socket: socketNamed(to, HALF_OPEN) }
      : isPath(to)
        ? { path: to.path }
        : { ...to, servername: nameOf(to.host) };
    const socket = connectTls({ ...where, ...options, ...HALF_OPEN } as ConnectionOptions);
    this.#socket = socket;
    return socket;
  }

  until<T>(step: Promise<T>): Promise<T> {
    step.catch(() => undefined); // it may fail after it was given up
    return Promise.race([step, this.#over]);
  }

  succeeded(): void {
    this.#settle();
  }

  failed(): void {
    this.#settle();
    this.#socket?.on('error', () => undefined).destroy();
  }
}

/** SNI knows names only. */
function nameOf(host: string): string | undefined {
  return /^[\d.]+$|:/.test(host) ? undefined : host;
}

/** Whether it is a name without a file. */
function isNamed(address: Address): address is PathAddress {
  return isPath(address) && address.path.startsWith('@');
}

/** A socket that is connected to a name. @throws DuodaoError `broken` */
function socketNamed(address: PathAddress, options: object): Socket {
  const fd = connectUnix(address.path);
  if (typeof fd === 'number') return new Socket({ ...options, fd });
  throw refusal(address, Object.assign(new Error('It cannot be reached'), { code: fd.errno }));
}

function connected(socket: Socket, event: 'connect' | 'secureConnect', to: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => reject(refusal(to, cause));
    const ended = (): void => {
      const cause = new Error('The other side ended the connection');
      failed(Object.assign(cause, { code: 'ECONNRESET' }));
    };
    socket.once('error', failed).once('close', ended);
    socket.once(event, () => {
      socket.off('error', failed).off('close', ended);
      resolve();
    });
  });
}

function refusal(to: Address, cause: NodeJS.ErrnoException): DuodaoError {
  const errno = cause.code ?? 'no code';
  const sentence = `Cannot connect to ${textOf(to)} as ${reasonOf(errno, cause)}`;
  return new DuodaoError('broken', sentence, { errno }, { cause });
}

function reasonOf(errno: string, cause: Error): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
    ENOENT: 'there is no such socket (ENOENT)',
    ENOTFOUND: 'no such name is found (ENOTFOUND)',
    EACCES: 'this user may not (EACCES)',
  };
  return known[errno] ?? `of this: ${cause.message} (${errno})`;
}
