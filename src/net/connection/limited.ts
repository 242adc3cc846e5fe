/**
 * How waits of connections end early. The same for what is received and for what is sent.
 *
 * @module
 */
import { deadlineOf, timedOut, type Wait } from '../../base/index.ts';
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

/** Calls `leave` when a wait is out of time, or called off. Returns what is to be called when it is over before. */
export function limit(
  { timeoutMs, signal }: Wait,
  what: string,
  leave: (reason: unknown) => void,
): () => void {
  const timer =
    timeoutMs === undefined || timeoutMs > LONGEST_MS
      ? undefined
      : setTimeout(() => leave(timedOut(what, { timeoutMs })), timeoutMs);
  const abort = (): void => leave(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
}
