/**
 * What a thread can be given.
 *
 * @module
 */
import type { AnyFunction } from './task.ts';

/** What every thread can be given. */
export interface ThreadCommon {
  /** For people; `Thread-1`, `Thread-2` … if left out. */
  readonly name?: string;
  /** A daemon does not keep its process alive; inherited from the thread that makes it if left out. */
  readonly daemon?: boolean;
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
