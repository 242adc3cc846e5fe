/**
 * How a process ended. An exit is a value, not an error.
 *
 * @module
 */
import { constants } from 'node:os';

/** How a process ended. */
export type Exit =
  | { readonly how: 'exited'; readonly code: number }
  | {
      readonly how: 'killed';
      readonly signal: NodeJS.Signals;
      /** There if it held more memory than it was allowed to; of a thread: than its heap could hold. */
      readonly reason?: 'memory-limit';
    }
  | { readonly how: 'not-started'; readonly reason: Error };

/** The exit in one number: N for an exit code, −N for a signal, 1 where there was nothing to start. */
export function exitCodeOf(exit: Exit): number {
  if (exit.how === 'exited') return exit.code;
  return exit.how === 'killed' ? -constants.signals[exit.signal] : 1;
}

/** Numbers of the ways to end, in shared memory; 0: it has not ended, or nobody said how. */
const HOWS = ['', 'exited', 'killed', 'not-started'] as const;

/** The exit as two words of shared memory. The reason of one that did not start stays with its parent. */
export function exitWords(exit: Exit): readonly [how: number, value: number] {
  const value = { exited: exitCodeOf(exit), killed: -exitCodeOf(exit), 'not-started': 0 };
  return [HOWS.indexOf(exit.how), value[exit.how]];
}

/** How a process ended, as onlookers know it. */
export type SeenExit =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: string }
  | { readonly how: 'not-started' };

/** The exit that two words of shared memory tell of; null if they tell of none. */
export function exitOfWords(how: number, value: number): SeenExit | null {
  const word = HOWS[how];
  if (word === 'exited') return { how: word, code: value };
  if (word === 'killed') return { how: word, signal: signalName(value) };
  return word === 'not-started' ? { how: word } : null;
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`;
}

/** The exit in words. */
export function describeExit(exit: Exit): string {
  if (exit.how === 'exited') return `it exited with code ${exit.code}`;
  if (exit.how === 'not-started') return `it did not start: ${exit.reason.message}`;
  const why = exit.reason === 'memory-limit' ? ', as it held more memory than its limit' : '';
  return `it was killed by ${exit.signal}${why}`;
}
