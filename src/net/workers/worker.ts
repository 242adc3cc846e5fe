/**
 * What a worker of a server does: the target of its process or thread.
 *
 * @module
 */
import { isMainThread } from 'node:worker_threads';
import { DuodaoError } from '../../base/index.ts';
import type { PipeConnection, SharedArray } from '../../ipc/index.ts';
import { type Row, ROW_LENGTH } from '../connection/tally.ts';
import type { Plan } from '../server/plan.ts';
import type { Serving } from '../server/service.ts';
import { startServing } from '../server/serving.ts';
import type { StopOrder, WorkerWord } from './orders.ts';

/** What a worker is given beside the plan. */
export interface Post {
  /** The socket of the server. Whoever started us closes it, if it is not ours alone. */
  readonly fd: number;
  /** Which row of the counts is ours. */
  readonly seat: number;
  readonly counts: SharedArray<'f64'>;
  readonly orders: PipeConnection<StopOrder | WorkerWord>;
}

/** The row of a seat. */
export function rowAt(counts: SharedArray<'f64'>, seat: number): Row {
  return counts.view.subarray(seat * ROW_LENGTH, (seat + 1) * ROW_LENGTH);
}

/** The rows of all seats. */
export function rowsOf(counts: SharedArray<'f64'>): Row[] {
  return Array.from({ length: counts.view.length / ROW_LENGTH }, (_, seat) => rowAt(counts, seat));
}

/** What is on its way when all is served may take so long. */
const PARTING_MS = 200;

/** Serves until it is told to stop, or nobody is left who could tell it. */
export async function serveAsWorker(plan: Plan, { fd, seat, counts, orders }: Post): Promise<void> {
  let serving: Serving;
  try {
    serving = await startServing(plan, fd, rowsOf(counts), seat);
  } catch (failed) {
    await orders.send({ failed });
    return;
  }
  if (isMainThread) {
    // A terminal tells all of its processes of Ctrl-C, and of its own end. When we end is for the server to say.
    process.on('SIGINT', () => undefined);
    process.on('SIGHUP', () => undefined);
  }
  await orders.send({ ready: true });
  await serving.stop(await untilStop(orders));
  // The handler's module may have left a timer, or a connection of its own, that would keep us.
  setTimeout(() => process.exit(), PARTING_MS).unref();
}

async function untilStop(orders: PipeConnection<StopOrder | WorkerWord>): Promise<number> {
  try {
    return ((await orders.receive()) as StopOrder).stop;
  } catch (error) {
    if (error instanceof DuodaoError) return 0; // the server is gone, or has given us up
    throw error;
  }
}
