/**
 * File descriptors beneath what `node:fs` offers: pipes without a name, flags, deadly signals, open-file locks.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { assert, DuodaoError } from '../base/index.ts';
import { EAGAIN, refused } from './errno.ts';
import { libc } from './libc.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const FD_CLOEXEC = 1;
const O_ASYNC = 0o20000;
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = constants.O_NONBLOCK;
const SIGNALS = { SIGKILL: 9, SIGTERM: 15 } as const;
const POLLIN = 1;
const POLLHUP = 16;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** Makes a pipe without a name, both ends close-on-exec and non-blocking. */
export function makePipe(): { readonly readFd: number; readonly writeFd: number } {
  const fds = new Int32Array(2);
  if (libc().pipe2(fds, O_CLOEXEC | O_NONBLOCK) !== 0) throw refused('Cannot make a pipe');
  return { readFd: fds[0] as number, writeFd: fds[1] as number };
}

/** Closes an end of a pipe of {@link makePipe}: Node.js has no part in it, and would say so in a worker thread. */
export function closeDescriptor(fd: number): void {
  libc().close(fd);
}

/** As makePipe(), but both ends are closed when this thread ends, however it ends. */
export function makeThreadPipe(): { readonly readFd: number; readonly writeFd: number } {
  const { readFd, writeFd } = makePipe();
  try {
    // What a worker thread opened through Node.js, and did not close, Node.js closes when the thread is gone.
    return { readFd: reopen('self', readFd, 'read'), writeFd: reopen('self', writeFd, 'write') };
  } finally {
    libc().close(readFd);
    libc().close(writeFd);
  }
}

/**
 * Opens a descriptor of a process anew, ours or another's of the same user: a description of its own.
 *
 * @param inode - Where it must lead to. The process may be gone, and its number be another one's.
 */
export function reopen(
  pid: number | 'self',
  fd: number,
  direction: 'read' | 'write',
  inode?: number,
): number {
  const flags = direction === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
  // Node opens close-on-exec by itself.
  const opened = openSync(`/proc/${pid}/fd/${fd}`, flags | O_NONBLOCK);
  if (inode === undefined || inodeOf(opened) === inode) return opened;
  closeSync(opened);
  throw strange(pid, fd);
}

/**
 * Opens the read end of a pipe anew, for a socket of Node.js to have and to close.
 *
 * Not through Node.js: it closes what a worker thread opened when the thread ends, does not see that a socket has
 * closed it before, and would close whatever another thread has opened since under the same number.
 */
export function reopenForSocket(pid: number | 'self', fd: number, inode: number): number {
  const c = libc();
  const opened = c.open(`/proc/${pid}/fd/${fd}`, constants.O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  if (opened < 0) throw refused(`Cannot open descriptor ${fd} of process ${pid}`, 'broken');
  if (inodeOf(opened) === inode) return opened;
  c.close(opened);
  throw strange(pid, fd);
}

function strange(pid: number | 'self', fd: number): DuodaoError {
  return new DuodaoError('broken', `Descriptor ${fd} of process ${pid} is not what it was any more`, { fd });
}

/** Keeps the descriptor from the programs that this process starts. */
export function closeOnExec(fd: number): void {
  if (libc().fcntl(fd, F_SETFD, FD_CLOEXEC) !== 0)
    throw refused(`Cannot mark descriptor ${fd} close-on-exec`);
}

const oneByte: Uint8Array = new Uint8Array(1);

/** Writes one byte. False when the other side is gone; a full pipe is a success, as it rings already. */
export function writeByte(fd: number): boolean {
  const c = libc();
  return c.write(fd, oneByte, 1) === 1 || c.errno() === EAGAIN;
}

/**
 * Has the kernel send this process a signal, SIGKILL if it is not said, as soon as the last writer of the pipe is gone:
 * busy or stopped as it may be.
 *
 * The owner and the signal belong to the open description, so `fd` must be one that only this process holds.
 * PR_SET_PDEATHSIG would be shorter, but it fires when the *thread* that spawned us ends.
 */
export function dieWithWritersOf(fd: number, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  const c = libc();
  const failed =
    c.fcntl(fd, F_SETOWN, process.pid) !== 0 ||
    c.fcntl(fd, F_SETSIG, SIGNALS[signal]) !== 0 ||
    c.fcntl(fd, F_SETFL, c.fcntl(fd, F_GETFL, 0) | O_ASYNC) !== 0;
  if (failed) throw refused('Cannot tie the life of this process to its parent');
  // The last writer may have gone before we were armed.
  if (hasHungUp(fd)) process.kill(process.pid, signal);
}

/** Whether the last writer of the pipe is gone. */
export function hasHungUp(fd: number): boolean {
  const request = new Uint8Array(8);
  const words = new DataView(request.buffer);
  words.setInt32(0, fd, true);
  words.setInt16(4, POLLIN, true);
  return libc().poll(request, 1, 0) > 0 && (words.getInt16(6, true) & POLLHUP) !== 0;
}

/**
 * Takes the lock of a whole file, or of a folder, for this open description, whatever the descriptor may do with it. It
 * is released as that of a byte is, and is another lock.
 */
export function tryLockFile(fd: number): boolean {
  return libc().flock(fd, LOCK_EX | LOCK_NB) === 0;
}

function rangeLock(type: number, offset: number): Uint8Array {
  // struct flock: short l_type, short l_whence, (4 bytes of padding), off_t l_start, off_t l_len, pid_t l_pid
  const bytes = new Uint8Array(32);
  const words = new DataView(bytes.buffer);
  words.setInt16(0, type, true);
  words.setBigInt64(8, BigInt(offset), true);
  words.setBigInt64(16, 1n, true);
  return bytes;
}

let flock: { readonly address: number; readonly buffer: ArrayBuffer } | undefined;

function lockCommand(
  fd: number,
  command: number,
  request: Uint8Array,
): { answer: number; result: Uint8Array } {
  const c = libc();
  flock ??= c.alloc(request.length);
  const result = new Uint8Array(flock.buffer);
  result.set(request);
  return { answer: c.fcntl(fd, command, flock.address), result };
}

/**
 * Takes a lock on one byte of the file for this open description. It is released when the last descriptor
 * of the description closes, however its processes end. An inherited descriptor shares the description: reopen
 * it first.
 */
export function tryLockByte(fd: number, offset: number, mode: 'shared' | 'exclusive'): boolean {
  const type = mode === 'shared' ? F_RDLCK : F_WRLCK;
  return lockCommand(fd, F_OFD_SETLK, rangeLock(type, offset)).answer === 0;
}

/** Gives the lock on the byte back. */
export function unlockByte(fd: number, offset: number): void {
  lockCommand(fd, F_OFD_SETLK, rangeLock(F_UNLCK, offset));
}

/** Whether another open description holds a lock on the byte. */
export function isByteLocked(fd: number, offset: number): boolean {
  const { answer, result } = lockCommand(fd, F_OFD_GETLK, rangeLock(F_WRLCK, offset));
  assert(answer === 0, `descriptor ${fd} can be asked for locks`);
  return new DataView(result.buffer).getInt16(0, true) !== F_UNLCK;
}

/**
 * The inode that a descriptor leads to.
 *
 * In big integers, for the sake of others: Node.js keeps the last answer in plain numbers, and a later realpathSync()
 * with a cache, as of each import, believes it to be of the path that it is at. After that of a pipe it resolves no
 * symbolic links any more (Node.js 20: `isFileType(statValues, S_IFIFO)` in lib/fs.js), so that a package behind a link
 * is loaded twice.
 */
export function inodeOf(fd: number): number {
  return Number(fstatSync(fd, { bigint: true }).ino);
}
