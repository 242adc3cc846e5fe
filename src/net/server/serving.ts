/**
 * Begins to serve what a plan says, in this event loop: what a server without workers does, and each worker.
 *
 * @module
 */
import type { Row } from '../connection/tally.ts';
import { UdpService } from '../udp/udp-service.ts';
import type { Plan } from './plan.ts';
import { Service, type Serving } from './service.ts';

/**
 * @param fd - The socket of the server; it stays the caller's.
 * @param rows - The counts of all who serve; ours is the one at `seat`.
 */
export async function startServing(
  plan: Plan,
  fd: number,
  rows: readonly Row[],
  seat: number,
): Promise<Serving> {
  if (plan.kind === 'udp') return new UdpService(plan, fd, rows[seat]!);
  const service = new Service(plan, fd, rows, seat);
  await service.start();
  return service;
}
