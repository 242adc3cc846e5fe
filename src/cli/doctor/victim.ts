/**
 * What the doctor has killed, to see that a system tells of it.
 *
 * @module
 */
import type { Lock } from '../../sync/index.ts';

/** Takes the lock, and is killed with it. */
export async function dieHolding(lock: Lock): Promise<void> {
  await lock.acquire();
  process.kill(process.pid, 'SIGKILL');
}
