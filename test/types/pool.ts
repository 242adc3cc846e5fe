/** What users' code must and must not compile to when it uses pools. See base.ts for how such a test works. */
import {
  currentTask,
  Pool,
  type PoolOptions,
  type PoolStats,
  type Settled,
  type Task,
} from '../../src/index.ts';
import { mlfq } from '../../src/schedule/index.ts';
import { same } from './same.ts';

declare function add(a: number, b: number): number;
declare function none(): void;
declare function optional(a?: number): string;
declare function later(text: string): Promise<{ count: number }>;
declare function either(item: number): number | Promise<string>;
declare function many(...numbers: number[]): bigint;
declare const numbers: readonly number[];
declare const lateNumbers: AsyncIterable<number>;

const pool = new Pool({ workers: 2 });

// What a function returns is known, and awaited.
const sum = pool.run(add, 1, 2);
same<typeof sum, Promise<number>>(true);
const nothing = pool.run(none);
same<typeof nothing, Promise<void>>(true);
const text = pool.run(optional);
same<typeof text, Promise<string>>(true);
const count = pool.run(later, 'a');
same<typeof count, Promise<{ count: number }>>(true);
const one = pool.run(either, 1);
same<typeof one, Promise<number | string>>(true);
const big = pool.run(many, 1, 2, 3);
same<typeof big, Promise<bigint>>(true);
// @ts-expect-error: one is missing
void pool.run(add, 1);
// @ts-expect-error: not a number
void pool.run(add, 1, 'b');
// @ts-expect-error: one too many
void pool.run(none, 1);
// @ts-expect-error: a name is no function
void pool.run('add', 1, 2);

// A task is of what its function gives, and is no promise itself.
const task = pool.submit(later, ['a'], { priority: 1, expectedMs: 5, retries: 2, name: 'n' });
const ofTask = task;
same<typeof ofTask, Task<{ count: number }>>(true);
const result = task.result;
same<typeof result, Promise<{ count: number }>>(true);
const state = task.state;
same<typeof state, 'queued' | 'running' | 'done' | 'failed' | 'cancelled'>(true);
task.cancel();
task.cancel(new Error('no'));
pool.submit(add, [1, 2] as const, { taskTimeoutMs: () => undefined, signal: AbortSignal.timeout(1) });
// @ts-expect-error: in a list
pool.submit(add, 1, 2);
// @ts-expect-error: one is missing
pool.submit(add, [1]);
// @ts-expect-error: there is no such option
pool.submit(add, [1, 2], { prio: 1 });
// @ts-expect-error: only calls over many items have chunks
pool.submit(add, [1, 2], { chunkSize: 1 });
// @ts-expect-error: it can be looked at, and not changed
task.state = 'done';

// Items are what the function takes.
const counts = pool.map(later, ['a', 'b']);
same<typeof counts, Promise<{ count: number }[]>>(true);
const items = pool.map(either, numbers, { chunkSize: 8, concurrency: 16 });
same<typeof items, Promise<(number | string)[]>>(true);
const lateItems = pool.map(either, lateNumbers);
same<typeof lateItems, Promise<(number | string)[]>>(true);
const unordered = pool.stream(later, new Set(['a']), { ordered: false });
same<typeof unordered, AsyncIterable<{ count: number }>>(true);
const fates = pool.settled(either, lateNumbers);
same<typeof fates, AsyncIterable<Settled<number | string>>>(true);
// @ts-expect-error: texts are no numbers
void pool.map(either, ['a']);
// @ts-expect-error: it needs two
void pool.map(add, numbers);
// @ts-expect-error: a number is no list
void pool.map(either, 5);

// Options.
new Pool();
new Pool({ workers: { min: 0, max: 4 }, policy: 'srtf', kind: 'process', trace: true });
new Pool({ policy: mlfq({ levels: 2 }), initializer: add, initArgs: [1, 2] });
new Pool({ policy: () => mlfq() });
// @ts-expect-error: there is no such policy
new Pool({ policy: 'fastest' });
// @ts-expect-error: there is no such kind
new Pool({ kind: 'fiber' });
// @ts-expect-error: there is no such option
new Pool({ worker: 2 });
const options: PoolOptions = { retries: 1 };
// @ts-expect-error: they are read-only
options.retries = 2;

const stats = pool.stats();
same<typeof stats, PoolStats>(true);
const drained = pool.drain({ timeoutMs: 5 });
same<typeof drained, Promise<void>>(true);
const joined = pool.join();
same<typeof joined, Promise<void>>(true);
const closed = pool.close();
same<typeof closed, void>(true);
const signal = currentTask().signal;
same<typeof signal, AbortSignal>(true);
export const disposable: AsyncDisposable = pool;
