/**
 * The server that the options ask for.
 *
 * @module
 */
import {
  type CommonOptions,
  type Handler,
  type SocketServer,
  TcpServer,
  type UdpRequest,
  UdpServer,
  UnixServer,
} from '../../net/index.ts';
import { UsageError } from '../usage-error.ts';
import { framingFor } from './framing.ts';
import type { AnyHandler } from './learn.ts';
import type { ServeOptions } from './options.ts';
import type { Secrets } from './secrets.ts';

/** @throws {@link UsageError} at options that make no server. */
export function serverFor(options: ServeOptions, handler: AnyHandler, secrets: Secrets): SocketServer {
  const { place, concurrency, workers, framing, legacyAuth, backlog } = options;
  const { maxConnections, idleTimeoutMs, maxMessageBytes } = options;
  const common: CommonOptions = { concurrency, ...(concurrency !== 'async' && { workers }) };
  const ofStreams = {
    ...common,
    handler,
    framing: framingFor(framing),
    ...secrets,
    legacyAuth,
    ...(maxConnections !== undefined && { maxConnections }),
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(backlog !== undefined && { backlog }),
  };
  try {
    if (place.kind === 'unix') {
      const { path, mode } = place;
      return new UnixServer({ ...ofStreams, path, ...(mode !== undefined && { mode }) });
    }
    const { host, port } = place;
    if (place.kind === 'udp')
      return new UdpServer({
        ...common,
        handler: handler as unknown as Handler<UdpRequest>,
        host,
        port,
        ...(maxMessageBytes !== undefined && { maxDatagramBytes: maxMessageBytes }),
      });
    return new TcpServer({ ...ofStreams, host, port });
  } catch (cause) {
    // A host or path that is none: its sentence says so.
    if (cause instanceof TypeError || cause instanceof RangeError)
      throw new UsageError(cause.message, { cause });
    throw cause;
  }
}
