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

/** One tick of the kernel's clocks in /proc: USER_HZ is 100 on every Linux that Node.js runs on. */
export const TICK_MS = 10;

export interface ProcessEntry extends ProcessIdentity {
  readonly ppid: number;
  /** The letter the kernel shows for its first thread, or for the thread that was asked for: R, S, D, T, Z … */
  readonly letter: string;
  /** Time that it has had of CPUs; of a process: all of its threads together. */
  readonly cpuMs: number;
}

export interface ThreadEntry {
  readonly tid: number;
  readonly letter: string;
}

/** What the table says of a process, or of its thread `tid`; undefined if it is gone. */
export function entryOf(pid: number, tid?: number): ProcessEntry | undefined {
  const path = tid === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`;
  const stat = unlessGone(() => readFileSync(path, 'latin1'));
  // The name stands in parentheses and may hold anything: so from the last one on, which is field 3.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    letter: fields[0] as string,
    ppid: field(4),
    cpuMs: (field(14) + field(15)) * TICK_MS,
    startTime: field(22),
  };
}

/**
 * The moment a process began, in clock ticks since boot: with the pid it names a process for good. 0 if it is gone.
 *
 * @throws What the system says when it cannot be looked up: that is no proof that it is gone.
 */
export function startTimeOf(pid: number): number {
  return entryOf(pid)?.startTime ?? 0;
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
    const entry = entryOf(pid, Number(tid));
    return entry ? { tid: Number(tid), letter: entry.letter } : [];
  });
}

/** What memory a process holds in RAM. */
/**
 * Milliseconds of CPU that the main thread of a process has had, exact to the microsecond where the kernel keeps its
 * schedstat, else to the clock tick; undefined if it is gone.
 */
export function threadCpuMs(pid: number): number | undefined {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/schedstat`, 'latin1'));
  const nanoseconds = text === undefined ? Number.NaN : Number.parseInt(text, 10);
  return Number.isNaN(nanoseconds) || nanoseconds === 0 ? entryOf(pid, pid)?.cpuMs : nanoseconds / 1e6;
}

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

/** Whether the letter is that of somebody who is stopped: by a signal, or by a debugger. */
export function isStoppedLetter(letter: string): boolean {
  return letter === 'T' || letter === 't';
}

/** Whether it still runs, and its number is not another one's. */
export function stillIs({ pid, startTime }: ProcessIdentity): boolean {
  const entry = entryOf(pid);
  return entry !== undefined && entry.startTime === startTime && !isDeadLetter(entry.letter);
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
