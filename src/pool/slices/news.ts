/**
 * What the pool tells the thread that shares the CPUs among its workers.
 *
 * @module
 */
import type { Line } from '../../ipc/index.ts';

/** A task that a worker has been given and must not begin before it is told. */
export interface SliceTask {
  readonly id: number;
  readonly name: string;
  readonly arrival: number;
  readonly priority: number;
  readonly expected: number | undefined;
  /** Requests that the worker was sent, this one included: when so many are answered, it has ended. */
  readonly count: number;
}

export type News =
  | { readonly what: 'seat'; readonly seat: number; readonly pid: number; readonly line: Line }
  | { readonly what: 'task'; readonly seat: number; readonly task: SliceTask }
  /** The task was taken back, before it began. */
  | { readonly what: 'back'; readonly seat: number }
  /** The worker has ended. */
  | { readonly what: 'gone'; readonly seat: number }
  | { readonly what: 'end' };

/** A stretch of time that a task had a CPU, on the monotonic clock. */
export interface Slice {
  readonly task: number;
  readonly name: string;
  readonly cpu: number;
  readonly start: number;
  readonly end: number;
  readonly why: string;
}
