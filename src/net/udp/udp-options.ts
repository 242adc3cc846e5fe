/**
 * How a server of datagrams is made.
 *
 * @module
 */
import { raw } from '../../wire/index.ts';
import { checkHost, checkPort, type HostAddress } from '../address.ts';
import { connectionLimits } from '../connection/limits.ts';
import type { Handler } from '../server/handler.ts';
import { type CommonOptions, wholeNumber } from '../server/options.ts';
import { type Plan, planOf } from '../server/plan.ts';
import { LONGEST } from './sender.ts';
import type { UdpRequest } from './udp-request.ts';

/** How a {@link UdpServer} is made. */
export interface UdpOptions extends CommonOptions {
  readonly handler: Handler<UdpRequest>;
  /** Where to receive; 127.0.0.1 if left out, which only this machine can reach. `0.0.0.0` or `::` for all networks. */
  readonly host?: string;
  /** 0, or left out: one that is free. */
  readonly port?: number;
  /** Longer datagrams are refused whole; 65,507 if left out, which is all that IPv4 can carry. */
  readonly maxDatagramBytes?: number;
  /**
   * Handlers at work at once, in each event loop; 1024 if left out. As many datagrams again may wait for one; then the
   * oldest that waits is dropped. With 1, and no workers, datagrams are handled one after the other, as they came.
   */
  readonly maxPending?: number;
  /** Lets `send()` and `reply()` reach all of a network at once; false if left out. */
  readonly broadcast?: boolean;
}

const MOST_PENDING = 1_000_000;

/** @throws TypeError or RangeError at options that make no server. */
export function udpPlan(options: UdpOptions): Plan & { readonly address: HostAddress } {
  const { host = '127.0.0.1', port = 0, broadcast } = options;
  if (broadcast !== undefined && typeof broadcast !== 'boolean')
    throw new TypeError(`Cannot use broadcast as it must be true or false: it is ${typeof broadcast}`);
  return {
    kind: 'udp',
    address: { host: checkHost(host), port: checkPort(port) },
    handler: options.handler as Handler<never>,
    verifyRequest: options.verifyRequest,
    handleError: options.handleError,
    maxDatagramBytes: wholeNumber('maxDatagramBytes', options.maxDatagramBytes, LONGEST[4], 1, LONGEST[6]),
    maxPending: wholeNumber('maxPending', options.maxPending, 1024, 1, MOST_PENDING),
    // What only connections have.
    framing: planOf(raw),
    auth: undefined,
    tls: undefined,
    limits: connectionLimits({}),
    handshakeTimeoutMs: 0,
    maxConnections: 0,
    maxConnectionsPerHost: 0,
    maxBufferedBytes: 0,
  };
}
