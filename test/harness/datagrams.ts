/**
 * Servers of datagrams in tests, and the other side of them: a bare socket that keeps what it hears.
 *
 *     await servedUdp({ handler }, async (server, peer) => {
 *       peer.send('hello');
 *       assert.deepEqual(await peer.hears(1), ['hello']);
 *     });
 *
 * @module
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { type HostAddress, type ServerStats, type UdpOptions, UdpServer } from '../../src/net/index.ts';
import { until } from './tree.ts';

export interface UdpPeer {
  readonly socket: Socket;
  readonly address: HostAddress;
  /** What has been heard. */
  readonly heard: readonly Buffer[];
  /** Sends a datagram, to the server that this peer is for unless another address is given. */
  send(data: Uint8Array | string, to?: HostAddress): void;
  /** Resolves to all that was heard, as text, once that are so many datagrams. */
  hears(count: number): Promise<string[]>;
  close(): Promise<void>;
}

/** A bare socket that talks to somebody. */
export async function udpPeer(server?: HostAddress): Promise<UdpPeer> {
  const isIpv6 = server?.host.includes(':') === true;
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
  const heard: Buffer[] = [];
  socket.on('message', (data) => heard.push(data));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).bind(0, isIpv6 ? '::1' : '127.0.0.1', resolve);
  });
  const { address: host, port } = socket.address();
  return {
    socket,
    address: { host, port },
    heard,
    send(data, to = server) {
      assert.ok(to, 'there is somebody to talk to');
      socket.send(data, to.port, to.host);
    },
    async hears(count) {
      await until(
        () => `${count} datagrams are heard (now ${heard.length})`,
        () => heard.length >= count,
      );
      return heard.map(String);
    },
    close: () => new Promise<void>((resolve) => socket.close(resolve)),
  };
}

/** Has a server listen, and a peer talk to it. Returns what was counted in the end. */
export async function servedUdp(
  options: UdpOptions,
  use: (server: UdpServer, peer: UdpPeer) => Promise<void>,
): Promise<ServerStats> {
  const server = await new UdpServer(options).listen();
  const peer = await udpPeer(server.address);
  try {
    await use(server, peer);
  } finally {
    await peer.close();
    await server.close({ drainMs: 0 });
  }
  return server.stats();
}

/** A gate: whoever is at it waits until it is opened. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
