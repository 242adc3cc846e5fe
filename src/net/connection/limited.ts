/**
 * How waits end early. The same for what is received, what is sent, and what is asked.
 *
 * @module
 */
import { deadlineOf, type Wait } from '../../base/index.ts';
import { LONGEST_MS } from './limits.ts';

/** What a wait rejects with that ends before it begins, as it cannot be used or is called off; undefined if it may. */
export function overAtOnce(wait: Wait | undefined): Promise<never> | undefined {
  if (!wait) return undefined;
  try {
    deadlineOf(wait);
  } catch (error) {
    return Promise.reject(error);
  }
  return wait.signal?.aborted ? Promise.reject(wait.signal.reason) : undefined;
}

/** Calls `leave` when a wait ends early, with the error of one who is late. Returns what calls that off. */
export function limit(
  { timeoutMs, signal }: Wait,
  leave: (reason: unknown) => void,
  late: () => Error,
): () => void {
  const abort = (): void => leave(signal?.reason);
  const isLimited = timeoutMs !== undefined && timeoutMs <= LONGEST_MS;
  const timer = isLimited ? setTimeout(() => leave(late()), timeoutMs) : undefined;
  signal?.addEventListener('abort', abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
}

/** What is left of a wait whose deadline is known. */
export function rest(wait: Wait | undefined, deadline: number): Wait | undefined {
  if (!wait || wait.timeoutMs === undefined) return wait;
  if (deadline === 0 || deadline === Number.POSITIVE_INFINITY) return wait;
  return { ...wait, timeoutMs: Math.max(0, deadline - performance.now()) };
}
