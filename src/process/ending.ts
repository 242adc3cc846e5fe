/**
 * Ending a process: politely, then by force.
 *
 * @module
 */
import { DuodaoError, type Wait } from '../base/index.ts';
import type { Exit } from './record/exit.ts';

const GRACE_MS = 5000;

/** How `stop()` goes about it. */
export interface StopOptions {
  /** How long to wait between asking and insisting; 5000 if left out, 0 asks for no patience at all. */
  readonly graceMs?: number;
  /** Whether all that it has started, and they have, ends with it. */
  readonly tree?: boolean;
}

interface Stoppable {
  terminate(): void;
  kill(): void;
  join(wait?: Wait): Promise<Exit>;
}

/** Asks a process to end, insists after the grace, and says how it ended. */
export async function stop(process: Stoppable, { graceMs = GRACE_MS }: StopOptions = {}): Promise<Exit> {
  process.terminate();
  try {
    return await process.join({ timeoutMs: graceMs });
  } catch (error) {
    if (!(error instanceof DuodaoError && error.code === 'timed-out')) throw error;
    process.kill();
    return process.join();
  }
}
