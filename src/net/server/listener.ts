/**
 * Accepts connections from a socket that listens.
 *
 *     master descriptor ──duplicate──▶ a net.Server of this event loop ──▶ accepted
 *
 * The master stays open while the server lives, so connections queue in the kernel while nobody accepts: that is how
 * accepting pauses when descriptors run out. Node.js by itself would accept and close them without a word.
 *
 * How near that is says the descriptor of a new connection: the kernel gives the lowest that is free. What is left
 * below the limit is for files that handlers open, and for libuv.
 *
 * Several event loops accept from one socket, and the kernel wakes whichever sleeps; a burst of connections would go to
 * one of them. So one that is ahead of the others lets them go first, for a moment (balance.ts).
 *
 * Bytes are read into one buffer of this thread, through `onread` of net.Socket: half of what a 'data' event costs.
 * Node.js documents that for connections that one makes; for accepted ones the handle is needed, which it passes to
 * `onconnection` of the handle that listens. Where that is not so (another Node.js), events do the same.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { closeDescriptor, duplicate } from '../../platform/index.ts';
import { handleOf } from '../connection/handle.ts';
import { readsInto } from '../connection/wiring.ts';

/** Descriptors that are left for others, or a quarter of all. */
const RESERVE = 64;
/** How long others have that chance. They may be busy, or stopped: nobody waits for them longer. */
const CHANCE_MS = 5;
/** While accepting pauses, one looks again so often. */
const AGAIN_MS = 100;

export interface ListenerEars {
  /** @param readsInto - Whether it was made with `onread`. */
  accepted(socket: Socket, readsInto: boolean): void;
  /** Descriptors have run out: nothing is accepted for now. */
  overloaded(): void;
  /** This event loop has more connections than its share: others are to have a chance at the next. */
  isAhead(): boolean;
}

export class Listener {
  readonly #master: number;
  readonly #backlog: number;
  readonly #ears: ListenerEars;
  readonly #usesOnread: boolean;
  readonly #most: number = mostDescriptors();
  #server: Server | undefined;
  #again: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * @param master - A socket that listens; it stays the caller's.
   * @param usesOnread - Not for TLS, which reads itself.
   */
  constructor(master: number, backlog: number, usesOnread: boolean, ears: ListenerEars) {
    this.#master = master;
    this.#backlog = backlog;
    this.#usesOnread = usesOnread;
    this.#ears = ears;
  }

  /** Begins, or begins again, to accept. */
  async start(): Promise<void> {
    const fd = duplicate(this.#master);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => {
        closeDescriptor(fd);
        reject(error);
      };
      server.once('error', failed);
      // Node.js has the socket listen again, and that sets its backlog.
      server.listen({ fd }, this.#backlog, () => {
        server.off('error', failed);
        resolve();
      });
    });
    server.on('error', () => undefined); // of one connection, which was lost before it was ours
    server.on('connection', (socket: Socket) => {
      this.#take(socket, handleOf(socket)?.fd, false);
      socket.resume();
    });
    const handle = handleOf(server);
    if (this.#usesOnread && typeof handle?.onconnection === 'function')
      handle.onconnection = (error, client) => {
        if (error !== 0 || !client) return; // it was gone before it was accepted
        const socket = new Socket({ handle: client, allowHalfOpen: true, onread: readsInto() } as object);
        this.#take(socket, client.fd, true);
      };
  }

  #take(socket: Socket, fd: number | undefined, doesReadInto: boolean): void {
    this.#ears.accepted(socket, doesReadInto);
    if (fd !== undefined && fd >= this.#most) {
      this.#pause(AGAIN_MS);
      this.#ears.overloaded();
    } else if (this.#ears.isAhead()) this.#pause(CHANCE_MS);
  }

  #pause(forMs: number): void {
    this.#server?.close();
    this.#server = undefined;
    this.#again ??= setTimeout(() => this.#lookAgain(), forMs);
  }

  #lookAgain(): void {
    this.#again = undefined;
    if (this.#isStopped) return;
    if (!this.#hasRoom()) this.#pause(AGAIN_MS);
    else this.start().catch(() => this.#pause(AGAIN_MS));
  }

  /**
   * Whether the descriptor that a new connection would have is below the limit. The lowest that is free is for what
   * listens, which has just given one back: the one behind it would be the connection's. To look at the first alone
   * would let one more in with each look, until nothing is left for others and connections are dropped.
   */
  #hasRoom(): boolean {
    const probes: number[] = [];
    try {
      probes.push(duplicate(this.#master));
      probes.push(duplicate(this.#master));
      return probes[1]! < this.#most;
    } catch {
      return false; // there are none at all
    } finally {
      for (const probe of probes) closeDescriptor(probe);
    }
  }

  /** Stops accepting, for good. Connections that were accepted are not its business. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#again);
    this.#server?.close();
    this.#server = undefined;
  }
}

/** Beyond this, descriptors are running out. */
function mostDescriptors(): number {
  const text = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (text === undefined) return Number.POSITIVE_INFINITY;
  return Number(text) - Math.min(RESERVE, Math.floor(Number(text) / 4));
}
