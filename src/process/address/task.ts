/**
 * Naming a function by hand, where it cannot be looked up: bundled or decorated code, a process that may not
 * use the inspector, another runtime.
 *
 * `task(import.meta.url, 'work')` makes a stub that stands for the export `work` of this module. It can be
 * given wherever a function goes to another process; there the real function is imported and called. Nothing
 * is imported here, and nothing is checked before it arrives: the address carries no hash.
 *
 * The stub has the type of the function, but calling it here throws. It could only import the module and
 * answer with a promise, which would be a lie for every function that is not async.
 *
 * @module
 */

import type { Address } from '../../wire/index.ts';

/** Any function, whatever it takes. */
export type AnyFunction = (...args: never[]) => unknown;

/** What can have an address: a function or a class. */
export type Addressable = AnyFunction | (abstract new (...args: never[]) => unknown);

const addresses = new WeakMap<object, Address>();

/**
 * Names an exported function for another process: `task<typeof work>(import.meta.url, 'work')`.
 *
 * @param module - the module that exports it: its URL, or `import.meta`
 * @param name - the export; `Class.method` for a static method
 */
// The caller knows the type, as the name of an export cannot tell it.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function task<F extends AnyFunction>(
  module: string | URL | { readonly url: string },
  name: string,
): F {
  const url = urlOf(module);
  if (typeof name !== 'string' || name.split('.').includes(''))
    throw new TypeError(
      `Cannot name a task as name must be the name of an export: current value is ${show(name)}`,
    );
  const stub = (): never => {
    throw new TypeError(
      'Cannot call a task here as it only names a function for another process: ' +
        `current value is "${name}" of ${url}`,
    );
  };
  Object.defineProperty(stub, 'name', { value: name });
  addresses.set(stub, Object.freeze({ url, name, hash: '' }));
  return stub as unknown as F;
}

/** The address that a stub stands for; undefined for every other value. */
export function addressOfTask(value: object): Address | undefined {
  return addresses.get(value);
}

function urlOf(module: string | URL | { readonly url: string }): string {
  const url: unknown =
    module instanceof URL ? module.href : typeof module === 'object' ? module?.url : module;
  if (typeof url !== 'string' || !isImportable(url))
    throw new TypeError(
      'Cannot name a task as module must be import.meta, or a whole URL (file:, node:, http: or https:): ' +
        `current value is ${show(module)}`,
    );
  return url;
}

/**
 * True for what another process may be told to import. Not `data:` and `blob:`: they are code, and no message
 * of ours is ever evaluated as code.
 */
export function isImportable(url: string): boolean {
  return URL.canParse(url) && ['file:', 'node:', 'http:', 'https:'].includes(new URL(url).protocol);
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
