/**
 * How a thread ended, as far as it can be told from what Node.js says of a worker and from what the thread answered.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { describeExit, type Exit, exitCodeOf } from '../record/exit.ts';
import type { Outcome } from '../record/record.ts';

/** What is known of a thread that has ended. */
export interface ThreadEnd {
  /** What Node.js says: 1 of a worker that was ended by force, or 0 if that had not begun. */
  readonly code: number;
  /** Whether somebody asked for force before it ended. */
  readonly isForced: boolean;
  /** Whether Node.js has ended it, as its heap came to its limit. */
  readonly isTooLarge: boolean;
  /** What it answered; an error also if nobody caught one in it. */
  readonly outcome: Outcome;
}

/** The end of a thread. One that was faster than the force has ended by itself. */
export function exitOfThread({ code, isForced, isTooLarge, outcome }: ThreadEnd): Exit {
  if (isTooLarge) return { how: 'killed', signal: 'SIGKILL', reason: 'memory-limit' };
  const hasEndedItself = outcome === 'error' || code > 1 || (outcome === 'value' && code === 0);
  return isForced && !hasEndedItself ? { how: 'killed', signal: 'SIGKILL' } : { how: 'exited', code };
}

/** What somebody is told who waited for the answer of a thread that ended without one. */
export function noAnswer(
  name: string,
  tid: number | undefined,
  exit: Exit,
  failure: Error | undefined,
): DuodaoError {
  const cause = exit.how === 'not-started' ? exit.reason : failure;
  const facts = {
    name,
    ...(tid !== undefined && { tid }),
    ...(exit.how !== 'not-started' && { exitCode: exitCodeOf(exit) }),
  };
  return new DuodaoError(
    'exited',
    `${name} ended without an answer: ${describe(exit)}`,
    facts,
    cause && { cause },
  );
}

function describe(exit: Exit): string {
  if (exit.how !== 'killed') return describeExit(exit);
  if (exit.reason !== 'memory-limit') return 'it was ended by force';
  return 'it was ended, as its heap came to its limit: have it hold less, or give it more by memory.hardBytes';
}

/** Whether what nobody caught in a thread is what Node.js says of one whose heap came to its limit. */
export function isOutOfMemory(failure: (Error & { readonly code?: unknown }) | undefined): boolean {
  return failure?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
