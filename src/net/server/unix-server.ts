/**
 * A server of connections on this machine, at a path.
 *
 * A server that was killed leaves its file behind. Whether one that is there is such a leftover is asked by connecting:
 * only a file whose socket nobody listens on is removed. Servers that begin at the same moment must not remove each
 * other's, so they do it one after the other: while one asks, removes and makes its own, it holds a lock on the folder.
 *
 * @module
 */
import { chmodSync, closeSync, lstatSync, openSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { DuodaoError } from '../../base/index.ts';
import { bindUnix, listenOn, stopListening, tryLockFile } from '../../platform/index.ts';
import { raw } from '../../wire/index.ts';
import { checkPath, type PathAddress } from '../address.ts';
import {
  checkCommon,
  checkNames,
  type Framed,
  type StreamServerOptions,
  streamPlan,
  type UnixOptions,
  wholeNumber,
} from './options.ts';
import { type Bound, releaseOnly, SocketServer } from './server.ts';

/** While another server begins in the same folder, one looks again so often. */
const LOOK_AGAIN_MS = 2;

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
  constructor(options: StreamServerOptions<In, Out> & UnixOptions & Framed<In>) {
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
    const fd = made(path);
    listenOn(fd, backlog);
    return { fd, address, refuse: () => stopListening(fd), release: releaseOnly(fd) };
  }
  const unlock = await lockOf(dirname(path));
  try {
    await makeFree(path);
    const fd = made(path);
    const file = resolve(path); // the folder of this process may be another one when the file is removed
    const release = releaseFile(fd, file, lstatSync(file).ino);
    try {
      chmodSync(file, mode); // nobody can connect before it listens
      listenOn(fd, backlog);
    } catch (error) {
      release();
      throw error;
    }
    return { fd, address, refuse: () => stopListening(fd), release };
  } finally {
    unlock();
  }
}

/** Takes the lock of a folder: the kernel gives it back if this process dies. Returns what gives it back. */
async function lockOf(folder: string): Promise<() => void> {
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch {
    return () => undefined; // who may not read it cannot lock it; that it is not there is found soon enough
  }
  while (!tryLockFile(fd)) await later(LOOK_AGAIN_MS);
  return () => closeSync(fd);
}

function made(path: string): number {
  const fd = bindUnix(path);
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
  rmSync(path, { force: true });
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
