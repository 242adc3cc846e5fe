/**
 * How waits of connections end early. The same for what is received and for what is sent.
 *
 * @module
 */
import { deadlineOf, timedOut, type Wait } from '../../base/index.ts';

/** Node.js takes longer times for one millisecond. */
const LONGEST_MS = 2 ** 31 - 1;

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
  let timer: NodeJS.Timeout | undefined;
  const arm = (leftMs: number): void => {
    timer = setTimeout(
      () => (leftMs > LONGEST_MS ? arm(leftMs - LONGEST_MS) : leave(timedOut(what, { timeoutMs }))),
      Math.min(leftMs, LONGEST_MS),
    );
  };
  if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) arm(timeoutMs);
  const abort = (): void => leave(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
}
