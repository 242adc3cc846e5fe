/**
 * What every connection can do, whatever carries its messages: shared memory (pipe.ts) or a network.
 *
 * Two questions have two answers each, and are not mixed up:
 *
 *     how it ended     closed: the other side said so          broken: it is gone without a word
 *     who is done      end(): with sending, for this side      close(): with everything, for this user of this side
 *
 * @module
 */
import type { Wait } from '../base/index.ts';

/**
 * One of the two ends of a way for messages. A message arrives whole, once, and in the order in which it was sent.
 *
 * @example
 * ```ts
 * for await (const request of connection) await connection.send(answerTo(request));
 * connection.end();
 * ```
 */
export interface Connection<T = unknown> extends AsyncIterable<T, void, void>, Disposable {
  /**
   * Sends a message. When it resolves, the message is on its way; it waits while the other side is too far behind.
   *
   * @throws DuodaoError `closed` when this side has ended or the other one was closed, `broken` when the other
   * one is gone, `not-cloneable`, `over-limit`, `timed-out`; or the reason of `wait.signal`. The message is not
   * sent then.
   */
  send(message: T, wait?: Wait): Promise<void>;
  /**
   * Receives the next message, waiting for one. What was sent before an end is received before that end.
   *
   * @throws DuodaoError `closed` when the other side has ended, `broken` when it is gone without an end,
   * `timed-out`; or the reason of `wait.signal`. Nothing is received then.
   */
  receive(wait?: Wait): Promise<T>;
  /**
   * Receives messages until the other side has ended. @throws DuodaoError `broken` when it is gone without an
   * end.
   */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void>;
  /**
   * Says that this side sends no more. The other one reads what is there, and then ends. It can still be
   * received.
   */
  end(): void;
  /** Ends this side's sending, and gives up receiving. Again, it does nothing. */
  close(): void;
}
