/**
 * What a server tells of itself.
 *
 * @module
 */
import { AT, type Count, type Row, sumOf } from '../connection/tally.ts';

/** One worker of a server. */
export interface ServerWorker {
  readonly pid: number;
  /** 0 for a process. */
  readonly thread: number;
  readonly active: number;
  readonly accepted: number;
}

/**
 * What was counted since it listens, in all workers, those that have ended included. Each number is exact at some
 * moment of the call.
 */
export interface ServerStats extends Readonly<Record<Count, number>> {
  /** Connections that have ended. */
  readonly closed: number;
  /** Workers that died and were replaced. */
  readonly replaced: number;
  readonly workers: readonly ServerWorker[];
}

/** Adds up what was counted. */
export function statsOf(
  rows: readonly Row[],
  workers: readonly Omit<ServerWorker, 'active' | 'accepted'>[],
  replaced: number,
): ServerStats {
  const sum = sumOf(rows);
  return {
    ...sum,
    closed: sum.accepted - sum.active,
    replaced,
    workers: workers.map((worker, index) => {
      const row = rows[index];
      return { ...worker, active: row?.[AT.active] ?? 0, accepted: row?.[AT.accepted] ?? 0 };
    }),
  };
}
