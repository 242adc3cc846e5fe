/**
 * The kernel's table of processes, as /proc shows it: who they are, who started them, what their threads do, what
 * memory they hold.
 *
 * A pid alone names nobody for long: it is given out again when its process has ended and been asked for. With the
 * moment at which the process began it names it for good.
 *
 * Only the system's answer that something is not there counts as an end. Whatever else keeps us from reading, such as
 * too many open files, is thrown: nobody is to be thought dead for it.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';

/** A process, never mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot. */
  readonly startTime: number;
}

export interface ProcessEntry extends ProcessIdentity {
  readonly ppid: number;
  /** The letter the kernel shows for its first thread: R, S, D, T, Z … */
  readonly letter: string;
}

export interface ThreadEntry {
  readonly tid: number;
  readonly letter: string;
}

/** What the table says of a process; undefined if it is gone. */
export function entryOf(pid: number): ProcessEntry | undefined {
  const fields = statFields(`/proc/${pid}/stat`);
  if (!fields) return undefined;
  // From field 3 on: state, ppid, …, field 22: start time.
  return { pid, letter: fields[0] as string, ppid: Number(fields[1]), startTime: Number(fields[19]) };
}

/** All processes that this one can see. */
export function allProcesses(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) ? (entryOf(pid) ?? []) : [];
  });
}

/** The threads of a process; none if it is gone. */
export function threadsOf(pid: number): ThreadEntry[] {
  const tids = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return tids.flatMap((tid) => {
    const fields = statFields(`/proc/${pid}/task/${tid}/stat`);
    return fields ? { tid: Number(tid), letter: fields[0] as string } : [];
  });
}

/** What memory a process holds in RAM. */
export interface MemoryHeld {
  readonly residentBytes: number;
  /** The most it ever held. */
  readonly peakBytes: number;
}

/** The memory that a process holds, shared memory that it has touched included; undefined if it has ended. */
export function memoryHeld(pid: number): MemoryHeld | undefined {
  const status = unlessGone(() => readFileSync(`/proc/${pid}/status`, 'latin1'));
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status ?? '')?.[1]) * 1024;
  const held = { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
  // Who is dead, and only not asked for, has no such lines.
  return Number.isNaN(held.residentBytes) ? undefined : held;
}

/** Whether the letter is that of somebody who runs no more, and only waits to be asked how he ended. */
export function isDeadLetter(letter: string): boolean {
  return letter === 'Z' || letter === 'X';
}

/** Whether it still runs, and its number is not another one's. */
export function stillIs({ pid, startTime }: ProcessIdentity): boolean {
  const entry = entryOf(pid);
  return entry !== undefined && entry.startTime === startTime && !isDeadLetter(entry.letter);
}

/** The fields behind the name, which stands in parentheses and may hold anything: so from the last one on. */
function statFields(path: string): string[] | undefined {
  const stat = unlessGone(() => readFileSync(path, 'latin1'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function unlessGone<R>(read: () => R): R | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
