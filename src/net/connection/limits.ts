/**
 * How much one connection may cost, in bytes and in time.
 *
 * @module
 */
import type { FrameLimits } from '../../wire/index.ts';

/** What a connection is held to. Times are in milliseconds, Infinity for no limit. */
export interface ConnectionLimits extends FrameLimits {
  /** Silence of the other side while it is waited for, between messages. */
  readonly idleTimeoutMs: number;
  /** From the first byte of a message to the end of its head. */
  readonly headTimeoutMs: number;
  /** What must come of a message once it may have taken longer than its head. 0: nothing. */
  readonly minBytesPerSecond: number;
  /** How long the other side may take nothing of what is sent to it. */
  readonly sendTimeoutMs: number;
}

/** The limits that users can set, for servers and clients alike. */
export interface LimitOptions {
  /** The longest message, or body that is received whole, in bytes; 16 MiB if left out. */
  readonly maxMessageBytes?: number;
  /** The longest header in bytes; 64 KiB if left out. */
  readonly maxHeaderBytes?: number;
  /** Milliseconds of silence, while the other side is waited for; none if left out. */
  readonly idleTimeoutMs?: number;
  /**
   * Milliseconds from the first byte of a message until its head must be there; 10,000 if left out. It is no time of
   * silence: a byte now and then does not prolong it.
   */
  readonly headTimeoutMs?: number;
  /** Bytes that must come in a second when a message takes longer than that; 100 if left out. */
  readonly minBytesPerSecond?: number;
  /** Milliseconds in which the other side must take something of what is sent to it; 30,000 if left out. */
  readonly sendTimeoutMs?: number;
}

/** A timer of Node.js that is to take longer takes no time at all. This is 24 days, and as good as for ever. */
export const LONGEST_MS: number = 2 ** 31 - 1;

const DEFAULTS: ConnectionLimits = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxHeaderBytes: 64 * 1024,
  idleTimeoutMs: Number.POSITIVE_INFINITY,
  headTimeoutMs: 10_000,
  minBytesPerSecond: 100,
  sendTimeoutMs: 30_000,
};

/** Messages longer than this have no place in one Buffer on every Node.js that we run on. */
const MESSAGE_LIMIT = 2 ** 32 - 1;

/** @throws TypeError or RangeError at a limit that is none. */
export function connectionLimits(options: LimitOptions): ConnectionLimits {
  const of = (name: keyof ConnectionLimits, least: number, most: number): number => {
    const { [name]: value = DEFAULTS[name] } = options;
    if (typeof value !== 'number')
      throw new TypeError(
        `Cannot use ${name} as it must be a number: it is ${value === null ? 'null' : typeof value}`,
      );
    const areBytes = most === MESSAGE_LIMIT;
    if (!(value >= least && value <= most) || (areBytes && !Number.isInteger(value)))
      throw new RangeError(
        `Cannot use ${name} as it must be a ${areBytes ? 'whole ' : ''}number from ${least} to ${most}: ` +
          `current value is ${value}`,
      );
    return value;
  };
  const forEver = Number.POSITIVE_INFINITY;
  return {
    maxMessageBytes: of('maxMessageBytes', 1, MESSAGE_LIMIT),
    maxHeaderBytes: of('maxHeaderBytes', 2, MESSAGE_LIMIT),
    idleTimeoutMs: of('idleTimeoutMs', 1, forEver),
    headTimeoutMs: of('headTimeoutMs', 1, forEver),
    minBytesPerSecond: of('minBytesPerSecond', 0, forEver),
    sendTimeoutMs: of('sendTimeoutMs', 1, forEver),
  };
}

/** The names of these limits, for whoever looks for options that there are not. */
export const LIMIT_NAMES: readonly string[] = Object.keys(DEFAULTS);
