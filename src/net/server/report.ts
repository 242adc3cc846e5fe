/**
 * What is said of what went wrong while a client was served.
 *
 * What clients do wrong is their business, and counted: a server that printed it would let anybody fill its logs. What
 * a handler throws of its own is a defect of the program, and printed as Node.js prints errors, unless somebody handles
 * it.
 *
 * @module
 */
import { inspect } from 'node:util';
import { DuodaoError, type ErrorCode } from '../../base/index.ts';
import { type Address, textOf } from '../address.ts';
import type { Channel } from '../connection/channel.ts';
import type { HandleError } from './plan.ts';

const OF_PEERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'auth',
  'broken',
  'closed',
  'over-limit',
  'protocol',
  'timed-out',
]);

/** Whether an error only says what the other side did: 'ended' if that was to end. */
export function isOfPeer(error: unknown, channel: Channel): boolean | 'ended' {
  if (!(error instanceof DuodaoError) || !OF_PEERS.has(error.code)) return false;
  const isOver = channel.isClosed || channel.failure !== undefined || channel.incoming.end !== undefined;
  if (error.code === 'closed') return isOver && 'ended';
  return isOver || error.code === 'auth' || error.code === 'protocol';
}

/** Tells `handleError`; without one, prints what is a defect. */
export function report(
  error: unknown,
  client: Address,
  handleError: HandleError | undefined,
  isDefect: boolean,
): void {
  if (!handleError) {
    if (isDefect) print(error, client);
    return;
  }
  const failed = (reason: unknown): void => print(reason, client);
  try {
    const answer = handleError(error, client);
    if (answer instanceof Promise) answer.catch(failed);
  } catch (reason) {
    failed(reason);
  }
}

function print(error: unknown, client: Address): void {
  process.stderr.write(`duodao: a handler failed while it served ${textOf(client)}:\n${inspect(error)}\n`);
}
