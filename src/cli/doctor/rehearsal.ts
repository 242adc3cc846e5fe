/**
 * The one promise that everything rests on, tried for real: a process takes a lock and is killed; the lock comes free,
 * and whoever takes it next is told.
 *
 * @module
 */
import { Process } from '../../process/index.ts';
import { Lock } from '../../sync/index.ts';
import type { Check } from './checks.ts';
import { dieHolding } from './victim.ts';

const NAME = 'kill -9';
const TRIED = 'started a process, had it killed inside a lock, and took the lock';
/** Far more than it takes. The limits only turn a hang into an answer. */
const START_MS = 30_000;
const FREE_MS = 5000;

export async function rehearse(): Promise<Check> {
  try {
    return { name: NAME, tried: TRIED, ...(await killed()) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name: NAME, tried: TRIED, status: 'bad', found: why };
  }
}

async function killed(): Promise<Pick<Check, 'status' | 'found'>> {
  const lock = new Lock({ name: NAME });
  const child = await new Process({ target: dieHolding, args: [lock], name: NAME }).start();
  try {
    const exit = await child.join({ timeoutMs: START_MS });
    if (exit.how !== 'killed') return { status: 'bad', found: `the process was not killed: it ${exit.how}` };
  } finally {
    await child.stop({ graceMs: 0 });
  }
  const held = await lock.acquire({ timeoutMs: FREE_MS });
  const { ownerDied } = held;
  held.release();
  return ownerDied
    ? { status: 'ok', found: 'the lock came free, and its next owner was told' }
    : { status: 'bad', found: 'the lock came free, but its next owner was not told' };
}
