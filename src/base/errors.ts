/**
 * The three families of things that go wrong, and the one class we throw for the middle one.
 *
 *     the caller made a mistake        TypeError or RangeError, with a sentence that says what and how
 *     the world did what we expect     DuodaoError, with a code and plain facts
 *     our own reasoning is wrong       assert(): an Error that nobody of ours catches
 *
 * @module
 */

/** What went wrong, in a word a program can switch on. Never renamed, never reused. */
export type ErrorCode =
  | 'timed-out' //      a wait reached its limit; it has consumed nothing
  | 'closed' //         this side, or whoever owns the object, has ended it
  | 'broken' //         the other side is gone, or its state can no longer be trusted
  | 'owner-died' //     the holder died; what it guarded may be half-written
  | 'exited' //         the process ended before it answered
  | 'remote' //         the other side's code threw; see `cause`
  | 'not-cloneable' //  this value cannot cross to another process
  | 'not-exported' //   this function has no address that another process could import
  | 'over-limit' //     one of our own limits, or one that the user set
  | 'protocol' //       bytes that break the format
  | 'in-use' //         somebody else has this address
  | 'auth' //           the other side does not know the key
  | 'deadlock' //       waiting would have closed a cycle
  | 'unsafe' //         refused, as it could never end well
  | 'no-space' //       the shared arena is full
  | 'unsupported'; //   this system cannot promise it

/** Plain facts beside a code, so that programs need not read messages. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * An expected failure: something outside this program's control happened, and a caller may want to handle it.
 * A caller's own mistake is a `TypeError` or a `RangeError` instead.
 *
 * The code and the facts are the contract; the message is for people and may be reworded.
 */
export class DuodaoError extends Error {
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
  }
}
// On the prototype, not on each object: `name` is no fact about one failure.
Object.defineProperty(DuodaoError.prototype, 'name', {
  value: 'DuodaoError',
  writable: true,
  configurable: true,
});

/** Stops when our own reasoning turns out wrong. Never caught by us. */
export function assert(belief: unknown, sentence: string): asserts belief {
  if (!belief) throw new Error(`Broken belief: ${sentence}. This is a defect in duodao, please report it`);
}
