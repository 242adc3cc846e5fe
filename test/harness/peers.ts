/**
 * The other side of a connection, as a test wants it: a bare listener whose sockets it holds in its hands.
 *
 *     const peer = await Peer.listen();
 *     const socket = await peer.next();          // the next one that connects
 *     socket.write('half of a mess'); socket.resetAndDestroy();
 *     await peer.stop();                         // nobody listens any more: the port stays known
 *     await peer.start();                        // somebody does again, at the same port
 *
 * @module
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { OWN_HOST } from './loopback.ts';

export class Peer {
  #server: Server | undefined;
  #port = 0;
  readonly #sockets: Set<Socket> = new Set();
  readonly #fresh: Socket[] = [];
  #onSocket: ((socket: Socket) => void) | undefined;
  /** Connections that it ever took. */
  taken = 0;

  static async listen(): Promise<Peer> {
    const peer = new Peer();
    await peer.start();
    return peer;
  }

  /** One whose port is free: nobody listens there. */
  static async absent(): Promise<Peer> {
    const peer = await Peer.listen();
    await peer.stop();
    return peer;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: OWN_HOST, port: this.#port };
  }

  async start(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#took(socket));
    server.listen(this.#port, OWN_HOST);
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #took(socket: Socket): void {
    this.taken++;
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    if (this.#onSocket) this.#onSocket(socket);
    else this.#fresh.push(socket);
    this.#onSocket = undefined;
  }

  /** The next socket that connects, or one that has. */
  next(): Promise<Socket> {
    const socket = this.#fresh.shift();
    if (socket) return Promise.resolve(socket);
    return new Promise((resolve) => {
      this.#onSocket = resolve;
    });
  }

  /** Stops listening, and cuts off whoever is connected. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#fresh.length = 0;
    if (!server) return;
    server.close();
    await once(server, 'close');
  }
}

/** The text that has arrived at a socket, until it is so long, or the other side has ended. */
export async function textFrom(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const piece = socket.read() as Buffer | null;
    if (piece) text += piece.toString('latin1');
    else if (socket.readableEnded || socket.destroyed) break;
    else await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
  return text;
}
