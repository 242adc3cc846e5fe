/**
 * Stopping a process, and having it go on.
 *
 * SIGSTOP falls anywhere, also while a thread is inside a guard of shared memory; then everybody who wants that guard
 * would stand as well. So once all threads of the process stand, the guards are looked through; if one of them is
 * inside, the process goes on for a moment and is stopped anew. Guards are held for tens of nanoseconds at a time, so a
 * few tries do. Locks that programs hold are another matter: the process keeps those while it stands.
 *
 * From SIGSTOP to the verdict this thread does nothing else, not even turn its event loop: code of the same thread that
 * came between could want the very guard that the process stands in, and never get back here to let it go on. That is
 * a millisecond, rarely a few. Between two tries the event loop turns.
 *
 * Nothing waits for ever. Threads that do not come to stand (the system is busy with them, or somebody else continues
 * the process) are a failed try, too; after the last one the process is left running. An end meanwhile is told as such.
 *
 * @module
 */
import { setTimeout as later } from 'node:timers/promises';
import { DuodaoError } from '../../base/index.ts';
import { here, isInsideGuard } from '../../memory/index.ts';
import { entryOf, type ProcessIdentity, signalProcess, type ThreadEntry } from '../../platform/index.ts';
import { ended, identityOf } from '../identity.ts';
import { livingThreads, standStill, stands } from './standing.ts';

const TRIES = 50;
/** Between two tries it must get out of its guard, which may be in the middle of a repair. */
const LONGEST_PAUSE_MS = 10;

/**
 * Stops every thread of a process, at a place where none is inside a guard of shared memory.
 *
 * @throws DuodaoError `exited` when it has ended, `timed-out` when it could not be stopped and runs on, `unsupported`
 * when it is another user's.
 */
export async function suspend(pid: number): Promise<void> {
  if (pid === process.pid)
    throw new TypeError(`Cannot suspend this process as nobody would resume it: current value is ${pid}`);
  const target = identityOf(pid);
  here(); // to take our place in the tree needs guards: not when the process may stand in one
  let why = '';
  for (let tries = 1; tries <= TRIES; tries++) {
    why = stop(target);
    if (why === '') return;
    await later(Math.min(tries, LONGEST_PAUSE_MS));
  }
  throw new DuodaoError('timed-out', `Cannot suspend process ${pid}: at each of ${TRIES} tries ${why}`, {
    pid,
    tries: TRIES,
  });
}

/** Has a process go on, and resolves when no thread of it stands. @throws DuodaoError as suspend(). */
export async function resume(pid: number): Promise<void> {
  const target = identityOf(pid);
  for (let tries = 1; tries <= TRIES; tries++) {
    send(target, 'SIGCONT', 'resume');
    // A thread that a debugger holds (t) is the debugger's.
    if (living(target).every(({ letter }) => letter !== 'T')) return;
    await later(Math.min(tries, LONGEST_PAUSE_MS));
  }
  throw new DuodaoError('timed-out', `Cannot resume process ${pid}: somebody stops it again and again`, {
    pid,
    tries: TRIES,
  });
}

/** Whether no thread of the process runs, as it is stopped. False when it has ended. */
export function isSuspended(pid: number): boolean {
  const threads = livingThreads(pid);
  return threads.length > 0 && threads.every(stands);
}

/** Stops the process, or says why it runs on. Blocks this thread meanwhile: a millisecond, rarely a few. */
export function stop(target: ProcessIdentity): string {
  let why = 'it could not be looked at';
  try {
    send(target, 'SIGSTOP', 'suspend');
    const isStanding = standStill([target]);
    const tids = new Set(living(target).map(({ tid }) => tid));
    if (!isStanding) why = 'not all of its threads came to stand';
    else why = isInsideGuard(tids) ? 'a thread of it was inside a guard of shared memory' : '';
    return why;
  } finally {
    if (why !== '') signalProcess(target, 'SIGCONT');
  }
}

/** The threads of the process that have not ended. */
function living(target: ProcessIdentity): ThreadEntry[] {
  const threads = livingThreads(target.pid);
  if (threads.length === 0 || entryOf(target.pid)?.startTime !== target.startTime) throw ended(target.pid);
  return threads;
}

function send(target: ProcessIdentity, signal: NodeJS.Signals, action: string): void {
  const answer = signalProcess(target, signal);
  if (answer === 'gone') throw ended(target.pid);
  if (answer === 'refused') throw refused(target.pid, action);
}

function refused(pid: number, action: string): DuodaoError {
  const why = 'it belongs to another user, which needs the right CAP_KILL';
  return new DuodaoError('unsupported', `Cannot ${action} process ${pid}: ${why}`, { pid });
}
