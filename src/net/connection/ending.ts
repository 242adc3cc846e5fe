/**
 * Why a connection, or one direction of it, is over.
 *
 * Every connection ends, and mostly nobody asks why. So the error is made when somebody does, and without a stack: it
 * would only show how the event loop heard of it, and cost as much as the rest of a short connection.
 *
 * @module
 */
import { DuodaoError, type ErrorCode, type Facts } from '../../base/index.ts';

export class Ending {
  readonly code: ErrorCode;
  readonly #message: string;
  readonly #facts: Facts | undefined;
  readonly #cause: unknown;
  #error: Error | undefined;

  constructor(code: ErrorCode, message: string, facts?: Facts, cause?: unknown) {
    this.code = code;
    this.#message = message;
    this.#facts = facts;
    this.#cause = cause;
  }

  /** An error that was thrown already as an ending. A decoder of a user's own may have thrown anything. */
  static of(error: unknown): Ending {
    const ending = new Ending(
      error instanceof DuodaoError ? error.code : 'protocol',
      error ? '' : `A decoder threw ${String(error)}`,
    );
    ending.#error = error as Error;
    return ending;
  }

  /** A fresh one each time, unless it was thrown before: whoever has it may change it. */
  get error(): Error {
    if (this.#error) return this.#error;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      const cause = this.#cause;
      return new DuodaoError(
        this.code,
        this.#message,
        this.#facts,
        cause === undefined ? undefined : { cause },
      );
    } finally {
      Error.stackTraceLimit = limit;
    }
  }
}

export const OTHER_ENDED: Ending = new Ending(
  'closed',
  'Cannot receive as the other side has ended, and nothing is left',
);
export const THIS_ENDED: Ending = new Ending('closed', 'Cannot send as this side has ended');
export const THIS_CLOSED: Ending = new Ending(
  'closed',
  'Cannot receive as this side has closed the connection',
);
export const IS_CLOSED: Ending = new Ending('closed', 'Cannot use this connection as it is closed');
export const SERVER_CLOSES: Ending = new Ending('closed', 'Cannot receive as the server is closing');
