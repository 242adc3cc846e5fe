/**
 * What a process can be given, and what of it is refused before anything is started.
 *
 * Two forms. With a target, the options name a function and its arguments. A subclass that overrides `run()` is its
 * own target: it passes options without one to `super()`.
 *
 * @module
 */
import { checkName } from '../memory/index.ts';
import { checkMemoryLimits } from './system/memory-limit.ts';
import { checkAffinity, checkNice } from './system/priority.ts';
import { STDIO_MODES, type StdioMode } from './start/stdio.ts';
import type { AnyFunction } from './address/task.ts';

/** What every process can be given. */
export interface ProcessCommon {
  /** For people; `Process-1`, `Process-2` … if left out. */
  readonly name?: string;
  /** A daemon does not keep its parent alive, and ends with it; inherited from the parent if left out. */
  readonly daemon?: boolean;
  /**
   * Lives on when its parent has ended, and does not keep it alive: in a session of its own, out of reach of Ctrl-C.
   * What it shares lives on with it. Its standard streams are the parent's, unless `stdio` says otherwise.
   */
  readonly detached?: boolean;
  /** Lets this process have children though it is a daemon. They are daemons too, and end with it. */
  readonly allowChildren?: boolean;
  /** Its environment *instead of* ours, as with `child_process`: `{ ...process.env, KEY: 'value' }` adds to it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The folder that its code runs in; ours if left out. Flags and preloads are found from ours all the same. */
  readonly cwd?: string | URL;
  /** Its flags of Node.js *instead of* ours: `[...process.execArgv, '--max-old-space-size=64']` adds to them. */
  readonly execArgv?: readonly string[];
  /**
   * Where its standard streams lead: `inherit` (where ours do, if left out), `pipe` (to `stdin`, `stdout` and `stderr`
   * of the Process), `ignore`, or `prefix` (where ours do, with `[name] ` before each line of its output).
   */
  readonly stdio?: StdioMode;
  /**
   * Open descriptors of ours that it gets, as 6, 7 and so on, in this order: a listening socket, say.
   * They are its own then, and stay open here. Nothing tells it of them but what it is told, in `args`.
   */
  readonly descriptors?: readonly number[];
  /** Its niceness, from -20 (most of the CPU) to 19; ours if left out. Less than ours needs a right: see `renice()`. */
  readonly nice?: number;
  /** The CPUs that its threads may run on; ours if left out. */
  readonly affinity?: readonly number[];
  /** How much memory it may hold; looked at ten times a second. */
  readonly memory?: MemoryOptions;
}

/** Limits on the memory that a process holds in RAM, with what it has touched of shared memory. */
export interface MemoryOptions {
  /** When it comes to hold so much, `onSoft` is called. */
  readonly softBytes?: number;
  /** When it holds so much it is killed: its exit has the reason `memory-limit`. */
  readonly hardBytes?: number;
  /** Called in the parent each time that it comes to hold `softBytes`; without it Node.js prints a warning. */
  readonly onSoft?: (held: { readonly residentBytes: number; readonly peakBytes: number }) => void;
}

/** A target and its arguments; these may be left out only if the target needs none. */
export type ProcessOptions<F extends AnyFunction> = ProcessCommon & {
  readonly target: F;
} & ([] extends Parameters<F>
    ? { readonly args?: Readonly<Parameters<F>> }
    : { readonly args: Readonly<Parameters<F>> });

/** What a subclass that overrides `run()` passes to `super()`: all but a target. */
export interface SubclassOptions extends ProcessCommon {
  readonly target?: undefined;
  /** What `run()` is called with. */
  readonly args?: readonly unknown[];
}

/** Options as they come from a caller who may have no types. */
export type AnyOptions = ProcessCommon & {
  readonly target?: AnyFunction | undefined;
  readonly args?: readonly unknown[];
};

/** Flags that would give the child another program than ours. */
const OTHER_PROGRAM = /^(-[cei]|-pe?|--(check|eval|print|interactive)(=.*)?)$/;

type Noun = 'process' | 'thread';
type Demand = (holds: boolean, what: string, value: unknown) => void;

/** Refuses options that no process can be made of. */
export function checkOptions(options: AnyOptions, noun: Noun): void {
  const demand: Demand = (holds, what, value) => {
    if (holds) return;
    const type = value === null ? 'null' : typeof value;
    throw new TypeError(`Cannot make a ${noun} as ${what}: it is ${type}`);
  };
  demand(typeof options === 'object' && options !== null, 'its options must be an object', options);
  const { args, name, daemon, detached, allowChildren, env, cwd, execArgv, stdio, nice, affinity, memory } =
    options;
  checkDescriptors(options.descriptors, demand);
  demand(args === undefined || Array.isArray(args), 'its args must be an array', args);
  if (name !== undefined) checkName(noun, name);
  for (const [key, value] of Object.entries({ daemon, detached, allowChildren })) {
    demand(value === undefined || typeof value === 'boolean', `${key} must be true or false`, value);
  }
  if (daemon && detached)
    throw new TypeError(
      `Cannot make a ${noun} as it is to be a daemon, which ends with its parent, and detached`,
    );
  demand(env === undefined || (typeof env === 'object' && env !== null), 'env must be an object', env);
  demand(
    cwd === undefined || typeof cwd === 'string' || cwd instanceof URL,
    'cwd must be a path or a URL',
    cwd,
  );
  if (nice !== undefined) checkNice(nice);
  if (affinity !== undefined) checkAffinity(affinity);
  if (memory !== undefined) {
    demand(typeof memory === 'object' && memory !== null, 'memory must be an object', memory);
    checkMemoryLimits(memory);
    const { onSoft } = memory;
    demand(onSoft === undefined || typeof onSoft === 'function', 'memory.onSoft must be a function', onSoft);
  }
  if (execArgv !== undefined) checkFlags(execArgv, demand);
  if (stdio !== undefined && !STDIO_MODES.includes(stdio)) {
    throw new RangeError(
      `Cannot make a process as stdio must be one of ${STDIO_MODES.join(', ')}: current value is ${stdio as string}`,
    );
  }
}

function checkDescriptors(descriptors: unknown, demand: Demand): void {
  if (descriptors === undefined) return;
  const isNumber = (one: unknown): boolean => Number.isInteger(one) && (one as number) >= 0;
  const isList = Array.isArray(descriptors) && descriptors.every(isNumber);
  demand(isList, 'descriptors must be an array of numbers of open files', descriptors);
}

function checkFlags(flags: readonly string[], demand: Demand): void {
  const isList = Array.isArray(flags) && flags.every((flag) => typeof flag === 'string');
  demand(isList, 'execArgv must be an array of strings', flags);
  const other = flags.find((flag) => OTHER_PROGRAM.test(flag));
  if (other === undefined) return;
  throw new RangeError(
    `Cannot make a process as a flag in execArgv would have it run another program: current value is "${other}"`,
  );
}
