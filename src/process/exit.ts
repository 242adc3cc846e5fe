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
      /** There if it was we who killed it: it held more memory than it was allowed to. */
      readonly reason?: 'memory-limit';
    }
  | { readonly how: 'not-started'; readonly reason: Error };

/** The exit in one number: N for an exit code, −N for a signal, 1 where there was nothing to start. */
export function exitCodeOf(exit: Exit): number {
  if (exit.how === 'exited') return exit.code;
  return exit.how === 'killed' ? -constants.signals[exit.signal] : 1;
}

/** The exit in words. */
export function describeExit(exit: Exit): string {
  if (exit.how === 'exited') return `it exited with code ${exit.code}`;
  if (exit.how === 'not-started') return `it did not start: ${exit.reason.message}`;
  const why = exit.reason === 'memory-limit' ? ', as it held more memory than its limit' : '';
  return `it was killed by ${exit.signal}${why}`;
}
