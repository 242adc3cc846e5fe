/** What Node.js keeps behind a socket: there while it is open, on the versions that we know. */
import assert from 'node:assert/strict';
import { createServer, Socket } from 'node:net';
import test from 'node:test';
import { handleOf } from '../../../../src/net/connection/handle.ts';

test('Servers that listen and connected sockets have handles with what we look at, until they close', async () => {
  const server = createServer();
  assert.equal(handleOf(server), undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  assert.equal(typeof handleOf(server)?.onconnection, 'function');
  const socket = new Socket();
  assert.equal(handleOf(socket), undefined);
  socket.connect((server.address() as { port: number }).port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const { fd, writeQueueSize } = handleOf(socket)!;
  assert.ok(Number.isInteger(fd) && fd! > 2);
  assert.equal(writeQueueSize, 0);
  const closed = new Promise((resolve) => server.once('close', resolve));
  socket.destroy();
  server.close();
  await closed;
  assert.deepEqual([handleOf(socket), handleOf(server)], [undefined, undefined]);
});

test('A Node.js that keeps something else there has no handles for us', () => {
  for (const other of [undefined, null, 5, () => 5]) {
    const socket = new Socket();
    Reflect.set(socket, '_handle', other);
    assert.equal(handleOf(socket), undefined);
    Reflect.set(socket, '_handle', null);
    socket.destroy();
  }
});
