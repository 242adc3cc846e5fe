/**
 * From a function to the address another process can import it by, and back.
 *
 *     function ──addressOf──▶ { url, name, hash } ──▶ other process ──resolveAddress──▶ its own copy of it
 *
 * The url is the module that defines the function, the name its export path (`work`, `default`,
 * `Class.method`), the hash a fingerprint of its text: the receiver compares it, so a changed file or another
 * build is an error and never another function under the same name. `locate.ts` and `export-names.ts` say how
 * the first two are found.
 *
 * Addresses are kept per function, so the inspector opens once for a batch of new functions and never again
 * for known ones. Refusals are not kept: a module that is still running may export the function a moment
 * later.
 *
 * What has no address: closures, functions that are not exported, bound and built-in ones, code made from a
 * string. They are refused here, at the sender, with the place where they were written.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert, DuodaoError } from '../../base/index.ts';
import type { Address } from '../../wire/index.ts';
import { nameInCommonJs, nameInModule } from './export-names.ts';
import { locate, type Place } from './locate.ts';
import { type Addressable, addressOfTask, isImportable } from './task.ts';
import { noInspector, notExported } from './unaddressable.ts';

const addresses = new WeakMap<object, Address>();
const resolved = new Map<string, Promise<unknown>>();

/**
 * The address of one function. See {@link addressesOf} for several.
 *
 * @throws {@link DuodaoError} `not-exported` when no other process could import it.
 * @throws {@link DuodaoError} `unsupported` when this process may not use the inspector.
 */
export function addressOf(fn: Addressable): Address {
  const [address] = addressesOf([fn]);
  assert(address, 'each function has an address or is refused');
  return address;
}

/**
 * The addresses of several functions, for the price of one look-up: some 15 ms the first time in a process, 2
 * ms later, nothing for functions that are known.
 *
 * @throws {@link DuodaoError} `not-exported` for the first that no other process could import.
 * @throws {@link DuodaoError} `unsupported` when this process may not use the inspector.
 */
export function addressesOf(fns: readonly Addressable[]): Address[] {
  const unknown = [...new Set(fns)].filter((fn) => !known(fn));
  for (const fn of unknown) {
    if (typeof fn !== 'function')
      throw new TypeError(
        `Cannot find the address of a value as it must be a function: current value is ${String(fn)}`,
      );
    // The engine writes `[native code]` for what has no text. It is no valid syntax, so no text of a user has
    // it.
    if (/\{\s*\[native code\]\s*\}$/.test(textOf(fn)))
      throw notExported(fn, 'it is bound, built in or a proxy');
  }
  const places = unknown.length > 0 ? locateOrExplain(unknown) : [];
  for (const [index, fn] of unknown.entries()) {
    const address = find(fn, places[index]);
    addresses.set(fn, address);
    // When it comes back it is this function, and no import is waited for that may never end (a module that
    // is still in its top-level await cannot be imported from there).
    resolved.set(keyOf(address), Promise.resolve(fn));
  }
  return fns.map((fn) => {
    const address = known(fn);
    assert(address, 'each function has an address or is refused');
    return address;
  });
}

/**
 * The function at an address: imports its module, walks the export path, and compares the text with the hash.
 *
 * What the module itself throws while it loads is passed on as it is.
 *
 * @throws {@link DuodaoError} `not-exported` when there is no such module or export, or another function.
 */
export function resolveAddress(address: Address): Promise<unknown> {
  const key = keyOf(address);
  const before = resolved.get(key);
  if (before) return before;
  const value = load(address);
  resolved.set(key, value);
  value.catch(() => resolved.delete(key)); // what failed may be tried again: a missing file may appear
  return value;
}

async function load({ url, name, hash }: Address): Promise<unknown> {
  const lost = (reason: string, cause?: unknown): DuodaoError =>
    new DuodaoError(
      'not-exported',
      `Cannot find function "${name}" of ${url} as ${reason}`,
      { name, url },
      cause === undefined ? undefined : { cause },
    );
  if (!isImportable(url)) throw lost('that is not the URL of a module');
  let module: unknown;
  try {
    module = await import(url);
  } catch (error) {
    if (isMissing(error)) throw lost('its module cannot be found', error);
    throw error;
  }
  // A CommonJS module has all its exports under `default`, and beside it only those that Node.js can guess.
  const found = [walk(module, name), walk(walk(module, 'default'), name)].filter(isFunction);
  if (found.length === 0) throw lost('its module exports no such function');
  const fn = found.find((it) => hash === '' || hashOf(it) === hash);
  if (!fn) throw lost('its module exports another function under that name: are both sides the same build?');
  if (!known(fn)) addresses.set(fn, Object.freeze({ url, name, hash: hashOf(fn) }));
  return fn;
}

/** Own properties only: no path leads from an export to `Function` or to a prototype of the language. */
function walk(from: unknown, path: string): unknown {
  let value = from;
  for (const key of path.split('.')) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function isMissing(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code);
  return [
    'ERR_MODULE_NOT_FOUND',
    'ERR_UNSUPPORTED_DIR_IMPORT',
    'ERR_UNKNOWN_BUILTIN_MODULE',
    'ENOENT',
  ].includes(code);
}

function locateOrExplain(fns: readonly Addressable[]): (Place | undefined)[] {
  try {
    return locate(fns);
  } catch (error) {
    throw noInspector(fns, error);
  }
}

/** Turns a place into an address, or says why there is none. */
function find(fn: Addressable, place: Place | undefined): Address {
  if (!place) throw notExported(fn, 'the engine does not know where it was written');
  if (place.url === '') throw notExported(fn, 'it was made from a string of code');
  if (place.url.startsWith('node:')) throw notExported(fn, 'it belongs to Node.js itself', place);
  const url = importableUrl(place.url);
  const path = url?.startsWith('file:') ? fileURLToPath(url) : undefined;
  // Code from the command line or from standard input has the URL of a file that does not exist.
  if (url === undefined || (path !== undefined && !existsSync(path)))
    throw notExported(fn, 'its code is in no file that could be imported', place);
  const name = nameOf(fn, place, path ?? url);
  if (name === undefined) {
    const reason = place.isClosure
      ? 'it was made while another function ran'
      : 'its module does not export it';
    throw notExported(fn, reason, place);
  }
  return Object.freeze({ url, name, hash: hashOf(fn) });
}

function nameOf(fn: Addressable, place: Place, path: string): string | undefined {
  try {
    return place.isModule ? nameInModule(fn, place) : nameInCommonJs(fn, path, place.url);
  } catch (error) {
    throw notExported(fn, 'the exports of its module cannot be read', place, error);
  }
}

/**
 * The URL by which another process, started with the same options, imports a script. It differs from the
 * script's own name for some CommonJS files, which go by their path, and under tsx, which marks some URLs
 * with parameters of its own, and on Node.js 20 compiles a CommonJS file that an ES module imports as
 * `data:…?filePath=<path>`.
 */
function importableUrl(script: string): string | undefined {
  const compiled = /^data:[^]*\?filePath=([^&]*)$/.exec(script)?.[1];
  if (compiled !== undefined) return pathToFileURL(decodeURIComponent(compiled)).href;
  if (isAbsolute(script)) return pathToFileURL(script).href;
  if (!isImportable(script)) return undefined;
  if (!script.includes('tsx-')) return script;
  const url = new URL(script);
  for (const key of ['namespace', 'commonjs-export-preparse', 'commonjs-virtual-query'])
    url.searchParams.delete(`tsx-${key}`);
  return url.href;
}

function keyOf({ hash, name, url }: Address): string {
  return `${hash} ${name} ${url}`;
}

function known(fn: Addressable): Address | undefined {
  return typeof fn === 'function' ? (addressOfTask(fn) ?? addresses.get(fn)) : undefined;
}

function isFunction(value: unknown): value is Addressable {
  return typeof value === 'function';
}

function textOf(fn: Addressable): string {
  return Function.prototype.toString.call(fn);
}

/**
 * Sixteen hexadecimal digits of the text's SHA-1: enough to tell two builds apart, no protection against
 * malice.
 */
function hashOf(fn: Addressable): string {
  return createHash('sha1').update(textOf(fn)).digest('hex').slice(0, 16);
}
