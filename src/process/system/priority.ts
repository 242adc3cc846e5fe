/**
 * How the kernel weighs a process against others, and on which CPUs it runs it.
 *
 * Both belong to threads, and a Node.js process has eleven or more: the kernel is told for each of them. Threads that
 * start later have what the thread has that starts them, so a process that sets its own at its very beginning, by the
 * same functions with `process.pid`, has it for good. Niceness weighs threads against those of the same session only,
 * where the kernel groups by session (autogroup), and only while they want the same CPU.
 *
 * A process whose end nobody has asked for yet can still be weighed, says the kernel; to us it has ended.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import {
  affinityOf as cpusOf,
  niceOf as niceNow,
  onlineCpus,
  setAffinity as bind,
  setNice,
} from '../../platform/index.ts';
import { identityOf } from '../identity.ts';

const NICEST = 19;
const LEAST_NICE = -20;

/** Refuses what is no niceness. */
export function checkNice(nice: number): void {
  if (typeof nice !== 'number')
    throw new TypeError(`Cannot set a niceness as it must be a number: current value is ${String(nice)}`);
  if (Number.isInteger(nice) && nice >= LEAST_NICE && nice <= NICEST) return;
  throw new RangeError(
    `Cannot set a niceness as it must be a whole number from ${LEAST_NICE} to ${NICEST}: current value is ${nice}`,
  );
}

/**
 * Sets the niceness of every thread of a process: 19 gives way to everybody, −20 to nobody.
 *
 * @throws DuodaoError `exited` when the process has ended, `unsupported` when this one lacks the right.
 */
export function renice(pid: number, nice: number): void {
  checkNice(nice);
  ofLiving(pid, () => setNice(pid, nice), rightToRenice);
}

/** The niceness of a process, −20 to 19. @throws DuodaoError `exited` when it has ended. */
export function niceOf(pid: number): number {
  return ofLiving(pid, () => niceNow(pid));
}

/** Refuses what is no list of CPUs, or names one that this system does not run on. */
export function checkAffinity(cpus: readonly number[]): void {
  if (!Array.isArray(cpus))
    throw new TypeError(
      `Cannot bind a process to CPUs as they must be an array of numbers: current value is ${String(cpus)}`,
    );
  if (cpus.length === 0)
    throw new RangeError('Cannot bind a process to CPUs as there must be one at least: current value is []');
  const online = onlineCpus();
  const wrong = cpus.findIndex((cpu) => !online.includes(cpu));
  if (wrong >= 0)
    throw new RangeError(
      `Cannot bind a process to CPUs as each must be one of ${online.join(', ')}: ` +
        `current value is ${String(cpus[wrong])}`,
    );
}

/**
 * Binds every thread of a process to some of the CPUs.
 *
 * @throws DuodaoError `exited` when the process has ended; `unsupported` when this one lacks the right, or when the
 * system keeps some of these CPUs from the process: then it is bound to the others.
 */
export function setAffinity(pid: number, cpus: readonly number[]): void {
  checkAffinity(cpus);
  ofLiving(pid, () => bind(pid, cpus), rightToBind);
  const given = affinityOf(pid);
  const withheld = cpus.filter((cpu) => !given.includes(cpu));
  if (withheld.length === 0) return;
  throw new DuodaoError(
    'unsupported',
    `Cannot bind process ${pid} to CPU ${withheld.join(', ')}: its control group (cpuset) leaves it ` +
      given.join(', '),
    { pid, withheld: withheld.join(','), given: given.join(',') },
  );
}

/** The CPUs that a process may use. @throws DuodaoError `exited` when it has ended. */
export function affinityOf(pid: number): number[] {
  return ofLiving(pid, () => cpusOf(pid));
}

/** Does something to a process, and says of a refusal what it is about. */
function ofLiving<R>(pid: number, step: () => R, right?: (refusal: string) => string): R {
  try {
    identityOf(pid);
    return step();
  } catch (cause) {
    if (!(cause instanceof DuodaoError) || cause.code === 'exited') throw cause;
    identityOf(pid); // it may have ended meanwhile
    const { name } = cause.facts;
    if (!right || (name !== 'EACCES' && name !== 'EPERM')) throw cause;
    throw new DuodaoError(
      'unsupported',
      `${cause.message}: ${right(name)}`,
      { ...cause.facts, pid },
      { cause },
    );
  }
}

const OTHERS = 'it belongs to another user, which needs the right CAP_SYS_NICE';

function rightToRenice(refusal: string): string {
  return refusal === 'EACCES'
    ? 'to lower a niceness needs the right CAP_SYS_NICE, which root has, or a higher limit RLIMIT_NICE (ulimit -e)'
    : OTHERS;
}

function rightToBind(): string {
  return OTHERS;
}
