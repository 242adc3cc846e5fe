/**
 * Queues whose memory makes no sense.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';

/** Keeps a queue whose memory makes no sense from being the trouble of those who do not use it. */
export function ifSound<R>(step: () => R): R | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'broken') return undefined;
    throw error;
  }
}
