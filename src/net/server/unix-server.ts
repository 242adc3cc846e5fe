/**
 * A server of connections on this machine, at a path.
 *
 * A server that was killed leaves its file behind. Whether one that is there is such a leftover is asked by connecting:
 * only a file whose socket nobody listens on is removed. Servers that begin at the same moment must not remove each
 * other's: so a leftover is first renamed, which one of them can do, and looked at again; and a new socket is made
 * under another name, and linked to its own when it listens, which fails if there is one.
 *
 * @module
 */
import { chmodSync, linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DuodaoError } from '../../base/index.ts';
import { bindUnix, closeDescriptor, listenOn } from '../../platform/index.ts';
import { raw } from '../../wire/index.ts';
import { checkPath, type PathAddress } from '../address.ts';
import {
  checkCommon,
  checkNames,
  type StreamServerOptions,
  streamPlan,
  type UnixOptions,
  wholeNumber,
} from './options.ts';
import { type Bound, releaseOnly, SocketServer } from './server.ts';

/**
 * Listens for connections of programs on this machine, and has each handled. As {@link TcpServer}, at a path.
 *
 * - **Its file:** made with `mode`, which says who may connect, and removed by `close()`. What a killed server has left
 *   is replaced; a path that is in use, or is no socket, is an error.
 */
export class UnixServer<
  In = Buffer,
  Out extends readonly unknown[] = [message: Uint8Array | string],
> extends SocketServer<PathAddress> {
  /** @throws TypeError or RangeError at options that make no server. */
  constructor(options: StreamServerOptions<In, Out> & UnixOptions) {
    checkNames(options, 'UnixServer');
    const { mode, backlog, name } = options;
    const address = { path: checkPath(options.path) };
    const rights = wholeNumber('mode', mode, 0o600, 0, 0o777);
    const waiting = wholeNumber('backlog', backlog, 511, 1, 65535);
    super({
      noun: 'UnixServer',
      name,
      plan: streamPlan('unix', address, options, raw),
      ...checkCommon(options, 'UnixServer'),
      bind: async () => await bind(address, rights, waiting),
    });
  }
}

async function bind(address: PathAddress, mode: number, backlog: number): Promise<Bound> {
  const { path } = address;
  if (path.startsWith('@')) {
    const fd = made(path, path);
    listenOn(fd, backlog);
    return { fd, address, release: releaseOnly(fd) };
  }
  await makeFree(path);
  const beside = besideOf(path);
  const fd = made(beside, path);
  try {
    chmodSync(beside, mode);
    listenOn(fd, backlog);
    const { ino } = lstatSync(beside);
    linkSync(beside, path);
    return { fd, address, release: releaseFile(fd, path, ino) };
  } catch (error) {
    closeDescriptor(fd);
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? inUse(path) : error;
  } finally {
    rmSync(beside, { force: true });
  }
}

/** A name in the same folder. @throws RangeError when even a short one is too long for a socket. */
function besideOf(path: string): string {
  return checkPath(join(dirname(path), `.${randomBytes(4).toString('hex')}`));
}

function made(name: string, path: string): number {
  const fd = bindUnix(name);
  if (typeof fd === 'number') return fd;
  const { errno } = fd;
  if (errno === 'EADDRINUSE') throw inUse(path);
  const why =
    errno === 'ENOENT' ? 'there is no such folder (ENOENT): make it first' : `the system says ${errno}`;
  throw new DuodaoError('unsupported', `Cannot listen at ${path} as ${why}`, { path, errno });
}

function inUse(path: string): DuodaoError {
  return new DuodaoError(
    'in-use',
    `Cannot listen at ${path} as somebody else does (EADDRINUSE): end that one, or choose another path`,
    { path, errno: 'EADDRINUSE' },
  );
}

/** Removes a leftover. @throws DuodaoError `in-use` when somebody listens there, or there is something else. */
async function makeFree(path: string): Promise<void> {
  let stat: ReturnType<typeof lstatSync>;
  try {
    stat = lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (!stat?.isSocket())
    throw new DuodaoError(
      'in-use',
      `Cannot listen at ${path} as there is a file that is no socket: it is left as it is`,
      {
        path,
        errno: 'EEXIST',
      },
    );
  const errno = await new Promise<string | undefined>((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => resolve(undefined));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    probe.once('close', () => probe.destroy());
    probe.once('connect', () => probe.destroy());
  });
  // A backlog that is full (EAGAIN) is one of somebody who lives.
  if (errno === 'ENOENT') return;
  if (errno !== 'ECONNREFUSED') throw inUse(path);
  const grave = besideOf(path);
  renameSync(path, grave);
  const isOther = lstatSync(grave).ino !== stat.ino;
  if (isOther) linkSync(grave, path); // somebody has begun to listen meanwhile: give it back
  rmSync(grave);
  if (isOther) throw inUse(path);
}

/** Removes the file, unless another server has put its own there. */
function releaseFile(fd: number, path: string, ino: number): () => void {
  const release = releaseOnly(fd);
  return () => {
    try {
      if (lstatSync(path).ino === ino) rmSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    release();
  };
}
