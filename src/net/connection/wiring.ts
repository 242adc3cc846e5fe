/**
 * How a socket tells its channel what happens.
 *
 * The listeners are the same functions for all sockets, and find the channel on the socket: ten thousand connections
 * have no closures of their own. Sockets that read into a buffer (`onread`) have one buffer in common, as each piece is
 * copied out of it before the next is read.
 *
 * @module
 */
import type { OnReadOpts, Socket } from 'node:net';
import type { Channel } from './channel.ts';

const CHANNEL: unique symbol = Symbol('duodao channel');
const READ_BYTES = 64 * 1024;

type Wired = Socket & { [CHANNEL]?: Channel | undefined };

let buffer: Uint8Array | undefined;
let options: OnReadOpts | undefined;

/** What a socket is given that reads into the buffer of this thread. */
export function readsInto(): OnReadOpts {
  buffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
  options ??= { buffer, callback: onRead };
  return options;
}

function onRead(this: unknown, length: number, bytes: Uint8Array): boolean {
  // Node.js calls it as a method of the socket.
  const copy = Buffer.allocUnsafe(length);
  (bytes as Buffer).copy(copy, 0, 0, length);
  (this as Wired)[CHANNEL]?.arrived(copy);
  return true;
}

function onData(this: Wired, bytes: Buffer): void {
  this[CHANNEL]?.arrived(bytes);
}
function onEnd(this: Wired): void {
  this[CHANNEL]?.ended();
}
function onError(this: Wired, error: Error): void {
  this[CHANNEL]?.failed(error);
}
function onDrain(this: Wired): void {
  this[CHANNEL]?.drained();
}
/**
 * Nothing leads from the socket to its channel any more: native handles keep their sockets until the old objects are
 * collected, and all that they lead to would be moved there with them.
 */
function onClose(this: Wired): void {
  const channel = this[CHANNEL];
  this[CHANNEL] = undefined;
  channel?.wasClosed();
}

/** Has a socket tell the channel what happens. */
export function wire(socket: Socket, channel: Channel<never> | Channel, usesOnread: boolean): void {
  const wired = socket as Wired;
  wired[CHANNEL] = channel;
  if (!usesOnread) wired.on('data', onData);
  wired.on('end', onEnd).on('error', onError).on('drain', onDrain).on('close', onClose);
}
