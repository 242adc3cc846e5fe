/**
 * How to make a requester.
 *
 * @module
 */
import { type DictArguments, dictHeader, type DictMessage } from '../../wire/index.ts';
import type { AddressLike } from '../address.ts';
import { channelOf, SocketConnection } from '../connection/connection.ts';
import type { ConnectionLimits } from '../connection/limits.ts';
import {
  type ReconnectOptions,
  type ReconnectPlan,
  reconnectPlan,
  type RetryOptions,
  type WaitingLimits,
  waitingLimits,
} from '../client/reconnect-options.ts';
import { wholeNumber } from '../server/options.ts';
import { Requester } from './requester.ts';

/** A connection of messages with dictionary headers. */
export type DictConnection = SocketConnection<DictMessage, DictArguments>;

/** How to make requests over a connection that is there. */
export interface RequestLimits extends Pick<RetryOptions, 'maxWaiting' | 'maxWaitingBytes'> {
  /** Requests that may be sent and not answered; more wait. 1,000 if left out. */
  readonly maxInFlight?: number;
}

/** How to make requests, and to connect for them. */
export interface RequesterOptions
  extends Omit<ReconnectOptions<DictMessage, DictArguments>, 'framing'>,
    RequestLimits {}

export interface RequesterPlan extends WaitingLimits {
  readonly to: ReconnectPlan<DictMessage, DictArguments> | { readonly connection: DictConnection };
  readonly limits: ConnectionLimits;
  readonly maxInFlight: number;
}

const LIMIT_NAMES: readonly string[] = ['maxInFlight', 'maxWaiting', 'maxWaitingBytes'];

/**
 * Makes requests: to an address, where it connects and, when that connection is lost, connects again; or over a
 * connection that is there, and whose end is its own.
 *
 * @throws TypeError or RangeError at an address, a connection or options that cannot be used.
 *
 * @example
 * ```ts
 * const clerk = requester('localhost:8000');
 * const { header, body } = await clerk.request({ what: 'sum' }, '[1,2,3]', { timeoutMs: 5000 });
 * clerk.close();
 * ```
 */
export function requester(address: AddressLike, options?: RequesterOptions): Requester;
export function requester(connection: DictConnection, options?: RequestLimits): Requester;
export function requester(to: AddressLike | DictConnection, options: RequesterOptions = {}): Requester {
  const maxInFlight = wholeNumber('maxInFlight', options.maxInFlight, 1000, 1, Number.POSITIVE_INFINITY);
  if (to instanceof SocketConnection) {
    const other = Object.keys(options).find((name) => !LIMIT_NAMES.includes(name));
    if (other !== undefined)
      throw new TypeError(
        `Cannot make a requester of a connection with the option ${other}: there are ${LIMIT_NAMES.join(', ')}`,
      );
    if (to.framing !== 'dict')
      throw new TypeError(
        `Cannot make requests over a connection whose framing is no dictHeader(): it is ${to.framing}`,
      );
    const { limits } = channelOf(to as unknown as SocketConnection);
    return new Requester({ to: { connection: to }, limits, maxInFlight, ...waitingLimits(options) });
  }
  const { maxInFlight: _, ...rest } = options;
  if ('framing' in rest)
    throw new TypeError('Cannot make a requester with a framing of choice: requests have dictionary headers');
  const plan = reconnectPlan<DictMessage, DictArguments>(to, { ...rest, framing: dictHeader() });
  const { limits, maxWaiting, maxWaitingBytes } = plan;
  return new Requester({ to: plan, limits, maxInFlight, maxWaiting, maxWaitingBytes });
}
