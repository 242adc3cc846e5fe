/**
 * Which process a pid names now, and what is said when it names none any more.
 *
 * A process whose end nobody has asked for yet is still in the system's table; to us it has ended.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { entryOf, isDeadLetter, type ProcessIdentity } from '../platform/index.ts';

export type { ProcessIdentity } from '../platform/index.ts';

/** The process with this pid. @throws DuodaoError `exited` when there is none that runs. */
export function identityOf(pid: number): ProcessIdentity {
  const entry = entryOf(pid);
  if (!entry || isDeadLetter(entry.letter)) throw ended(pid);
  return { pid, startTime: entry.startTime };
}

export function ended(pid: number): DuodaoError {
  return new DuodaoError('exited', `There is no process ${pid} any more`, { pid });
}
