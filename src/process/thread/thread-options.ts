/**
 * What a thread can be given.
 *
 * @module
 */
import type { AnyFunction } from '../address/task.ts';

/** What every thread can be given. */
export interface ThreadCommon {
  /** For people; `Thread-1`, `Thread-2` … if left out. */
  readonly name?: string;
  /** A daemon does not keep its process alive; inherited from the thread that makes it if left out. */
  readonly daemon?: boolean;
  /** How much memory it may hold. */
  readonly memory?: {
    /**
     * When its JavaScript heap needs more, it is ended: its exit has the reason `memory-limit`. What lies outside of
     * the heap is not counted: ArrayBuffers, and memory that is shared. Without it V8 has a limit of its own, of some
     * GiB. Of a thread no other limits can be set, as nobody can look into its heap from outside.
     */
    readonly hardBytes?: number;
  };
}

/** A target and its arguments; these may be left out only if the target needs none. */
export type ThreadOptions<F extends AnyFunction> = ThreadCommon & {
  readonly target: F;
} & ([] extends Parameters<F>
    ? { readonly args?: Readonly<Parameters<F>> }
    : { readonly args: Readonly<Parameters<F>> });

/** What a subclass that overrides `run()` passes to `super()`: all but a target. */
export interface ThreadSubclassOptions extends ThreadCommon {
  readonly target?: undefined;
  /** What `run()` is called with. */
  readonly args?: readonly unknown[];
}
