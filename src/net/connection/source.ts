/**
 * What is received from: whoever waits on a connection says what for.
 *
 * @module
 */

/** What can be waited for: a message, its head, a piece of its body. */
export interface Source<T> {
  /** The next one; undefined if it is not there. May throw what decoders throw. */
  take(): T | undefined;
}

/** A body that is received in pieces. */
export interface Streamed {
  /** What is left of it is thrown away: the next message has been asked for. */
  lose(): void;
}
