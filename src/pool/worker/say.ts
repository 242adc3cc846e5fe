/**
 * How a worker answers: with what came out, or with what kept that from crossing.
 *
 * @module
 */
import { type Packed, packedOf, type Server } from '../../ipc/index.ts';
import { ERROR, VALUE } from '../messages.ts';

/** Says something in the middle of a task, and blocks the thread until there is room for it. */
export function sayNow(server: Server, type: number, value: unknown): void {
  if (server.tryAnswer(type, false, 0, value, 'value')) return;
  const packed = packedOf(value, 'value');
  while (!server.tryReply(type, false, 0, packed)) server.untilRoomSync();
}

/** Answers a request with a value. A promise only when there is no room at the moment. */
export function answer(server: Server, took: number, value: unknown): Promise<void> | undefined {
  try {
    if (server.tryAnswer(VALUE, true, took, value, 'result')) return undefined;
    return reply(server, VALUE, took, packedOf(value, 'result'));
  } catch (refusal) {
    return answerError(server, took, refusal);
  }
}

/** Answers a request with what its function threw. */
export function answerError(server: Server, took: number, error: unknown): Promise<void> | undefined {
  return reply(server, ERROR, took, packedError(error));
}

function reply(server: Server, type: number, took: number, packed: Packed): Promise<void> | undefined {
  if (server.tryReply(type, true, took, packed)) return undefined;
  return (async () => {
    do await server.untilRoom();
    while (!server.tryReply(type, true, took, packed));
  })();
}

/** An error as bytes. What of it cannot cross is left out, and its cause says what that was. */
export function packedError(error: unknown): Packed {
  try {
    return packedOf(error, 'error');
  } catch (refusal) {
    try {
      return packedOf(error instanceof Error ? halfTold(error, refusal) : refusal, 'error');
    } catch {
      // Not even that, as something in it throws when it is looked at.
      return packedOf(
        new Error(`A task failed with an error that cannot cross: ${textOf(refusal)}`),
        'error',
      );
    }
  }
}

function halfTold(error: Error, refusal: unknown): Error {
  const told = new Error(error.message, { cause: refusal });
  told.name = error.name;
  if (typeof error.stack === 'string') told.stack = error.stack;
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'cause' && ['string', 'number', 'boolean'].includes(typeof value))
      Reflect.set(told, key, value);
  }
  return told;
}

function textOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
