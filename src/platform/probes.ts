/**
 * Trying out, one by one, what the core needs of a system: each probe does the thing once and says how.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs';
import { isByteLocked, tryLockByte } from './descriptors.ts';
import { futexWait } from './futex.ts';
import { libc } from './libc.ts';
import { createMemory } from './memory-map.ts';
import { RobustList } from './robust-list.ts';

/** What became of one probe. */
export interface Probe {
  readonly name: string;
  /** What was done. */
  readonly tried: string;
  /** What the system said against it; undefined when it worked. */
  readonly refusal: string | undefined;
}

/** The same on every architecture since Linux 5.3. Source: asm-generic/unistd.h. */
const SYS_PIDFD_OPEN = 434;

/** Tries everything. Never throws. */
export function probeSystem(): Probe[] {
  return [
    probe('koffi', 'loaded, and the C library through it', () => void libc()),
    probe('futex', 'waited for a value that was another already', probeFutex),
    probe('robust futexes', "asked for this thread's list", () => void new RobustList()),
    probe('memfd', 'made one page and sealed its size', () => closeSync(createMemory('duodao-probe', 4096))),
    probe(
      'open-file locks',
      'locked a byte, saw it locked from another opening, and free after a close',
      probeLocks,
    ),
    probe('pidfd', 'opened one of this process', probePidfd),
  ];
}

function probe(name: string, tried: string, attempt: () => void): Probe {
  try {
    attempt();
    return { name, tried, refusal: undefined };
  } catch (error) {
    return { name, tried, refusal: error instanceof Error ? error.message : String(error) };
  }
}

function probeFutex(): void {
  const { address, buffer } = libc().alloc(8);
  new Int32Array(buffer)[0] = 1;
  // More than once, as the engine may make a call of its own before errno is asked.
  const ends = Array.from({ length: 3 }, () => futexWait(address, 2, 0));
  if (!ends.includes('changed')) throw new Error(`the wait ended as ${ends[0]}`);
}

function probeLocks(): void {
  const fd = createMemory('duodao-probe', 4096);
  try {
    const own = openSync(`/proc/self/fd/${fd}`, 'r+');
    const isTaken = tryLockByte(own, 0, 'exclusive') && isByteLocked(fd, 0);
    closeSync(own);
    if (!isTaken) throw new Error('the lock is not seen from another opening');
    if (isByteLocked(fd, 0)) throw new Error('the lock is still there after the close');
  } finally {
    closeSync(fd);
  }
}

function probePidfd(): void {
  const fd = libc().syscall(SYS_PIDFD_OPEN, process.pid, 0, 0, 0, 0, 0);
  if (fd < 0) throw new Error('the system has none');
  libc().close(fd);
}
