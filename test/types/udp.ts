/** What users' code must and must not compile to when it serves datagrams. */
import {
  type HostAddress,
  RequestHandler,
  type ServerFace,
  type ServerStats,
  TcpServer,
  type UdpOptions,
  type UdpRequest,
  UdpServer,
} from '../../src/net/index.ts';
import { same } from './same.ts';

export const echo: UdpServer = new UdpServer({
  handler: (request, _client, server) => {
    same<typeof request, UdpRequest>(true);
    same<typeof server, ServerFace>(true);
    return request.reply(request.data);
  },
});
new UdpServer({ handler: () => undefined, host: '::1', port: 8000, concurrency: 'threads', workers: 2 });
new UdpServer({ handler: () => 5, maxDatagramBytes: 512, maxPending: 1, broadcast: true, name: 'clock' });
new UdpServer({ handler: () => undefined, verifyRequest: () => true, handleError: () => undefined });
// @ts-expect-error: who handles them?
new UdpServer({ port: 8000 });
// @ts-expect-error: datagrams have boundaries of their own
new UdpServer({ handler: () => undefined, framing: 'lines' });
// @ts-expect-error: no such concurrency
new UdpServer({ handler: () => undefined, concurrency: 'fibers' });

export class Upper extends RequestHandler<UdpRequest> {
  override async handle(): Promise<void> {
    same<typeof this.request.data, Buffer>(true);
    await this.request.reply(String(this.request.data).toUpperCase());
    // @ts-expect-error: a datagram is bytes or text
    await this.request.reply({ upper: true });
    // @ts-expect-error: there is nothing to receive but its data
    await this.request.receive();
  }
}
new UdpServer({ handler: Upper });
// @ts-expect-error: that is for datagrams
new TcpServer({ handler: Upper });
class OfConnections extends RequestHandler {}
// @ts-expect-error: and that for connections
new UdpServer({ handler: OfConnections });

export async function use(server: UdpServer): Promise<void> {
  same<Awaited<ReturnType<typeof server.listen>>, UdpServer>(true);
  same<typeof server.address, HostAddress>(true);
  const stats: ServerStats = server.stats();
  same<typeof stats.dropped, number>(true);
  await server.send('text', { host: '127.0.0.1', port: 8000 });
  await server.send(new Uint8Array(1), server.address);
  // @ts-expect-error: to whom?
  await server.send('text');
  // @ts-expect-error: datagrams have no paths here
  await server.send('text', { path: '/run/socket' });
  await server.replaceWorkers({ drainMs: 10 });
  await server.close({ drainMs: 0 });
  await using again = server;
  same<typeof again, UdpServer>(true);
}

export const options: UdpOptions = { handler: Upper, maxPending: 5 };
