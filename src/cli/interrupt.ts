/**
 * Ctrl-C, and what asks a program to end (SIGTERM): the first time it ends in order, the second time at once.
 *
 * @module
 */
import { constants } from 'node:os';

/** `npm` and others pass on to us a Ctrl-C that the terminal has told us already: so soon nobody presses it twice. */
const SAME_MS = 200;

/**
 * The first signal aborts `interruption`, with its name as the reason; the second one ends the program, and with it all
 * of its processes. Returns what stops listening.
 *
 * @param end - Called before the program ends by the second: to give a terminal its cursor back.
 */
export function onInterrupt(interruption: AbortController, end: () => void): () => void {
  const stopListening = (): void => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
  let firstMs = Number.POSITIVE_INFINITY;
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    firstMs = Math.min(firstMs, now);
    interruption.abort(signal); // of no effect the second time
    if (now - firstMs < SAME_MS) return;
    end();
    stopListening();
    // What the signal does by itself. process.exit() would wait for a write that hangs, which may be the reason.
    process.kill(process.pid, signal);
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return stopListening;
}

/** What a shell expects of a program that such a signal has ended: 130 after Ctrl-C. */
export function codeOfEndBy(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
