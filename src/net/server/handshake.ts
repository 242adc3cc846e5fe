/**
 * What comes before the first message: TLS, and proof that both sides know the key. All of it under one time limit.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { assert, DuodaoError } from '../../base/index.ts';
import { PythonAuth } from '../../wire/index.ts';
import { textOf } from '../address.ts';
import type { Channel } from '../connection/channel.ts';
import type { Auth } from './plan.ts';

/**
 * Proves to each other that both sides know the key, as Python's multiprocessing.connection does.
 *
 * @throws DuodaoError `auth` when one does not, `protocol` at bytes that are no handshake, `broken` or `timed-out` when
 * the other side is gone, or silent.
 */
export function authenticate(
  channel: Channel<never> | Channel,
  role: 'server' | 'client',
  { key, legacy }: Auth,
): Promise<void> {
  // It may have gone while something else was waited for; nobody would tell of that again.
  if (channel.isClosed || channel.incoming.end)
    return Promise.reject(channel.failure?.error ?? ended(channel));
  const machine = new PythonAuth({ role, key, legacy, random: (count) => randomBytes(count) });
  const { socket } = channel;
  const write = (pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) socket.write(piece);
  };
  return new Promise((resolve, reject) => {
    const done = (error?: unknown): void => {
      channel.tap(undefined);
      if (error === undefined) resolve();
      else reject(error);
    };
    channel.tap((bytes) => {
      if (bytes.length === 0) {
        done(channel.failure?.error ?? ended(channel));
        return;
      }
      try {
        write(machine.push(bytes));
      } catch (error) {
        write(machine.lastWords);
        done(error);
        return;
      }
      if (!machine.isDone) return;
      const rest = machine.rest();
      done();
      if (rest.length > 0) channel.incoming.arrived(rest);
    });
    write(machine.start());
  });
}

function ended(channel: Channel<never> | Channel): DuodaoError {
  return new DuodaoError(
    'broken',
    `${textOf(channel.remoteAddress)} has ended the connection while both sides were to prove that they know the key`,
  );
}

/** Ends a connection that has not shaken hands in time. Returns what calls that off. */
export function limitHandshake(channel: Channel<never> | Channel, timeoutMs: number): () => void {
  assert(timeoutMs > 0, 'a handshake has a time limit');
  const timer = setTimeout(() => {
    const who = textOf(channel.remoteAddress);
    channel.destroy(
      new DuodaoError(
        'timed-out',
        `${who} did not shake hands within ${timeoutMs} ms: does it know that there is a key?`,
        {
          timeoutMs,
        },
      ),
    );
  }, timeoutMs);
  return () => clearTimeout(timer);
}
