/**
 * Waiting for a promise for no longer than is wanted.
 *
 * @module
 */
import { deadlineOf, timedOut, type Wait } from '../base/index.ts';

/** What `promise` comes to. @throws DuodaoError `timed-out`, or the reason of `wait.signal`. */
export function within<T>(promise: Promise<T>, what: string, wait: Wait | undefined): Promise<T> {
  if (wait === undefined) return promise;
  const { signal } = wait;
  const deadline = deadlineOf(wait);
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      settle();
      reject(signal?.reason);
    };
    const onTime = (): void => {
      const left = deadline - performance.now();
      if (left > 0) {
        timer = setTimeout(onTime, Math.min(Math.ceil(left), 2 ** 31 - 1));
        return;
      }
      settle();
      reject(timedOut(what, wait));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (deadline !== Number.POSITIVE_INFINITY) timer = setTimeout(onTime, 0);
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
