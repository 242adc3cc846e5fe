/**
 * How to connect, and to connect again.
 *
 * @module
 */
import { deadlineOf } from '../../base/index.ts';
import { type Framing, raw } from '../../wire/index.ts';
import { type Address, addressFrom, type AddressLike } from '../address.ts';
import { type ConnectionLimits, connectionLimits } from '../connection/limits.ts';
import { authFrom, wholeNumber } from '../server/options.ts';
import { framingFrom, type FramingOption } from '../server/plan.ts';
import type { Jitter } from './backoff.ts';
import { CONNECT_NAMES, type ConnectOptions } from './connect.ts';

/**
 *     connecting ─▶ connected ─▶ waiting ─▶ connecting …          any ─▶ closed
 */
export type ReconnectState = 'connecting' | 'connected' | 'waiting' | 'closed';

/** When to try again, for whatever is reconnected. */
export interface RetryOptions {
  /** Milliseconds before the first try again, at most; 50 if left out. Doubled with each one that fails. */
  readonly minDelayMs?: number;
  /** Milliseconds before any try, at most; 5,000 if left out. A connection that lasted so long begins anew. */
  readonly maxDelayMs?: number;
  /** Tries in a row that may fail before it gives up; no limit if left out. */
  readonly attempts?: number;
  /** Whether delays are random, from 0 to their ceiling; true if left out. Or a function that chooses them. */
  readonly jitter?: Jitter;
  /** Called with each new state; with `waiting` and `closed` also why, if there is a reason. */
  readonly onState?: (state: ReconnectState, why?: unknown) => void;
  /** Messages, or requests, that may wait while there is no connection; 10,000 if left out. */
  readonly maxWaiting?: number;
  /** Their bytes together; 16 MiB if left out. */
  readonly maxWaitingBytes?: number;
}

/** How to connect, and to connect again. A signal ends all of it. */
export interface ReconnectOptions<In, Out extends readonly unknown[]>
  extends ConnectOptions<In, Out>,
    RetryOptions {}

const RETRY_NAMES: readonly string[] = [
  'minDelayMs',
  'maxDelayMs',
  'attempts',
  'jitter',
  'onState',
  'maxWaiting',
  'maxWaitingBytes',
];

/** What may wait for a connection. */
export interface WaitingLimits {
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

/** All of that, checked. */
export interface ReconnectPlan<In, Out extends readonly unknown[]> extends WaitingLimits {
  readonly address: Address;
  readonly connect: ConnectOptions<In, Out>;
  readonly framing: Framing<In, Out>;
  readonly limits: ConnectionLimits;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly attempts: number;
  readonly jitter: Jitter;
  readonly onState: RetryOptions['onState'];
}

const FOR_EVER = Number.POSITIVE_INFINITY;
const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError or RangeError at what cannot be done. */
export function reconnectPlan<In, Out extends readonly unknown[]>(
  address: AddressLike,
  options: ReconnectOptions<In, Out>,
): ReconnectPlan<In, Out> {
  const connect: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || RETRY_NAMES.includes(name)) continue;
    if (!CONNECT_NAMES.has(name))
      throw new TypeError(
        `Cannot connect as there is no option ${name}: there are ${[...CONNECT_NAMES, ...RETRY_NAMES].join(', ')}`,
      );
    connect[name] = value;
  }
  deadlineOf({ timeoutMs: options.timeoutMs });
  authFrom(options.authKey, options.legacyAuth);
  const { jitter = true, onState } = options;
  if (typeof jitter !== 'boolean' && typeof jitter !== 'function')
    throw new TypeError(`Cannot use jitter as it must be a boolean or a function: it is ${typeof jitter}`);
  if (onState !== undefined && typeof onState !== 'function')
    throw new TypeError(`Cannot use onState as it must be a function: it is ${typeof onState}`);
  // The same framing for each connection: what waits was encoded by it.
  const framing = framingFrom((options.framing ?? raw) as FramingOption<In, Out>);
  const minDelayMs = wholeNumber('minDelayMs', options.minDelayMs, 50, 1, LONGEST_MS);
  return {
    address: addressFrom(address),
    connect: { ...connect, framing },
    framing,
    limits: connectionLimits(options),
    minDelayMs,
    maxDelayMs: wholeNumber(
      'maxDelayMs',
      options.maxDelayMs,
      Math.max(5000, minDelayMs),
      minDelayMs,
      LONGEST_MS,
    ),
    attempts: wholeNumber('attempts', options.attempts, FOR_EVER, 1, FOR_EVER),
    jitter,
    onState,
    ...waitingLimits(options),
  };
}

/** @throws TypeError or RangeError */
export function waitingLimits(options: RetryOptions): WaitingLimits {
  return {
    maxWaiting: wholeNumber('maxWaiting', options.maxWaiting, 10_000, 0, FOR_EVER),
    maxWaitingBytes: wholeNumber('maxWaitingBytes', options.maxWaitingBytes, 16 * 1024 * 1024, 0, FOR_EVER),
  };
}
