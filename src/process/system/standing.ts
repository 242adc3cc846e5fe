/**
 * Waiting until processes stand that were sent SIGSTOP: each of their threads comes to it by itself.
 *
 * It blocks this thread, on purpose: see suspend.ts. A thread that the system is busy with (D) comes to stand late, one
 * that somebody continues never, so the wait is bounded, and tells.
 *
 * @module
 */
import {
  isDeadLetter,
  isStoppedLetter,
  type ProcessIdentity,
  type ThreadEntry,
  threadsOf,
} from '../../platform/index.ts';

const LOOKS = 60;
/** From this look on the CPU is left to others for a while first: to the threads that are to come to stand. */
const FIRST_NAP = 3;

const nobody: Int32Array = new Int32Array(new SharedArrayBuffer(4));

/** Whether the thread is stopped: by a signal, or by a debugger. */
export function stands({ letter }: ThreadEntry): boolean {
  return isStoppedLetter(letter);
}

/** The threads of a process that have not ended. */
export function livingThreads(pid: number): ThreadEntry[] {
  return threadsOf(pid).filter(({ letter }) => !isDeadLetter(letter));
}

/** Waits until no thread of these processes runs; true if it came to that. */
export function standStill(processes: readonly ProcessIdentity[]): boolean {
  let moving = processes;
  for (let look = 0; look < LOOKS && moving.length > 0; look++) {
    if (look >= FIRST_NAP) Atomics.wait(nobody, 0, 0, 1);
    moving = moving.filter(({ pid }) => !livingThreads(pid).every(stands));
  }
  return moving.length === 0;
}
