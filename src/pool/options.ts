/**
 * What can be asked of a pool and of a task, and what of it is refused.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { AnyFunction } from '../process/index.ts';
import { type Policy, type PolicyName, policyNamed, fcfs } from '../schedule/index.ts';

/** How many workers there are: a number, or from where to where it may go with the work there is. */
export type WorkerCount = number | { readonly min: number; readonly max: number };

/** How a pool is made. */
export interface PoolOptions {
  /** As many as there are CPUs if left out. They start when there is work, those above `min` end 10 s after it. */
  readonly workers?: WorkerCount;
  /** Processes if left out. Threads cannot be suspended, and one that has V8 run out of memory may take all along. */
  readonly kind?: 'process' | 'thread';
  /**
   * Who is next: a name or a policy of `duodao/schedule`, or an exported function that makes one; first come, first
   * served if left out. Policies that take a CPU from a task that has not ended suspend its process (SIGSTOP)
   * meanwhile.
   */
  readonly policy?: PolicyName | Policy | (() => Policy);
  /** An exported function that each worker calls before its first task. Should it fail, the pool is broken. */
  readonly initializer?: AnyFunction;
  readonly initArgs?: readonly unknown[];
  /** After so many tasks a worker is replaced by a fresh one. */
  readonly maxTasksPerWorker?: number;
  /** How long a task may run, counted from its start; without limit if left out. */
  readonly taskTimeoutMs?: number;
  /**
   * How often a task is repeated that fails, or whose worker ends: 0 if left out. By more than 0 you say that your
   * tasks may be repeated, also when they have been done in part, or wholly.
   */
  readonly retries?: number;
  /** The pause before a task is repeated for the first time (50 if left out); each further one is twice as long. */
  readonly retryDelayMs?: number;
  /**
   * What a worker may hold of RAM. One that holds more is replaced after its task; one that comes to hold a quarter
   * more while its task runs is killed, and the task fails with `over-limit`. Of threads: what their heaps may hold.
   */
  readonly memoryLimitBytes?: number;
  /**
   * Under policies that share CPUs by time: how many tasks may be begun at once for each worker, the suspended ones
   * included; each has a process of its own. 8 if left out.
   */
  readonly degree?: number;
  /** Keeps what ran where and when: see `timeline()`. */
  readonly trace?: boolean;
  /** For people. */
  readonly name?: string;
}

/** What holds for one task. */
export interface TaskOptions {
  readonly priority?: number;
  /** How long it will run, for policies that ask for it; what is learned of its function if left out. */
  readonly expectedMs?: number;
  /** As of the pool. A function is asked when the task begins. */
  readonly taskTimeoutMs?: number | (() => number | undefined);
  readonly retries?: number;
  /** Cancels the task: what it rejects with is the reason of the signal. */
  readonly signal?: AbortSignal;
  /** For people. */
  readonly name?: string;
}

/** What holds for all items of one call. */
export interface ManyOptions extends Omit<TaskOptions, 'name'> {
  /**
   * So many items are given to a worker at once, however long they take; by how long they take if left out. Where items
   * are known to take microseconds, a worker is given more all the same.
   */
  readonly chunkSize?: number;
  /** Items that are begun and not yet taken by the caller, at most. */
  readonly concurrency?: number;
}

export interface StreamOptions extends ManyOptions {
  /** Results in the order of the items, as if left out; else as they come. */
  readonly ordered?: boolean;
}

const POOL_NAMES: ReadonlySet<string> = new Set([
  'workers',
  'kind',
  'policy',
  'initializer',
  'initArgs',
  'maxTasksPerWorker',
  'taskTimeoutMs',
  'retries',
  'retryDelayMs',
  'memoryLimitBytes',
  'degree',
  'trace',
  'name',
]);
const TASK_NAMES: ReadonlySet<string> = new Set([
  'priority',
  'expectedMs',
  'taskTimeoutMs',
  'retries',
  'signal',
  'name',
]);
const MANY_NAMES: ReadonlySet<string> = new Set([...TASK_NAMES, 'chunkSize', 'concurrency', 'ordered']);

/** The options of a pool, checked, with nothing left out that has a default. */
export interface Settings {
  readonly min: number;
  readonly max: number;
  readonly kind: 'process' | 'thread';
  readonly policy: Policy;
  /** Makes the policy, where it can be made elsewhere. */
  readonly policyFactory: (() => Policy) | undefined;
  readonly initializer: AnyFunction | undefined;
  readonly initArgs: readonly unknown[];
  readonly maxTasksPerWorker: number;
  readonly taskTimeoutMs: number | undefined;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly memoryLimitBytes: number | undefined;
  readonly degree: number;
  readonly trace: boolean;
  readonly name: string;
}

let pools = 0;

/** @throws TypeError, RangeError for what no pool can be made of. */
export function settingsOf(options: PoolOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`Cannot make a pool as its options must be an object: it is ${typeof options}`);
  checkNames('pool', options, POOL_NAMES);
  const { min, max } = countsOf(options.workers);
  const { kind = 'process', initializer, initArgs = [], name, policy } = options;
  if (kind !== 'process' && kind !== 'thread')
    throw new RangeError(
      `Cannot make a pool as kind must be process or thread: current value is ${String(kind)}`,
    );
  if (initializer !== undefined && typeof initializer !== 'function')
    throw new TypeError(`Cannot make a pool as initializer must be a function: it is ${typeof initializer}`);
  if (!Array.isArray(initArgs)) throw new TypeError('Cannot make a pool as initArgs must be an array');
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new TypeError('Cannot make a pool as its name must be a text of at least one letter');
  checkTerms('make a pool', options, false);
  const made = policyOf(policy);
  if (kind === 'thread' && made.isPreemptive)
    throw new TypeError(
      `Cannot make a pool of threads with the policy ${made.name} as threads cannot be suspended: ` +
        'use processes, or a policy that lets each task run to its end',
    );
  if (made.isPreemptive && !made.spec && typeof policy !== 'function')
    throw new TypeError(
      `Cannot make a pool with the policy ${made.name} as its scheduler thread has to make one ` +
        'itself: give an exported function that returns the policy',
    );
  pools += 1;
  return {
    min,
    max,
    kind,
    policy: made,
    policyFactory: typeof policy === 'function' ? policy : undefined,
    initializer,
    initArgs,
    maxTasksPerWorker: whole('maxTasksPerWorker', options.maxTasksPerWorker, 1, Number.POSITIVE_INFINITY),
    taskTimeoutMs: options.taskTimeoutMs,
    retries: options.retries ?? 0,
    retryDelayMs: atLeast('retryDelayMs', options.retryDelayMs ?? 50, 0),
    memoryLimitBytes:
      options.memoryLimitBytes === undefined
        ? undefined
        : whole('memoryLimitBytes', options.memoryLimitBytes, 1, 0),
    degree: whole('degree', options.degree, 1, 8),
    trace: options.trace === true,
    name: name ?? `Pool-${pools}`,
  };
}

function countsOf(workers: WorkerCount | undefined): { min: number; max: number } {
  if (workers === undefined || typeof workers === 'number') {
    const count = whole('workers', workers, 1, availableParallelism());
    return { min: count, max: count };
  }
  if (typeof workers !== 'object' || workers === null)
    throw new TypeError('Cannot make a pool as workers must be a number, or { min, max }');
  const min = whole('workers.min', workers.min, 0, 0);
  const max = whole('workers.max', workers.max, Math.max(1, min), availableParallelism());
  return { min, max };
}

function policyOf(policy: PoolOptions['policy']): Policy {
  const made =
    typeof policy === 'string' ? policyNamed(policy) : typeof policy === 'function' ? policy() : policy;
  if (made === undefined) return fcfs();
  if (typeof made !== 'object' || made === null || typeof made.start !== 'function')
    throw new TypeError(
      'Cannot make a pool as its policy must be the name of one, or an object with a name and start()',
    );
  return made;
}

/** @throws TypeError, RangeError */
export function checkTaskOptions(options: TaskOptions | ManyOptions, isMany: boolean): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`Cannot run a task as its options must be an object: it is ${typeof options}`);
  checkNames('task', options, isMany ? MANY_NAMES : TASK_NAMES);
  checkTerms('run a task', options, true);
  const { priority, expectedMs, signal } = options;
  if (priority !== undefined && !Number.isFinite(priority))
    throw new RangeError(
      `Cannot run a task as priority must be a number: current value is ${String(priority)}`,
    );
  if (expectedMs !== undefined) atLeast('expectedMs', expectedMs, 0);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError('Cannot run a task as signal must be an AbortSignal');
  if (!isMany) return;
  const { chunkSize, concurrency } = options as ManyOptions;
  whole('chunkSize', chunkSize, 1, 1);
  whole('concurrency', concurrency, 1, 1);
}

function checkTerms(
  action: string,
  { taskTimeoutMs: limit, retries }: Pick<TaskOptions, 'taskTimeoutMs' | 'retries'>,
  mayBeAsked: boolean,
): void {
  const isAsked = mayBeAsked && typeof limit === 'function';
  if (limit !== undefined && !isAsked && !(typeof limit === 'number' && limit > 0))
    throw new RangeError(
      `Cannot ${action} as taskTimeoutMs must be more than 0: current value is ${String(limit)}`,
    );
  if (retries !== undefined && (!Number.isInteger(retries) || retries < 0))
    throw new RangeError(
      `Cannot ${action} as retries must be a whole number from 0 on: current value is ${String(retries)}`,
    );
}

function whole(name: string, value: number | undefined, least: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(
      `Cannot make or use a pool as ${name} must be a whole number from ${least} on: current value is ${String(value)}`,
    );
  return value;
}

function atLeast(name: string, value: number, least: number): number {
  if (!(value >= least))
    throw new RangeError(
      `Cannot make or use a pool as ${name} must be a number from ${least} on: current value is ${String(value)}`,
    );
  return value;
}

function checkNames(noun: string, options: object, known: ReadonlySet<string>): void {
  const unknown = Object.keys(options).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new TypeError(
      `Cannot use the option ${unknown} of a ${noun} as there is none: there are ${[...known].join(', ')}`,
    );
}
