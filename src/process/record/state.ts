/**
 * What a process or thread of this program is doing at this moment, as its starter sees it.
 *
 * Its record says how far it is; the letter of the kernel, whether it is stopped; the sign at its slot, if it waits
 * for an object of ours. The table of all (table.ts) says the same of programs that we only look at.
 *
 * @module
 */
import { here } from '../../memory/index.ts';
import { isStoppedLetter, stateLetterOf, taskFactsOf } from '../../platform/index.ts';
import type { Stage } from './record.ts';
import { isSuspended } from '../system/suspend.ts';

/**
 * - `new`: not started
 * - `ready`: started, and not yet in its target
 * - `running`: in its target; also while it waits for what is not ours, as a timer
 * - `blocked`: it waits for an object of ours, and for nothing else that has come
 * - `suspended`: all its threads are stopped
 * - `terminated`: it has ended
 */
export type ProcessState = Stage | 'blocked' | 'suspended';

/** The state of a living process. */
export function processState(stage: Stage, pid: number | undefined): ProcessState {
  if (pid === undefined) return stage;
  const letter = stateLetterOf(pid) ?? 'X';
  if (isStoppedLetter(letter) && isSuspended(pid)) return 'suspended';
  return stage === 'running' && waits(pid, 0, letter) ? 'blocked' : stage;
}

/** The state of a living thread of this process. */
export function threadState(stage: Stage, thread: number | undefined): ProcessState {
  if (stage !== 'running' || thread === undefined) return stage;
  return waits(process.pid, thread) ? 'blocked' : stage;
}

function waits(pid: number, thread: number, letter?: string): boolean {
  const sign = here().slots.signOf(pid, thread);
  if (!sign?.waits) return false;
  // Who waits in its event loop may have other work.
  return sign.isBlocked || 'SD'.includes(letter ?? taskFactsOf(pid, sign.tid)?.letter ?? 'X');
}
