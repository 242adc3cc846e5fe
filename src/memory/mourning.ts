/**
 * Waiting in the event loop until a participant has died.
 *
 * Whoever hears of a death (see death-watch.ts) has all who wait look at the life word again: the kernel's mark is the
 * proof. A pipe may not have been to be had, so there is a look now and then as well; it also keeps the process alive
 * for the wait.
 *
 * @module
 */
import { deadlineOf, timedOut, type Wait } from '../base/index.ts';
import type { Tag } from './slots.ts';

const RECHECK_MS = 250;

/** The waits of one thread for deaths. */
export class Mourning {
  readonly #isAlive: (tag: Tag) => boolean;
  readonly #waiting: Set<() => void> = new Set();

  constructor(isAlive: (tag: Tag) => boolean) {
    this.#isAlive = isAlive;
  }

  /** To be called when somebody has died. */
  look(): void {
    for (const one of this.#waiting) one();
  }

  /** Resolves once the participant is dead. @param what - For the message of a wait that is out of time. */
  wait(tag: Tag, what: string, wait: Wait | undefined): Promise<void> {
    const signal = wait?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const deadline = deadlineOf(wait); // what it throws, this rejects with
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signal?.reason);
      };
      const look = (): void => {
        clearTimeout(timer);
        const left = deadline - performance.now();
        const isOver = !this.#isAlive(tag) || left <= 0;
        if (!isOver) {
          timer = setTimeout(look, Math.min(RECHECK_MS, Math.ceil(left)));
          return;
        }
        end();
        if (this.#isAlive(tag)) reject(timedOut(what, wait));
        else resolve();
      };
      this.#waiting.add(look);
      signal?.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }
}
