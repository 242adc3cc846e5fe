/**
 * Stopping one process and having it go on, again and again: what sharing a CPU by time is made of.
 *
 * For a thread that does nothing else, as it blocks until the process stands.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { entryOf, isDeadLetter, isStoppedLetter, signalProcess, threadCpuMs } from '../../platform/index.ts';
import { identityOf, type ProcessIdentity } from '../identity.ts';
import { stop } from './suspend.ts';

/** Guards are held for tens of nanoseconds: a process that is found inside again and again is being worked on. */
const TRIES = 20;
const nobody: Int32Array = new Int32Array(new SharedArrayBuffer(4));

export class Brake {
  readonly #target: ProcessIdentity;

  /** @throws DuodaoError `exited` when there is no such process. */
  constructor(pid: number) {
    this.#target = identityOf(pid);
  }

  get pid(): number {
    return this.#target.pid;
  }

  /**
   * Stops it at a place where none of its threads is inside a guard. False when that did not come about: it runs on.
   */
  stop(): boolean {
    try {
      for (let tries = 1; tries <= TRIES; tries++) {
        if (stop(this.#target) === '') return true;
        Atomics.wait(nobody, 0, 0, 1);
      }
      return false;
    } catch (error) {
      if (error instanceof DuodaoError && error.code === 'exited') return false;
      throw error;
    }
  }

  /** Has it go on. Of no effect on one that has ended. */
  go(): void {
    signalProcess(this.#target, 'SIGCONT');
  }

  /** CPU time that it has had, in ms; undefined once it has ended. */
  get cpuMs(): number | undefined {
    return threadCpuMs(this.#target.pid);
  }

  /** What the kernel says that its main thread does. */
  get kernelState(): 'running' | 'sleeping' | 'stopped' | 'gone' {
    const entry = entryOf(this.#target.pid);
    if (!entry || entry.startTime !== this.#target.startTime || isDeadLetter(entry.letter)) return 'gone';
    if (isStoppedLetter(entry.letter)) return 'stopped';
    return entry.letter === 'R' ? 'running' : 'sleeping';
  }
}
