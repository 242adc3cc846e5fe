/**
 * How a process ended. An exit is a value, not an error.
 *
 * @module
 */
import { constants } from 'node:os';

/** How a process ended. */
export type Exit =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: NodeJS.Signals }
  | { readonly how: 'not-started'; readonly reason: Error };

/** The exit in one number: N for an exit code, −N for a signal, 1 where there was nothing to start. */
export function exitCodeOf(exit: Exit): number {
  if (exit.how === 'exited') return exit.code;
  return exit.how === 'killed' ? -constants.signals[exit.signal] : 1;
}

/** The exit in words. */
export function describeExit(exit: Exit): string {
  if (exit.how === 'exited') return `it exited with code ${exit.code}`;
  return exit.how === 'killed'
    ? `it was killed by ${exit.signal}`
    : `it did not start: ${exit.reason.message}`;
}
