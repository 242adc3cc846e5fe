/**
 * A pool at one moment.
 *
 * @module
 */
import type { Shop } from '../shop/shop.ts';
import type { Durations } from './tally.ts';

/** One worker of a pool. */
export interface WorkerStats {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: 'starting' | 'idle' | 'running' | 'ending';
  /** Tasks that it has ended. */
  readonly done: number;
  /** Tasks that it has been given and has not ended. */
  readonly tasks: number;
}

/** What a pool has done and is doing. */
export interface PoolStats {
  readonly name: string;
  readonly policy: string;
  readonly workers: readonly WorkerStats[];
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** Tasks that a worker has been given. */
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Repetitions of tasks that failed. */
  readonly repeated: number;
  /** Workers that ended while they had a task. */
  readonly deaths: number;
  /** From the call until a worker got the task. */
  readonly waitMs: Durations;
  /** How long functions ran. */
  readonly runMs: Durations;
}

export function statsOf({ settings, crew, tally, pending }: Shop): PoolStats {
  const workers = crew.members.map((member): WorkerStats => {
    const state = member.isRetiring
      ? 'ending'
      : !member.isReady
        ? 'starting'
        : member.load > 0
          ? 'running'
          : 'idle';
    return { id: member.id, pid: member.pid, state, done: member.done, tasks: member.load };
  });
  const running = workers.reduce((sum, { tasks }) => sum + tasks, 0);
  const { done, failed, cancelled, repeated, deaths, waitMs, runMs } = tally;
  const { name, policy } = settings;
  const queued = pending - running;
  return {
    name,
    policy: policy.name,
    workers,
    queued,
    running,
    done,
    failed,
    cancelled,
    repeated,
    deaths,
    waitMs,
    runMs,
  };
}
