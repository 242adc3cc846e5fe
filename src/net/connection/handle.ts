/**
 * What Node.js keeps behind a socket, and does not document: looked at, where it is there, and never needed.
 *
 * @module
 */
import type { Server, Socket } from 'node:net';

/** The parts of a handle that we look at. */
export interface Handle {
  readonly fd?: number;
  /** All bytes that were written. */
  readonly bytesWritten?: number;
  /** Bytes that were written and are not with the kernel. */
  readonly writeQueueSize?: number;
  /** Of one that listens: called with each connection. */
  onconnection?: (error: number, client: Handle | undefined) => void;
}

/** The handle of a socket or server; undefined when it is closed, or Node.js has none. */
export function handleOf(owner: Socket | Server): Handle | undefined {
  const handle: unknown = Reflect.get(owner, '_handle');
  return typeof handle === 'object' && handle !== null ? handle : undefined;
}
