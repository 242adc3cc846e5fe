/**
 * What the kernel tells onlookers of processes and threads, through /proc. Who only looks on takes what he can get:
 * what is not shown counts as gone here, as it must not where somebody's death is in question (process-table.ts).
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { entryOf, memoryHeld, type ProcessEntry, threadsOf } from './process-table.ts';
import { pidNamespace } from './processes.ts';

/** What the kernel knows of a process, or of its thread `tid`; undefined if it is gone, or cannot be looked at. */
export function taskFactsOf(pid: number, tid?: number): ProcessEntry | undefined {
  return ifShown(() => entryOf(pid, tid));
}

/** The letter the kernel shows for a process: R, S, D, T, Z …; undefined if it is gone, or cannot be looked at. */
export function stateLetterOf(pid: number): string | undefined {
  return taskFactsOf(pid)?.letter;
}

/** The letters of all threads of a process; none if it is gone. */
export function threadLettersOf(pid: number): string[] {
  return (ifShown(() => threadsOf(pid)) ?? []).map(({ letter }) => letter);
}

/** Bytes of a process that are in memory now; undefined if it is gone. */
export function residentBytesOf(pid: number): number | undefined {
  return ifShown(() => memoryHeld(pid))?.residentBytes;
}

/** The moment this system began, in milliseconds since 1970, to some 10 ms. */
export function bootMoment(): number {
  const uptimeMs = Number((ifShown(() => readFileSync('/proc/uptime', 'latin1')) ?? '').split(' ')[0]) * 1000;
  return Math.round(Date.now() - uptimeMs);
}

/** A descriptor of a process. */
export interface DescriptorPlace {
  readonly pid: number;
  readonly path: string;
  readonly inode: number;
}

/** Descriptors that lead to memory without a name that was made with this label (see createMemory). */
export interface FoundMemory {
  readonly places: readonly DescriptorPlace[];
  /** Processes of this user whose descriptors the system did not show: of other namespaces, or protected ones. */
  readonly refused: number;
}

/** Finds memory in the descriptors of all processes of this user and this pid namespace. */
export function findMemory(label: string): FoundMemory {
  const places: DescriptorPlace[] = [];
  let refused = 0;
  const [user, namespace] = [process.getuid?.(), pidNamespace()];
  for (const name of namesIn('/proc') ?? []) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || userOf(pid) !== user) continue;
    const found = linkOf(`/proc/${pid}/ns/pid`) === namespace ? memoryOf(pid, label) : undefined;
    if (found) places.push(...found);
    else if (!['Z', 'X', undefined].includes(taskFactsOf(pid)?.letter)) refused++;
  }
  return { places, refused };
}

function memoryOf(pid: number, label: string): DescriptorPlace[] | undefined {
  return namesIn(`/proc/${pid}/fd`)?.flatMap((fd) => {
    const path = `/proc/${pid}/fd/${fd}`;
    // Deleted, as the system says of all memory without a name.
    if (linkOf(path) !== `/memfd:${label} (deleted)`) return [];
    const inode = inodeAt(path);
    return inode === undefined ? [] : [{ pid, path, inode }];
  });
}

function namesIn(path: string): string[] | undefined {
  return ifShown(() => readdirSync(path));
}

function linkOf(path: string): string | undefined {
  return ifShown(() => readlinkSync(path));
}

function userOf(pid: number): number | undefined {
  return ifShown(() => statSync(`/proc/${pid}`).uid);
}

function inodeAt(path: string): number | undefined {
  const found = ifShown(() => statSync(path));
  // A regular file: nothing that opening could wait for.
  return found?.isFile() ? found.ino : undefined;
}

/** What is asked for here may be gone, or not for us, at any moment: undefined is the answer then. */
function ifShown<R>(read: () => R): R | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
