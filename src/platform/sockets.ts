/**
 * Sockets that listen, as descriptors: made here, and given to as many processes, threads and event loops as shall
 * accept from them. While anybody has one open, the kernel takes connections into its queue; so whoever accepts may
 * come and go, and no connection is refused.
 *
 *     sockaddr_in    family 2 (host order)   port 2 (network order)   address 4                       zeros 8
 *     sockaddr_in6   family 2                port 2                   flow 4    address 16            scope 4
 *     sockaddr_un    family 2                path, ended by a zero unless it begins with one (108 bytes at most)
 *
 * Options that connections inherit from the socket they came to are set once, on that: TCP_NODELAY, SO_KEEPALIVE and
 * its times (Linux: tcp_create_openreq_child copies them).
 *
 * @module
 */
import { isIP } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { assert } from '../base/index.ts';
import { refused } from './errno.ts';
import { libc } from './libc.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_FLAGS = 0o2004000; // close-on-exec, non-blocking
const F_DUPFD_CLOEXEC = 1030;
const SHUT_RDWR = 2;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
/** A path has a zero behind it. */
export const UNIX_PATH_LIMIT = 107;

/** What connections inherit from a socket that listens. */
export interface ListenOptions {
  /** Connections that the kernel keeps until they are accepted; it has a limit of its own (net.core.somaxconn). */
  readonly backlog: number;
  readonly noDelay: boolean;
  /** Seconds of silence until the kernel asks whether the other side is still there; 0: never. */
  readonly keepAliveSeconds: number;
}

/** What the kernel says of an address that cannot be had: `errno` is its name, such as EADDRINUSE. */
export interface SocketRefusal {
  readonly errno: string;
}

/** The bytes of an address of the internet, by number. */
function internet(host: string, port: number): { readonly family: number; readonly bytes: Uint8Array } {
  const family = isIP(host);
  assert(family !== 0, 'names have been looked up before');
  const bytes = new Uint8Array(family === 4 ? 16 : 28);
  const words = new DataView(bytes.buffer);
  words.setUint16(0, family === 4 ? AF_INET : AF_INET6, true);
  words.setUint16(2, port, false);
  if (family === 4) bytes.set(host.split('.').map(Number), 4);
  else bytes.set(ipv6Bytes(host), 8);
  return { family: family === 4 ? AF_INET : AF_INET6, bytes };
}

/** RFC 4291, section 2.2. What is given is known to be valid; a zone is not for addresses that are listened at. */
function ipv6Bytes(text: string): number[] {
  const [address = ''] = text.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted
    ? `${dotted[1]!}${hex(dotted[2]!, dotted[3]!)}:${hex(dotted[4]!, dotted[5]!)}`
    : address;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((one) => parseInt(one, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/** However it is written, `::` is all networks, those of IPv4 as well; and `::ffff:1.2.3.4` is one of IPv4. */
function takesBoth(bytes: Uint8Array): boolean {
  const isMapped = bytes[18] === 0xff && bytes[19] === 0xff;
  return (
    bytes.subarray(8, 18).every((byte) => byte === 0) &&
    (isMapped || bytes.subarray(18, 24).every((byte) => byte === 0))
  );
}

/** The bytes of an address in the file system; one that begins with `@` is abstract, and has no file. */
function unix(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : path);
  assert(name.length <= UNIX_PATH_LIMIT, 'paths of sockets are measured before');
  const bytes = new Uint8Array(2 + name.length + (name[0] === 0 ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(name, 2);
  return bytes;
}

/**
 * A socket that listens at an address of the internet, given by number.
 *
 * @returns Its descriptor, close-on-exec and non-blocking; or what the kernel says.
 */
export function listenInternet(host: string, port: number, options: ListenOptions): number | SocketRefusal {
  const { family, bytes } = internet(host, port);
  return opened(family, SOCK_STREAM, (fd) => {
    // Connections that have ended keep their port for a minute (TIME_WAIT); nobody is to wait for that.
    setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, takesBoth(bytes) ? 0 : 1);
    if (options.noDelay) setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options.keepAliveSeconds > 0) keepAlive(fd, options.keepAliveSeconds);
    return libc().bind(fd, bytes, bytes.length) === 0 && libc().listen(fd, options.backlog) === 0;
  });
}

function keepAlive(fd: number, seconds: number): void {
  setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  setOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, Math.max(1, Math.ceil(seconds / 6)));
  setOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 6);
}

/** A socket for datagrams at an address of the internet, given by number. Answers as {@link listenInternet}. */
export function bindDatagrams(host: string, port: number, broadcast: boolean): number | SocketRefusal {
  const { family, bytes } = internet(host, port);
  return opened(family, SOCK_DGRAM, (fd) => {
    if (broadcast) setOption(fd, SOL_SOCKET, SO_BROADCAST, 1);
    if (family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, takesBoth(bytes) ? 0 : 1);
    return libc().bind(fd, bytes, bytes.length) === 0;
  });
}

/** A socket that has its address in the file system, and does not listen yet. Answers as {@link listenInternet}. */
export function bindUnix(path: string): number | SocketRefusal {
  const bytes = unix(path);
  return opened(AF_UNIX, SOCK_STREAM, (fd) => libc().bind(fd, bytes, bytes.length) === 0);
}

/**
 * A socket that is connected to one in the file system, or to a name. The libuv of Node.js 20 fills such names up to
 * their full length, so it does not find those that others have made. Answers as {@link listenInternet}.
 */
export function connectUnix(path: string): number | SocketRefusal {
  const bytes = unix(path);
  return opened(AF_UNIX, SOCK_STREAM, (fd) => libc().connect(fd, bytes, bytes.length) === 0);
}

/** Has a socket listen that has an address. */
export function listenOn(fd: number, backlog: number): void {
  if (libc().listen(fd, backlog) !== 0) throw refused(`Cannot listen on descriptor ${fd}`);
}

/**
 * Has a socket listen no more, whoever else has a descriptor of it: from now on the kernel refuses connections. Those
 * that nobody has accepted are reset.
 */
export function stopListening(fd: number): void {
  if (libc().shutdown(fd, SHUT_RDWR) !== 0) throw refused(`Cannot have descriptor ${fd} listen no more`);
}

/** The port that the kernel has chosen for a socket of the internet. */
export function portOf(fd: number): number {
  const bytes = new Uint8Array(28);
  const length = new Uint8Array(new Uint32Array([bytes.length]).buffer);
  if (libc().getsockname(fd, bytes, length) !== 0) throw refused('Cannot ask a socket for its address');
  return new DataView(bytes.buffer).getUint16(2, false);
}

/** Another descriptor for the same socket: each event loop closes its own. */
export function duplicate(fd: number): number {
  const copy = libc().fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw refused(`Cannot duplicate descriptor ${fd}`, 'over-limit');
  return copy;
}

/** Has nobody else bind the address of a socket, though SO_REUSEADDR was set: for datagrams, that would let them. */
export function refuseSharing(fd: number): void {
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 0);
}

function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  if (libc().setsockopt(fd, level, name, bytes, 4) !== 0) throw refused('Cannot set an option of a socket');
}

function opened(family: number, type: number, prepare: (fd: number) => boolean): number | SocketRefusal {
  const c = libc();
  const fd = c.socket(family, type | SOCK_FLAGS, 0);
  if (fd < 0) return refusal();
  let isReady = false;
  try {
    isReady = prepare(fd);
    return isReady ? fd : refusal();
  } finally {
    if (!isReady) c.close(fd);
  }
}

function refusal(): SocketRefusal {
  const errno = libc().errno();
  return { errno: errno > 0 ? getSystemErrorName(-errno) : 'EUNKNOWN' };
}
