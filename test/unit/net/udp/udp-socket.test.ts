/** Sockets on one descriptor: what each gets, how one stops receiving, and that nobody else gets at the port. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { closeSync, openSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { openSocket, stopReceiving } from '../../../../src/net/udp/udp-socket.ts';
import { bindDatagrams, closeDescriptor, portOf } from '../../../../src/platform/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { type UdpPeer, udpPeer } from '../../../harness/datagrams.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}

/** A bound descriptor, and a peer that sends to it. */
async function bound(
  host: string,
  use: (master: number, port: number, peer: UdpPeer) => Promise<void>,
): Promise<void> {
  const master = bindDatagrams(host, 0, false);
  assert.equal(typeof master, 'number');
  const port = portOf(master as number);
  const peer = await udpPeer({ host: host === '::' ? '127.0.0.1' : host, port });
  try {
    await use(master as number, port, peer);
  } finally {
    await peer.close();
    closeDescriptor(master as number);
  }
}

for (const host of ['127.0.0.1', '::1', '::'])
  test(`A socket at ${host} receives and sends by number, without a look-up`, async () => {
    await bound(host, async (master, _port, peer) => {
      const socket = openSocket(master, host);
      const heard: string[] = [];
      socket.on('message', (data, from) => {
        heard.push(String(data));
        // What a look-up would only do in another turn of the event loop.
        socket.send('answer', from.port, from.address);
      });
      peer.send('question');
      assert.deepEqual(await peer.hears(1), ['answer']);
      assert.deepEqual(heard, ['question']);
      socket.send('told', peer.address.port, peer.address.host);
      assert.deepEqual(await peer.hears(2), ['answer', 'told']);
      await closed(socket);
    });
  });

test('A datagram that nobody has taken is there for whoever opens the socket next', async () => {
  await bound('127.0.0.1', async (master, _port, peer) => {
    const first = openSocket(master, '127.0.0.1');
    await closed(first);
    peer.send('while nobody was there');
    const second = openSocket(master, '127.0.0.1');
    const data = await new Promise<Buffer>((resolve) => second.once('message', resolve));
    assert.equal(String(data), 'while nobody was there');
    await closed(second);
  });
});

test('A socket that receives no more leaves datagrams to others, and still sends', async () => {
  await bound('127.0.0.1', async (master, _port, peer) => {
    const retiring = openSocket(master, '127.0.0.1');
    const lost: string[] = [];
    retiring.on('message', (data) => lost.push(String(data)));
    assert.equal(stopReceiving(retiring), true);
    for (let count = 0; count < 20; count++) peer.send('for others');
    const other = openSocket(master, '127.0.0.1');
    let heard = 0;
    other.on('message', () => heard++);
    await until('the other one has all', () => heard === 20);
    assert.deepEqual(lost, []);
    retiring.send('goodbye', peer.address.port, peer.address.host);
    assert.deepEqual(await peer.hears(1), ['goodbye']);
    await Promise.all([closed(retiring), closed(other)]);
  });
});

test('stopReceiving() says that it cannot, where Node.js has no such handle', () => {
  assert.equal(stopReceiving({} as Socket), false);
  assert.equal(stopReceiving({ [Symbol('state symbol')]: {} } as unknown as Socket), false);
});

test('Nobody else can bind the port of a server, though libuv would have let them', async () => {
  await bound('127.0.0.1', async (master, port) => {
    const socket = openSocket(master, '127.0.0.1');
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    const outcome = await new Promise<string>((resolve) => {
      thief.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      thief.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve('bound'));
    });
    assert.equal(outcome, 'EADDRINUSE');
    await Promise.all([closed(thief), closed(socket)]);
  });
});

test('openSocket() keeps no descriptor of what is no socket', () => {
  const file = openSync('/dev/zero', 'r');
  const before = readdirSync('/proc/self/fd').length;
  assert.throws(() => openSocket(file, '127.0.0.1'), { code: 'ERR_INVALID_FD_TYPE' });
  assert.equal(readdirSync('/proc/self/fd').length, before);
  closeSync(file);
});
