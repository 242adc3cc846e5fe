/**
 * Waiting until something has become so, for whoever stops and can be told when anything has changed.
 *
 * @module
 */
export class News {
  #onNews: (() => void) | undefined;

  /** Something has changed. */
  tell(): void {
    this.#onNews?.();
  }

  /** Until that is so, or so many milliseconds are over. One wait at a time. */
  until(isSo: () => boolean, limitMs: number): Promise<void> {
    if (isSo() || limitMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      // What has come by then may still lie in the kernel, if this event loop was busy: it is looked at first.
      const timer = setTimeout(() => setImmediate(resolve), limitMs);
      this.#onNews = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
