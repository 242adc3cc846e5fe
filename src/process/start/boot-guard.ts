/**
 * Whether the code that runs now was started by loading a child's module.
 *
 * A child imports the module of its target, and the module's top level runs again there. If that starts a
 * process, the process does the same, and so on without end. So starting one is refused while booting, and
 * "while" must mean all that the import set off: also the timers, promises and un-awaited async functions
 * that go on after it finished.
 *
 * That is what an async context is for. It was seen to reach, through `import()`, into the module and all
 * that the module imports, statically or not, before and after top-level awaits, in ES modules and CommonJS:
 * on Node.js 20 and 24, plain, with tsx, with native types, and with either implementation of the context.
 *
 * - **Cost:** nothing on Node.js 24. Before, an async context makes each `await` of the process slower, from
 *   50 to 200 ns, from the first {@link whileBooting} on; so only children should call it.
 * - **Limits:** a module whose import has to wait for a top-level await that began outside of any boot runs
 *   in that other context. A worker thread that the module starts has a context of its own.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const booting = new AsyncLocalStorage<boolean>();

/** Loads something so that all it sets off, now or later, sees {@link isBooting}. */
export function whileBooting<T>(load: () => Promise<T>): Promise<T> {
  return booting.run(true, load);
}

/** Calls a target function: what it does, now or later, is not the boot any more. */
export function runTarget<T>(fn: () => T): T {
  return booting.run(false, fn);
}

/** True in code that the loading of a child's module has set off. */
export function isBooting(): boolean {
  return booting.getStore() === true;
}
