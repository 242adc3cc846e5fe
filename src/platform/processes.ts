/**
 * What the kernel knows of processes, and how it weighs them.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { DuodaoError } from '../base/index.ts';
import { ESRCH, refused } from './errno.ts';
import { libc } from './libc.ts';
import { entryOf } from './process-table.ts';

const PRIO_PROCESS = 0;
const MASK_BYTES = 128;

/** The pid namespace of this process. Thread ids mean nothing across two of them. */
export function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

/**
 * Does something to every thread of a process: by pid alone the kernel would do it to the first only. What a thread has
 * goes on to those that it starts, so we are through when a look finds no thread that we had not met.
 */
function toEachThread(pid: number, what: string, call: (tid: number) => number): void {
  const met: Set<string> = new Set();
  for (;;) {
    const tids = threadsOf(pid, what).filter((tid) => !met.has(tid));
    if (tids.length === 0) return;
    for (const tid of tids) {
      met.add(tid);
      // A thread that ended meanwhile needs nothing any more.
      if (call(Number(tid)) !== 0 && libc().errno() !== ESRCH) throw refused(what);
    }
  }
}

function threadsOf(pid: number, what: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (cause) {
    const facts = { errno: ESRCH, name: 'ESRCH' };
    throw new DuodaoError('unsupported', `${what}: there is no such process`, facts, { cause });
  }
}

/** Sets the niceness of every thread of a process. */
export function setNice(pid: number, nice: number): void {
  const c = libc();
  toEachThread(pid, `Cannot set niceness ${nice} on ${pid}`, (tid) => c.setpriority(PRIO_PROCESS, tid, nice));
}

/** The niceness of a process, −20 to 19. */
export function niceOf(pid: number): number {
  const nice = libc().getpriority(PRIO_PROCESS, pid);
  if (nice !== -1) return nice;
  // −1 is a niceness, and also how the call fails.
  const error = refused(`Cannot read the niceness of ${pid}`);
  if (!entryOf(pid)) throw error;
  return nice;
}

/** Binds every thread of a process to the given CPUs. */
export function setAffinity(pid: number, cpus: readonly number[]): void {
  const c = libc();
  const mask = new Uint8Array(MASK_BYTES);
  for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  toEachThread(pid, `Cannot bind ${pid} to CPUs ${cpus.join(', ')}`, (tid) =>
    c.sched_setaffinity(tid, MASK_BYTES, mask),
  );
}

/** The CPUs that this system runs on now. */
export function onlineCpus(): number[] {
  return readFileSync('/sys/devices/system/cpu/online', 'latin1')
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number) as [number, number?];
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** The CPUs that a process may use. */
export function affinityOf(pid: number): number[] {
  const mask = new Uint8Array(MASK_BYTES);
  if (libc().sched_getaffinity(pid, MASK_BYTES, mask) < 0) throw refused(`Cannot read the CPUs of ${pid}`);
  const cpus: number[] = [];
  for (let cpu = 0; cpu < MASK_BYTES * 8; cpu++)
    if ((mask[cpu >> 3] as number) & (1 << (cpu & 7))) cpus.push(cpu);
  return cpus;
}
