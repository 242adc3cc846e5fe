/**
 * Looks for rooms on the local networks: asks everybody at once, and listens for a while to who answers.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as later } from 'node:timers/promises';
import { answerIn, questionWith } from './discovery-packets.ts';
import { everybodyOn, isOwn } from './networks.ts';

export interface RoomFound {
  readonly title: string;
  readonly host: string;
  readonly port: number;
}

export interface Looking {
  /** The UDP port at which rooms are asked. */
  readonly port: number;
  /** How long to wait for answers. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** More than these are not kept: whoever answers with a million rooms does not get our memory. */
const ROOMS_MAX = 64;

/** The rooms that answer, each once, in the order in which they did. */
export async function roomsFound({ port, timeoutMs, signal }: Looking): Promise<RoomFound[]> {
  const nonce = randomBytes(16).toString('hex');
  const interfaces = networkInterfaces();
  const rooms = new Map<string, RoomFound>();
  const socket = createSocket('udp4');
  // Who asks several networks hears that one of them cannot be reached; the others may be.
  socket.on('error', () => undefined);
  socket.on('message', (datagram, { address: host }) => {
    const answer = answerIn(datagram, nonce);
    if (!answer || rooms.size >= ROOMS_MAX) return;
    // A room of this machine answers from each of its addresses.
    const known = `${isOwn(host, interfaces) ? 'here' : host} ${answer.port}`;
    if (!rooms.has(known)) rooms.set(known, { title: answer.title, host, port: answer.port });
  });
  try {
    socket.bind(0);
    await once(socket, 'listening', { signal });
    socket.setBroadcast(true);
    const question = questionWith(nonce);
    for (const address of everybodyOn(interfaces)) socket.send(question, port, address, () => undefined);
    await later(timeoutMs, undefined, { signal });
  } finally {
    socket.close();
  }
  return [...rooms.values()];
}
