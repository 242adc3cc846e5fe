/**
 * Begins to serve what a plan says, in this event loop: what a server without workers does, and each worker.
 *
 * @module
 */
import type { Row } from '../connection/tally.ts';
import type { Plan } from './plan.ts';
import { Service, type Serving } from './service.ts';

/** @param fd - The socket of the server; it stays the caller's. */
export async function startServing(plan: Plan, fd: number, row: Row, rows: readonly Row[]): Promise<Serving> {
  const service = new Service(plan, fd, row, rows);
  await service.start();
  return service;
}
