export type { EntryState as TaskState } from './entry.ts';
export type { Items, Settled } from './many/many.ts';
export type { ManyOptions, PoolOptions, StreamOptions, TaskOptions, WorkerCount } from './options.ts';
export { Pool } from './pool.ts';
export type { PoolStats, WorkerStats } from './figures/stats.ts';
export type { Durations } from './figures/tally.ts';
export type { Task } from './task.ts';
export { type CurrentTask, currentTask } from './worker/current-task.ts';
