/**
 * Where a server is: as an object, and as people write it.
 *
 *     127.0.0.1:8000   [::1]:8000   tcp://host:8000      a host and a port
 *     /run/app.sock    ./app.sock   unix:app.sock        a path in the file system
 *     @name            unix:@name                        a name without a file (Linux)
 *
 * @module
 */
import type { Socket } from 'node:net';
import { UNIX_PATH_LIMIT } from '../platform/index.ts';

/** A host, by name or number, and a port. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/** A socket of this machine: a path, or a name without a file after `@`. */
export interface PathAddress {
  readonly path: string;
}

export type Address = HostAddress | PathAddress;

/** An address, or how people write one. */
export type AddressLike = Address | string;

export function isPath(address: Address): address is PathAddress {
  return 'path' in address;
}

/** How people write an address. */
export function textOf(address: Address): string {
  if (isPath(address)) return address.path === '' ? '(no name)' : address.path;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** @throws TypeError or RangeError at what is no address, with how one is written. */
export function addressFrom(address: AddressLike): Address {
  if (typeof address === 'string') return parse(address);
  if (typeof address !== 'object' || address === null)
    throw new TypeError(
      `Cannot use an address as it must be { host, port }, { path } or a string: current value is ${String(address)}`,
    );
  if ('path' in address) return { path: checkPath(address.path) };
  return { host: checkHost(address.host), port: checkPort(address.port) };
}

function parse(text: string): Address {
  const unix = /^(?:unix:(?:\/\/)?)(.+)$/s.exec(text)?.[1];
  if (unix !== undefined) return { path: checkPath(unix) };
  if (/^[./@]/.test(text)) return { path: checkPath(text) };
  const [, inBrackets, plain, port] =
    /^(?:tcp:\/\/|udp:\/\/)?(?:\[([^\]]+)\]|([^:[\]/]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined)
    throw new RangeError(
      'Cannot read an address as it must look like host:port, [::1]:port, unix:path or /path: ' +
        `current value is "${text}"`,
    );
  return { host: checkHost(inBrackets ?? (plain || '127.0.0.1')), port: checkPort(Number(port)) };
}

export function checkHost(host: unknown): string {
  if (typeof host !== 'string')
    throw new TypeError(`Cannot use an address as its host must be a string: it is ${typeof host}`);
  if (host === '' || /[\s\0/]/.test(host) || host.length > 255)
    throw new RangeError(
      `Cannot use an address as its host must be a name or a number: current value is ${JSON.stringify(host)}`,
    );
  return host;
}

/** 0 lets the system choose one that is free. */
export function checkPort(port: unknown): number {
  if (typeof port !== 'number')
    throw new TypeError(`Cannot use an address as its port must be a number: it is ${typeof port}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new RangeError(
      `Cannot use an address as its port must be a whole number from 0 to 65535: current value is ${port}`,
    );
  return port;
}

/** Node.js 20 cuts a path that is too long, and makes a socket of another name. */
export function checkPath(path: unknown): string {
  if (typeof path !== 'string')
    throw new TypeError(`Cannot use an address as its path must be a string: it is ${typeof path}`);
  if (path === '' || path === '@' || path.includes('\0'))
    throw new RangeError(
      'Cannot use an address as its path must not be empty, nor have a zero in it: ' +
        `current value is ${JSON.stringify(path)}`,
    );
  const length = Buffer.byteLength(path);
  if (length > UNIX_PATH_LIMIT)
    throw new RangeError(
      `Cannot use an address as the path of a socket has at most ${UNIX_PATH_LIMIT} bytes, ` +
        `and this one has ${length}: give a shorter one, or one relative to the folder: current value is "${path}"`,
    );
  return path;
}

/** The address of one side of a socket; undefined when it is closed. */
export function addressOfSocket(socket: Socket, side: 'local' | 'remote'): Address | undefined {
  if (socket.destroyed) return undefined; // Node.js remembers what it was asked before
  const [host, port] =
    side === 'local' ? [socket.localAddress, socket.localPort] : [socket.remoteAddress, socket.remotePort];
  return host === undefined || port === undefined ? undefined : { host, port };
}
