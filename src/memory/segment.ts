/**
 * Named segments: memory that unrelated programs of one user find by name.
 *
 * A segment is a file in /dev/shm, of mode 0600:
 *
 *     offset  size  field
 *     0       4     magic      written last
 *     4       4     abi
 *     8       8     dataBytes
 *     16      …     reserved up to 4096
 *     4096    …     data
 *
 * Who uses it holds a shared lock of the open file on byte 0; the kernel takes it back however he dies. So
 * whoever gets that lock exclusively knows that nobody lives in the segment: an opener then removes what the
 * dead have left, and the last who leaves removes the file.
 *
 * No half-made segment is ever visible: it is made under a name of its own, with all its memory reserved and its lock
 * held, and then linked to its final name in one step. Memory is reserved up front, as touching what a full /dev/shm
 * cannot give is a SIGBUS.
 *
 * Source: SQLite's dead-man switch (the DMS byte of wal.c), on open-file-description locks.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { DuodaoError, layout } from '../base/index.ts';
import {
  isByteLocked,
  mapMemory,
  reserveMemory,
  tryLockByte,
  unlockByte,
  viewMemory,
} from '../platform/index.ts';

const HEADER = layout('segment header', 16, { magic: [0, 'u32'], abi: [4, 'u32'], dataBytes: [8, 'f64'] });
const DATA_OFFSET = 4096;
/** How many bytes of data one segment can have. */
export const SEGMENT_LIMIT_BYTES: number = 2 ** 31 - 65536;
const MAGIC = 0x6d616475;
const ABI = 1;
const LIFE_BYTE = 0;
const FOLDER = '/dev/shm';
const PREFIX = 'duodao-segment-';
const NAME = /^[A-Za-z0-9._-]{1,128}$/;
const TRIES = 1000;

/** An open segment. */
export interface Segment {
  readonly path: string;
  readonly fd: number;
  /** The data, as an ArrayBuffer of its own. It stays mapped for as long as this process lives. */
  readonly data: ArrayBuffer;
}

function pathOf(name: string): string {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new RangeError(
      'Cannot name shared memory as its name must be 1 to 128 letters, digits, dots, dashes or underscores: ' +
        `it is "${name}"`,
    );
  }
  return `${FOLDER}/${PREFIX}${userInfo().uid}-${name}`;
}

/**
 * Opens the segment with this name, or makes it with so many bytes. Undefined if there is none and none is to be
 * made.
 */
export function openSegment(name: string, bytesIfMade?: number): Segment | undefined {
  const path = pathOf(name);
  for (let tries = 0; tries < TRIES; tries++) {
    const found = tryOpen(path);
    if (found === 'again') continue;
    if (found) return found;
    if (bytesIfMade === undefined) return undefined;
    const made = tryMake(path, bytesIfMade);
    if (made) return made;
  }
  throw new DuodaoError('broken', `Cannot open ${path}: others make and remove it all the time`, { path });
}

function tryOpen(path: string): Segment | 'again' | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new DuodaoError('unsafe', `Cannot open ${path}: the system says ${code}`, { path });
  }
  try {
    checkOwner(path, fd);
    const opened = enter(path, fd);
    if (opened === 'again') closeSync(fd);
    return opened;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function isOurs(fd: number): boolean {
  const { uid, mode } = fstatSync(fd);
  return uid === userInfo().uid && (mode & 0o077) === 0 && (mode & constants.S_IFMT) === constants.S_IFREG;
}

/** A file that another user could have put there, or could look into, is not ours to trust. */
function checkOwner(path: string, fd: number): void {
  if (isOurs(fd)) return;
  throw new DuodaoError(
    'unsafe',
    `Cannot use ${path}: it belongs to another user, or others may look into it`,
    { path },
  );
}

function enter(path: string, fd: number): Segment | 'again' {
  if (tryLockByte(fd, LIFE_BYTE, 'exclusive')) {
    // Nobody lives in it. Those who come now wait for us to be done: they get no lock.
    if (isAt(path, fd)) unlinkSync(path);
    return 'again';
  }
  if (!tryLockByte(fd, LIFE_BYTE, 'shared')) return 'again'; // somebody is just looking whether it is dead
  if (!isAt(path, fd)) return 'again';
  return segmentOf(path, fd);
}

/** Whether the path still leads to the open file. */
function isAt(path: string, fd: number): boolean {
  try {
    return statSync(path).ino === fstatSync(fd).ino;
  } catch {
    return false; // it was removed: that is the answer
  }
}

function segmentOf(path: string, fd: number): Segment {
  const { size } = fstatSync(fd);
  if (size <= DATA_OFFSET) throw foreign(path, `it holds ${size} bytes`);
  // Read, not mapped: what is not ours could be cut short meanwhile, and a mapping is there for good.
  const header = new ArrayBuffer(HEADER.sizeBytes);
  readSync(fd, new Uint8Array(header), 0, HEADER.sizeBytes, 0);
  const words = new Uint32Array(header);
  const dataBytes = new Float64Array(header)[HEADER.dataBytes / 8] as number;
  if (words[HEADER.magic / 4] !== MAGIC) throw foreign(path, 'it does not begin like one of ours');
  if (words[HEADER.abi / 4] !== ABI)
    throw foreign(path, `it has layout ${words[HEADER.abi / 4]}, this duodao has ${ABI}`);
  const isSize = Number.isInteger(dataBytes) && dataBytes >= 1 && dataBytes <= SEGMENT_LIMIT_BYTES;
  if (!isSize || DATA_OFFSET + dataBytes > size) throw foreign(path, 'its size is not what it says');
  const address = mapMemory(fd, DATA_OFFSET + dataBytes);
  return { path, fd, data: viewMemory(address + DATA_OFFSET, dataBytes) };
}

function foreign(path: string, why: string): DuodaoError {
  return new DuodaoError('protocol', `Cannot use ${path} as shared memory: ${why}`, { path });
}

/** Makes the segment; undefined if somebody else was faster. */
function tryMake(path: string, dataBytes: number): Segment | undefined {
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(draft, flags, 0o600);
  try {
    tryLockByte(fd, LIFE_BYTE, 'shared'); // ours alone so far, but for a sweep that takes us for dead: see below
    reserveMemory(fd, DATA_OFFSET + dataBytes);
    const header = viewMemory(mapMemory(fd, DATA_OFFSET), HEADER.sizeBytes);
    new Float64Array(header)[HEADER.dataBytes / 8] = dataBytes;
    const words = new Uint32Array(header);
    words[HEADER.abi / 4] = ABI;
    Atomics.store(words, HEADER.magic / 4, MAGIC);
    linkSync(draft, path);
    return segmentOf(path, fd);
  } catch (error) {
    closeSync(fd);
    // Somebody has made it meanwhile, or a sweep came between our opening and our locking: look again.
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Leaves the segment. The last one removes it. */
export function leaveSegment({ path, fd }: Segment): void {
  if (tryLockByte(fd, LIFE_BYTE, 'exclusive') && isAt(path, fd)) unlinkSync(path);
  unlockByte(fd, LIFE_BYTE);
  closeSync(fd);
}

/** A segment of this user, as it is found from outside. */
export interface FoundSegment {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether anybody lives in it; if not, it was left by the dead. */
  readonly isInUse: boolean;
}

/** All segments of this user. Changes nothing. */
export function findSegments(): FoundSegment[] {
  return forEachSegment((name, path, fd) => {
    return { name, path, sizeBytes: fstatSync(fd).size, isInUse: isByteLocked(fd, LIFE_BYTE) };
  });
}

/** Removes what programs of this user that are dead have left. Gives the names of what it removed. */
export function sweepSegments(): string[] {
  return forEachSegment((name, path, fd) => {
    if (!tryLockByte(fd, LIFE_BYTE, 'exclusive') || !isAt(path, fd)) return undefined;
    unlinkSync(path);
    return name;
  });
}

/** Does something with each segment that is safely ours; with one that is just being removed, nothing. */
function forEachSegment<R>(act: (name: string, path: string, fd: number) => R | undefined): R[] {
  const prefix = `${PREFIX}${userInfo().uid}-`;
  const results: R[] = [];
  const files = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  for (const file of files.filter((name) => name.startsWith(prefix))) {
    const path = `${FOLDER}/${file}`;
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      continue; // somebody else was faster, or it is not ours
    }
    try {
      const result = isOurs(fd) ? act(file.slice(prefix.length), path, fd) : undefined;
      if (result !== undefined) results.push(result);
    } finally {
      closeSync(fd);
    }
  }
  return results;
}
