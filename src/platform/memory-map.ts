/**
 * Memory that several processes map: sparse, sealed, without a name that could be left behind.
 *
 * A memfd lives as long as somebody holds a descriptor or a mapping of it; its pages cost nothing until they
 * are touched, and read as zeros. It is sealed against growing and shrinking, so no peer can make an access fault.
 *
 * @module
 */
import { fstatSync } from 'node:fs';
import { assert, DuodaoError } from '../base/index.ts';
import { refused } from './errno.ts';
import { libc } from './libc.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const F_SEAL_SEAL = 1;
const F_SEAL_SHRINK = 2;
const F_SEAL_GROW = 4;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_NORESERVE = 0x4000;
const MAP_FAILED = -1;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** The longest view that is safe to make: V8 aborts the process on far longer ones. */
export const VIEW_LIMIT_BYTES: number = 2 ** 31 - 4096;

/** Makes zeroed shared memory of a fixed size and gives its descriptor, close-on-exec. */
export function createMemory(label: string, sizeBytes: number): number {
  const c = libc();
  const fd = c.memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) throw refused('Cannot create shared memory');
  if (c.ftruncate(fd, sizeBytes) !== 0)
    throw givenUp(fd, refused(`Cannot size shared memory to ${sizeBytes} bytes`, 'no-space'));
  if (c.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) !== 0) {
    throw givenUp(fd, refused('Cannot seal shared memory'));
  }
  return fd;
}

function givenUp(fd: number, error: DuodaoError): DuodaoError {
  libc().close(fd);
  return error;
}

/** Maps the memory behind `fd` and gives the address. It is never unmapped: the kernel may still look at it. */
export function mapMemory(fd: number, sizeBytes: number): number {
  const c = libc();
  const pointer = c.mmap(null, sizeBytes, PROT_READ_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  const address = c.addressOf(pointer);
  if (address === MAP_FAILED || address <= 0 || address >= 2 ** 52) {
    throw refused(`Cannot map ${sizeBytes} bytes of shared memory`, 'no-space');
  }
  return address;
}

/** An ArrayBuffer of its own over mapped memory. */
export function viewMemory(address: number, sizeBytes: number): ArrayBuffer {
  if (sizeBytes > VIEW_LIMIT_BYTES) {
    throw new DuodaoError(
      'no-space',
      `One object can hold ${VIEW_LIMIT_BYTES} bytes at most, not ${sizeBytes}`,
      {
        sizeBytes,
        limitBytes: VIEW_LIMIT_BYTES,
      },
    );
  }
  assert(address % 8 === 0 && sizeBytes > 0, 'a view is aligned to 8 bytes and not empty');
  return libc().view(address, sizeBytes);
}

/**
 * Gives a file its size, with all its memory reserved: touching what a full file system cannot give would be a SIGBUS.
 *
 * @throws DuodaoError `no-space`.
 */
export function reserveMemory(fd: number, sizeBytes: number): void {
  if (libc().fallocate(fd, 0, 0, sizeBytes) !== 0)
    throw refused(`Cannot reserve ${sizeBytes} bytes`, 'no-space');
}

/** How many bytes the memory behind a descriptor has. */
export function sizeOf(fd: number): number {
  return fstatSync(fd).size;
}

/** Gives pages back to the system; they read as zeros afterwards. */
export function punchHole(fd: number, offsetBytes: number, sizeBytes: number): void {
  if (libc().fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offsetBytes, sizeBytes) !== 0) {
    throw refused('Cannot give pages of shared memory back');
  }
}
