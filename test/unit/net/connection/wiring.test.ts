/** How sockets tell their channels what happens, each its own. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import test from 'node:test';
import type { Channel } from '../../../../src/net/connection/channel.ts';
import { readsInto, wire } from '../../../../src/net/connection/wiring.ts';

function wired(usesOnread: boolean): { readonly socket: EventEmitter; readonly heard: unknown[] } {
  const heard: unknown[] = [];
  const channel = {
    arrived: (bytes: Buffer) => heard.push(String(bytes)),
    ended: () => heard.push('ended'),
    failed: (error: Error) => heard.push(error.message),
    drained: () => heard.push('drained'),
    wasClosed: () => heard.push('closed'),
  };
  const socket = new EventEmitter();
  wire(socket as Socket, channel as unknown as Channel, usesOnread);
  return { socket, heard };
}

test('Each event of a socket goes to its own channel', () => {
  const [one, two] = [wired(false), wired(false)];
  one.socket.emit('data', Buffer.from('bytes'));
  two.socket.emit('data', Buffer.from('others'));
  one.socket.emit('drain');
  one.socket.emit('end');
  one.socket.emit('error', new Error('lost'));
  one.socket.emit('close');
  assert.deepEqual(one.heard, ['bytes', 'drained', 'ended', 'lost', 'closed']);
  assert.deepEqual(two.heard, ['others']);
});

test('Sockets that read into a buffer share it, and what they read is copied out of it', () => {
  const { buffer, callback } = readsInto();
  assert.equal(readsInto().buffer, buffer);
  assert.equal((buffer as Uint8Array).length, 64 * 1024);
  const pieces: Buffer[] = [];
  const { socket } = wired(true);
  wire(socket as Socket, { arrived: (piece: Buffer) => pieces.push(piece) } as unknown as Channel, true);
  for (const text of ['first', 'next']) {
    (buffer as Buffer).write(text);
    assert.equal(callback.call(socket, text.length, buffer as Uint8Array), true, 'it reads on');
  }
  assert.deepEqual(pieces.map(String), ['first', 'next']);
  assert.equal(socket.listenerCount('data'), 0, 'nothing has the socket read by itself');
});

test('What is read by a socket that has no channel yet is nobody’s', () => {
  const { buffer, callback } = readsInto();
  assert.equal(callback.call({}, 4, buffer as Uint8Array), true);
});
