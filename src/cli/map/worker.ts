/**
 * What a worker of `duodao map` does: it loads the module once, and then makes of each item a line of JSON.
 *
 * Items come as they were read, and JSON is read and written here, not in the process that hands items out: so that is
 * done on all processors, and what crosses is text, which crosses fast.
 *
 * Standard output is for the results of the whole run, so what a function prints goes to standard error.
 *
 * @module
 */
import { isMainThread } from 'node:worker_threads';
import { exportedBy } from '../exported.ts';
import { JsonFault, parseJson } from '../json-source.ts';
import type { Block } from './blocks.ts';
import { doneLine, failedLine, Journal, type JournalParts } from './journal.ts';
import type { Item } from './source.ts';

/** What is to be called, and with what. */
export interface Assignment {
  readonly url: string;
  /** The export; undefined: the default, or the only function. */
  readonly name: string | undefined;
  readonly form: 'text' | 'json';
  /** Where results of blocks go. */
  readonly journal?: JournalParts | undefined;
}

/** What has become of that. */
export type Discovery =
  | { readonly kind: 'found'; readonly name: string }
  /** There are other exports (or none); `name` of them is a function. */
  | { readonly kind: 'missing'; readonly names: readonly string[] }
  | { readonly kind: 'several'; readonly names: readonly string[] }
  /** The module cannot be loaded; its error, with the stack. */
  | { readonly kind: 'broken'; readonly error: string };

type Callable = (item: unknown) => unknown;

let callable: Callable | undefined;
let form: Assignment['form'] = 'text';
let journal: Journal | undefined;
let discovery: Discovery | undefined;

/**
 * Makes a worker ready; each begins with this. It never throws: what is wrong is asked of one by {@link discovered}.
 */
export async function prepare(assignment: Assignment): Promise<void> {
  // A terminal tells all of its processes of Ctrl-C. When a run ends is for the one that hands out items to say.
  if (isMainThread) process.on('SIGINT', () => undefined);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  await learn(assignment);
}

/** Loads the module, and finds the function. */
export async function learn(assignment: Assignment): Promise<void> {
  ({ form } = assignment);
  journal = assignment.journal && new Journal(assignment.journal);
  callable = undefined;
  try {
    const module = (await import(assignment.url)) as Readonly<Record<string, unknown>>;
    discovery = discover(module, assignment.name);
  } catch (error) {
    discovery = {
      kind: 'broken',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** What this worker has found. */
export function discovered(): Discovery | undefined {
  return discovery;
}

/** Calls the function with one item. @returns its result as JSON. */
export function mapItem(item: Item): string | Promise<string> {
  if (!callable) throw new Error('Cannot map as this worker has no function');
  if (item === undefined) throw new TypeError('Cannot read the item as it is not UTF-8 text');
  const value = callable(form === 'json' ? parsed(item) : item);
  return value instanceof Promise ? value.then(written) : isThenable(value) ? settle(value) : written(value);
}

/**
 * Calls the function with each item of a block, and notes what becomes of it. A failure concerns one of them.
 *
 * @returns The line of a result that had no place in the journal; the items behind it were not begun.
 */
export async function mapBlock({ slot, items }: Block): Promise<string | undefined> {
  if (!journal) throw new Error('Cannot map a block as this worker has no journal');
  let begunAt = performance.now();
  for (const item of items) {
    let line: string;
    try {
      const value = mapItem(item);
      const text = typeof value === 'string' ? value : await value;
      line = doneLine(performance.now() - begunAt, text);
    } catch (error) {
      line = failedLine(performance.now() - begunAt, error);
    }
    if (!journal.add(slot, line)) return line;
    begunAt = performance.now();
  }
  return undefined;
}

async function settle(value: PromiseLike<unknown>): Promise<string> {
  return written(await value);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function discover(module: Readonly<Record<string, unknown>>, name: string | undefined): Discovery {
  const functions = exportedBy(module, isCallable);
  const names = [...functions.keys()];
  const chosen = name ?? (functions.has('default') || names.length !== 1 ? 'default' : names[0]!);
  callable = functions.get(chosen) ?? (name === undefined ? undefined : walk(module, name));
  if (callable) return { kind: 'found', name: chosen };
  return name === undefined && names.length > 1 ? { kind: 'several', names } : { kind: 'missing', names };
}

/** A method of something that is exported: `Shelf.add`. It is called on what it is of. */
function walk(module: object, path: string): Callable | undefined {
  let holder: unknown = undefined;
  let value: unknown = module;
  for (const key of path.split('.')) {
    const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isHolder || !Object.hasOwn(value as object, key)) return undefined;
    holder = value;
    value = Reflect.get(value as object, key);
  }
  return isCallable(value) ? value.bind(holder === module ? undefined : holder) : undefined;
}

/** A class is a function, too, but one that cannot be called. */
function isCallable(value: unknown): value is Callable {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The engine's own message often leaves out the place; reading it again, slowly, finds it.
    throw new SyntaxError(`Cannot read the item as it is not JSON: ${faultOf(text)}`, { cause });
  }
}

function faultOf(text: string): string {
  try {
    parseJson(text);
  } catch (cause) {
    if (cause instanceof JsonFault) return `${cause.message} at column ${cause.column}`;
    throw cause;
  }
  return 'it cannot be read';
}

/** A result as JSON. What JSON would lose in silence is refused, as far as it is the result itself. */
function written(value: unknown): string {
  if (value === undefined) return 'null';
  const kind =
    typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint'
      ? typeof value
      : value instanceof Map || value instanceof Set
        ? value.constructor.name
        : undefined;
  if (kind !== undefined) throw new TypeError(`Cannot write the result as JSON has nothing for a ${kind}`);
  try {
    // Undefined also when its toJSON() says so.
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new TypeError(`Cannot write the result as JSON: ${why}`, { cause });
  }
}
