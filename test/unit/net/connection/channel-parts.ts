/**
 * A channel on a socket that has nothing behind it.
 *
 * @module
 */
import type { Socket } from 'node:net';
import { Budget } from '../../../../src/net/connection/budget.ts';
import { Channel } from '../../../../src/net/connection/channel.ts';
import { connectionLimits, type LimitOptions } from '../../../../src/net/connection/limits.ts';
import { newRow, type Row } from '../../../../src/net/connection/tally.ts';
import type { Framing } from '../../../../src/wire/index.ts';
import { FakeSocket } from './fake-socket.ts';

export interface Fixture<In> {
  readonly channel: Channel<In>;
  readonly socket: FakeSocket;
  readonly row: Row;
  readonly budget: Budget;
  /** How often it was said that it has closed. */
  readonly closed: Channel[];
  /** As if so many bytes had come. */
  arrives(...pieces: readonly (Uint8Array | string)[]): void;
}

export function channelOf<In, Out extends readonly unknown[]>(
  framing: Framing<In, Out>,
  options: LimitOptions = {},
  budget: Budget = new Budget(Number.POSITIVE_INFINITY),
): Fixture<In> {
  const socket = new FakeSocket();
  const row = newRow();
  const closed: Channel[] = [];
  const surroundings = {
    limits: connectionLimits(options),
    budget,
    row,
    closed: (one: Channel) => void closed.push(one),
  };
  const channel = new Channel<In>(socket as unknown as Socket, framing, surroundings, {
    host: 'peer',
    port: 1,
  });
  const arrives = (...pieces: readonly (Uint8Array | string)[]): void => {
    for (const piece of pieces) channel.arrived(Buffer.from(piece as string));
  };
  return { channel, socket, row, budget, closed, arrives };
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
