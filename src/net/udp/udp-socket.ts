/**
 * A node:dgram socket on the descriptor of a server: each event loop has its own duplicate, and the kernel gives each
 * datagram to whoever asks first. What nobody has taken stays in the kernel's queue, so workers may come and go.
 *
 * - **Addresses are numbers**, and need no look-up: Node.js would go another way around the event loop for each.
 * - **No receiving while the last replies go out.** Node.js has no public way to stop only that, so the handle is
 *   asked, where it can be found. Where not, what still comes is thrown away, and counted.
 * - **Nobody else may bind the port.** libuv sets SO_REUSEADDR on a descriptor that it opens, with which any program
 *   of this machine could take our port over; so it is taken back.
 *
 * @module
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { closeDescriptor, duplicate, refuseSharing } from '../../platform/index.ts';

type Found = (error: null, address: string, family: number) => void;

/** @param host - Where the socket is bound, by number. */
export function openSocket(master: number, host: string): Socket {
  const family = isIP(host);
  const found = (number: string, _family: unknown, tell: Found): void =>
    tell(null, family === 6 && isIP(number) === 4 ? `::ffff:${number}` : number, family);
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: found });
  const fd = duplicate(master);
  try {
    socket.bind({ fd, exclusive: true });
  } catch (error) {
    socket.close();
    closeDescriptor(fd);
    throw error;
  }
  refuseSharing(master);
  return socket;
}

/** Has it receive nothing more, while it still sends. Returns whether that could be done. */
export function stopReceiving(socket: Socket): boolean {
  const place = Object.getOwnPropertySymbols(socket).find((one) => one.description === 'state symbol');
  if (place === undefined) return false;
  const { handle } = Reflect.get(socket, place) as { handle?: { recvStop?: () => unknown } };
  if (typeof handle?.recvStop !== 'function') return false;
  handle.recvStop();
  return true;
}
