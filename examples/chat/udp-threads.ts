/**
 * The two threads of udp-peer.ts. Each runs in a worker of its own, and so imports this module for itself.
 *
 * A socket belongs to one thread, so each has its own: the one that receives is bound to the port, the one that sends
 * to any. That costs nothing, as in UDP nothing connects the two directions; only the port that a message comes from is
 * not the one to answer to, which both sides know anyway.
 *
 * A message is a datagram of text, and an empty datagram says good-bye: it is a legal one, and no text. Who has said
 * good-bye says no more, and may still listen.
 *
 * @module
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import type { Event } from 'duodao';
import type { Place } from '../program.ts';
import { visible } from '../visible.ts';
import { linesIn } from './lines-in.ts';

/** What arrives in one piece on every network, without being cut into fragments that get lost. */
export const MESSAGE_BYTES_MAX = 1200;

export interface Receiving {
  readonly listen: Place;
  /** Who is listened to. */
  readonly from: string;
  /** Set when it can receive. */
  readonly isReady: Event;
  /** Set when the other side has said good-bye. */
  readonly wasLast: Event;
  /** Set when it is to end. */
  readonly isOver: Event;
}

/** The receiving thread: prints what comes, until it is told to end. */
export async function receiving({ listen, from, isReady, wasLast, isOver }: Receiving): Promise<void> {
  const socket = createSocket(listen.host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(listen.port, listen.host);
    await once(socket, 'listening');
    socket.on('message', (datagram, { address }) => {
      // Anybody can send here. Only one is talked with.
      if (address !== from) console.log(`-- Somebody else wrote, from ${address}: it is not shown`);
      else if (datagram.byteLength === 0) {
        console.log('-- The other one has said good-bye');
        wasLast.set();
      } else console.log(`${address}: ${visible(datagram.toString('utf8'))}`);
    });
    isReady.set();
    await isOver.wait();
  } finally {
    socket.close();
  }
}

export interface Sending {
  readonly to: Place;
  /** Set when it is to end. */
  readonly isOver: Event;
}

/** The sending thread: sends each line of the standard input, and good-bye at its end. */
export async function sending({ to, isOver }: Sending): Promise<void> {
  const socket = createSocket(to.host.includes(':') ? 'udp6' : 'udp4');
  socket.connect(to.port, to.host);
  await once(socket, 'connect');
  // As it is connected, the kernel tells when nobody has that port. It may be that nobody has it yet.
  const lost = (): void => console.log('-- Nobody listens there yet, or any more: what was sent is lost');
  socket.on('error', lost);
  const input = standardInput();
  const done = new AbortController();
  const over = isOver.wait({ signal: done.signal }).then(
    () => input.destroy(),
    () => undefined, // this thread is done by itself
  );
  const sendOnce = (text: string): Promise<Error | null> =>
    new Promise((resolve) => socket.send(text, (error) => resolve(error)));
  const send = async (text: string): Promise<void> => {
    // What fails is told of the datagram before, and this one was not sent.
    if ((await sendOnce(text)) === null) return;
    lost();
    await sendOnce(text);
  };
  try {
    for await (const line of linesIn(input)) await sayIfShort(line, send);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // destroyed above
  } finally {
    done.abort();
    await over;
    await send('');
    socket.close();
  }
}

async function sayIfShort(line: string, send: (text: string) => Promise<void>): Promise<void> {
  const bytes = Buffer.byteLength(line);
  if (bytes > MESSAGE_BYTES_MAX)
    console.log(`-- Not sent: it has ${bytes} bytes, ${MESSAGE_BYTES_MAX} are the most`);
  else if (bytes > 0) await send(line);
}

/**
 * Descriptor 0, in this thread: `process.stdin` of a worker is not that of the process. Of a pipe or a terminal a
 * stream that waits in the event loop, as a read that blocks could not be ended.
 */
function standardInput(): Readable {
  if (isatty(0)) return new ReadStream(0);
  const kind = fstatSync(0);
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd: 0, readable: true, writable: false });
  return createReadStream('', { fd: 0 });
}
