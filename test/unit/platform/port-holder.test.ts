/** Who has a port: found by its number, and nobody where it is free. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import test from 'node:test';
import { holderOf } from '../../../src/platform/port-holder.ts';

const OURSELVES = { pid: process.pid, command: readFileSync('/proc/self/comm', 'utf8').trim() };

for (const host of ['127.0.0.1', '::1']) {
  test(`This process is found by the port at which it listens on ${host}, and then no more`, async () => {
    const server = createServer((socket) => void socket.resume());
    await once(server.listen(0, host), 'listening');
    const { port } = server.address() as { port: number };
    assert.deepEqual(holderOf(port), OURSELVES);
    assert.equal(holderOf(port, 'udp'), undefined);
    const client = connect(port, host);
    await once(client, 'connect');
    const { localPort } = client;
    assert.equal(holderOf(localPort!), undefined, 'who is only connected from there does not listen');
    client.destroy();
    await once(server.close(), 'close');
    assert.equal(holderOf(port), undefined);
  });
}

test('A port of datagrams is found as such, and is none of connections', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  assert.deepEqual(holderOf(port, 'udp'), OURSELVES);
  assert.equal(holderOf(port), undefined);
  socket.close();
  await once(socket, 'close');
  assert.equal(holderOf(port, 'udp'), undefined);
});
