/**
 * What is said of a task whose worker has ended.
 *
 * @module
 */
import { DuodaoError, type Facts } from '../../base/index.ts';
import type { Exit } from '../../process/index.ts';
import type { Entry } from '../entry.ts';
import type { Member } from './member.ts';

/** How a worker has ended, in words that follow "the worker". */
export function endOf(exit: Exit): string {
  if (exit.how === 'not-started') return `could not be started: ${exit.reason.message}`;
  if (isForMemory(exit)) return 'held more memory than it may, and was ended';
  return exit.how === 'killed' ? `was killed by ${exit.signal}` : `ended with exit code ${exit.code}`;
}

function isForMemory(exit: Exit): boolean {
  return exit.how === 'killed' && exit.reason === 'memory-limit';
}

/** The reason why a task failed: its worker ended. */
export function lossOf(entry: Entry, member: Member, exit: Exit): DuodaoError {
  const { name, deaths } = entry;
  const times = deaths > 1 ? `, the ${deaths}th one that did with this task` : '';
  const facts: Record<string, string | number> = { task: name, taskId: entry.id, deaths };
  if (member.pid !== undefined) facts['pid'] = member.pid;
  if (exit.how === 'killed') facts['signal'] = exit.signal;
  if (exit.how === 'exited') facts['exitCode'] = exit.code;
  return new DuodaoError(
    isForMemory(exit) ? 'over-limit' : 'exited',
    `Cannot give the result of the task ${name} as its worker (pid ${member.pid}) ${endOf(exit)}${times}`,
    facts satisfies Facts,
  );
}
