/**
 * Servers of tests: made, used, and closed whatever comes of it.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { type StreamServerOptions, TcpServer, type TcpOptions } from '../../src/net/index.ts';
import type { ServerStats } from '../../src/net/index.ts';
import type { Framed } from '../../src/net/server/options.ts';

export type Options<In, Out extends readonly unknown[]> = StreamServerOptions<In, Out> &
  TcpOptions &
  Framed<In>;

/** A server that listens on a port of its own. */
export async function listen<In, Out extends readonly unknown[]>(
  options: Options<In, Out>,
): Promise<TcpServer<In, Out>> {
  return await new TcpServer(options).listen();
}

/** Has a server listen while something is done with it. */
export async function served<In, Out extends readonly unknown[]>(
  options: Options<In, Out>,
  use: (server: TcpServer<In, Out>) => Promise<void>,
): Promise<ServerStats> {
  const server = await listen(options);
  try {
    await use(server);
  } finally {
    await server.close({ drainMs: 0 });
  }
  const stats = server.stats();
  assert.equal(stats.active, 0, 'no connection is left');
  return stats;
}
