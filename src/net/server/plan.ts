/**
 * What a server does, as plain data and exported functions: so that it can be done in other threads and processes.
 *
 * @module
 */
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { type Framing, framingOf, type FramingSpec } from '../../wire/index.ts';
import type { Address } from '../address.ts';
import type { ConnectionLimits } from '../connection/limits.ts';
import type { Handler } from './handler.ts';

/** Called before a connection or datagram is handled; false closes it. */
export type VerifyRequest = (clientAddress: Address) => boolean | Promise<boolean>;
/** Called with what a handler threw, or what a client did wrong. */
export type HandleError = (error: unknown, clientAddress: Address) => void | Promise<void>;
/** A framing, or a function that makes one, such as `raw` or `lines`. */
export type FramingOption<In, Out extends readonly unknown[]> = Framing<In, Out> | (() => Framing<In, Out>);

/** The key of both sides, and whether peers may use the weaker authentication of Python before 3.12. */
export interface Auth {
  readonly key: Uint8Array;
  readonly legacy: boolean;
}

/** The options of TLS that can be passed on: keys and certificates. */
export type ServerTls = Pick<TlsOptions, 'requestCert' | 'rejectUnauthorized' | 'ALPNProtocols'> &
  SecureContextOptions;

/** How to find a framing again on the other side of a wall. */
export type FramingPlan = FramingSpec | (() => Framing);

export interface Plan {
  readonly kind: 'tcp' | 'unix' | 'udp';
  readonly address: Address;
  readonly handler: Handler<never>;
  readonly verifyRequest: VerifyRequest | undefined;
  readonly handleError: HandleError | undefined;
  readonly framing: FramingPlan;
  readonly auth: Auth | undefined;
  readonly tls: ServerTls | undefined;
  readonly limits: ConnectionLimits;
  readonly handshakeTimeoutMs: number;
  /** Of servers of connections. */
  readonly backlog?: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly maxBufferedBytes: number;
  readonly maxDatagramBytes: number;
  readonly maxPending: number;
}

/** The framing of an option. @throws TypeError when it is none. */
export function framingFrom<In, Out extends readonly unknown[]>(
  option: FramingOption<In, Out>,
): Framing<In, Out> {
  const framing = typeof option === 'function' ? option() : option;
  if (typeof framing?.decoder !== 'function' || typeof framing.encode !== 'function')
    throw new TypeError(
      'Cannot use a framing as it must be one, or a function that makes one, such as raw, lines() or dictHeader(): ' +
        `it is ${framing === null ? 'null' : typeof framing}`,
    );
  return framing;
}

/** How another thread or process finds a framing. @throws TypeError when it cannot. */
export function planOf(option: FramingOption<unknown, readonly unknown[]>): FramingPlan {
  const { spec, name } = framingFrom(option);
  if (spec) return spec;
  if (typeof option === 'function') return option;
  throw new TypeError(
    `Cannot use the framing ${name} in threads or processes as it cannot be made again there: ` +
      'give an exported function that makes it',
  );
}

/** The framing of a plan. */
export function framingBy(plan: FramingPlan): Framing {
  return typeof plan === 'function' ? plan() : framingOf(plan);
}
