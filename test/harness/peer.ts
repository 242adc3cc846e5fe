/**
 * The other side of a connection as a bare socket, which knows nothing of our framings: it sends what it is told, and
 * keeps what it hears.
 *
 *     const peer = await dial(server.address);
 *     peer.write('GET / HTTP/1.1\r\n\r\n');
 *     assert.equal(await peer.gone, 'ended');
 *
 * @module
 */
import assert from 'node:assert/strict';
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import type { Address } from '../../src/net/index.ts';
import { until } from './tree.ts';

export interface Peer {
  readonly socket: Socket;
  /** How the other side went: with an end, or with a reset. */
  readonly gone: Promise<'ended' | 'reset'>;
  /** What has been heard. */
  heard(): Buffer;
  /** Writes bytes, or text byte for byte. */
  write(bytes: Uint8Array | string): void;
  /** Resolves when so many bytes have been heard. */
  hears(bytes: number): Promise<Buffer>;
  /** Resolves when this has been heard, at the end of all. */
  hearsText(text: string): Promise<void>;
  /** Ends this side only. */
  end(): void;
  /** Closes it so that the other side gets a reset. */
  reset(): void;
  /** Closes this side, and waits until the socket is closed. */
  close(): Promise<void>;
}

/** Where a bare socket finds an address. */
export function optionsOf(address: Address): NetConnectOpts {
  if ('path' in address) return { path: address.path.replace(/^@/, '\0') };
  return { host: address.host, port: address.port };
}

/** Connects. Rejects with what the system says. */
export async function dial(address: Address): Promise<Peer> {
  const socket = createConnection({ ...optionsOf(address), allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve()).once('error', reject);
  });
  return peerOf(socket);
}

export function peerOf(socket: Socket): Peer {
  const pieces: Buffer[] = [];
  let heardBytes = 0; // counted, as putting them together at each look would take its time from whoever shares the loop
  let isOver = false;
  const heard = (): Buffer => Buffer.concat(pieces);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const gone = new Promise<'ended' | 'reset'>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      heardBytes += piece.length;
    });
    socket.once('end', () => resolve('ended'));
    socket.on('error', () => resolve('reset'));
    socket.once('close', () => resolve('reset')); // nobody hears of it when an end came before
  });
  void gone.then(() => (isOver = true));
  const wait = async (what: () => string, holds: () => boolean): Promise<Buffer> => {
    await until(what, () => holds() || isOver);
    assert.ok(holds(), `${what()}; then the other side was gone`);
    return heard();
  };
  return {
    socket,
    gone,
    heard,
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    hears: (count) =>
      wait(
        () => `${count} bytes are heard (now ${heardBytes})`,
        () => heardBytes >= count,
      ),
    hearsText: async (text) => {
      const isThere = (): boolean => heard().toString('latin1').endsWith(text);
      await wait(() => `"${text}" is heard (now "${heard().toString('latin1')}")`, isThere);
    },
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    close: async () => {
      socket.destroy();
      await closed;
    },
  };
}

/** A message with its length before it, as `struct.pack('<i', length)` and the bytes. */
export function prefixed(message: Uint8Array | string): Buffer {
  const bytes = Buffer.from(message as string);
  const head = Buffer.alloc(4);
  head.writeInt32LE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** A length alone. */
export function lengthOf(length: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32LE(length);
  return head;
}
