/**
 * What the kernel tells onlookers of processes and threads, through /proc.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { pidNamespace } from './processes.ts';

/** One tick of the kernel's clocks in /proc: USER_HZ is 100 on every Linux that Node.js runs on. */
export const TICK_MS = 10;

/** What the kernel knows of a process, or of one of its threads. */
export interface TaskFacts {
  /** R, S, D, T, Z … */
  readonly letter: string;
  readonly ppid: number;
  /** Time that it has had of CPUs; of a process: all of its threads together. */
  readonly cpuMs: number;
  /** As startTimeOf() gives it. */
  readonly startTime: number;
}

/** What the kernel knows of a process, or of its thread `tid`; undefined if it is gone. */
export function taskFactsOf(pid: number, tid?: number): TaskFacts | undefined {
  const text = textOf(tid === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may hold anything, so count from the last one: what follows is field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    letter: fields[0] ?? '',
    ppid: field(4),
    cpuMs: (field(14) + field(15)) * TICK_MS,
    startTime: field(22),
  };
}

/** The letters of all threads of a process; none if it is gone. */
export function threadLettersOf(pid: number): string[] {
  const tids = namesIn(`/proc/${pid}/task`) ?? [];
  return tids.flatMap((tid) => taskFactsOf(pid, Number(tid))?.letter ?? []);
}

/** Bytes of a process that are in memory now; undefined if it is gone. */
export function residentBytesOf(pid: number): number | undefined {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** The moment this system began, in milliseconds since 1970, to some 10 ms. */
export function bootMoment(): number {
  const uptimeMs = Number((textOf('/proc/uptime') ?? '').split(' ')[0]) * 1000;
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

// What is asked for here may be gone, or not for us, at any moment: undefined is the answer then.

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function namesIn(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function userOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

function inodeAt(path: string): number | undefined {
  try {
    const { ino, mode } = statSync(path);
    return (mode & 0o170000) === 0o100000 ? ino : undefined; // a regular file: nothing that opening could wait for
  } catch {
    return undefined;
  }
}
