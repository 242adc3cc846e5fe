/**
 * Why a pool takes no more tasks.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Settings } from '../options.ts';

export function closed(name: string, why: string): DuodaoError {
  return new DuodaoError('closed', `Cannot run a task in the pool ${name} as ${why}`, { pool: name });
}

export function initializerFailed({ name, initializer }: Settings, reason: unknown): DuodaoError {
  const what = initializer?.name || 'the initializer';
  const text = reason instanceof Error ? reason.message : String(reason);
  return new DuodaoError(
    'broken',
    `Cannot go on with the pool ${name} as its initializer ${what} failed: ${text}`,
    { pool: name },
    { cause: reason },
  );
}
