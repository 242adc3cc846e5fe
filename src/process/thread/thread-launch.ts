/**
 * Starting the worker of a thread: the code it begins with, and what it is told.
 *
 * The worker inherits flags, preloads and loaders of its process. It begins with one line of ours that imports the
 * entry module: a file of ours in its place would be refused where the process runs with `--input-type`, and on Node.js
 * 20 with tsx could not be read (see missingLoader). Everything else it needs is in shared memory.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import type { Reference } from '../../memory/index.ts';
import type { Brake } from '../../platform/index.ts';
import { threadEntry } from '../child/entries.ts';

const MIB = 1024 * 1024;
/**
 * Young objects in a thread with a limit, in MiB. At its limit V8 gives a heap 16 MiB more, once, to end in order; what
 * one collection of the young ones adds to it must fit in there, or V8 ends the whole process.
 */
const YOUNG_MB = 6;

/** What a thread is told as it starts: where its record lies. */
export interface ThreadPlace {
  readonly duodao: 'thread';
  readonly brake: Brake;
  readonly offset: number;
  readonly serial: number;
}

/** Starts the worker of a thread for the record with this handle. Its heap may hold so much, if that is limited. */
export function launchThread(
  name: string,
  { offset, serial }: Reference,
  brake: Brake,
  heapBytes: number = Number.POSITIVE_INFINITY,
): Worker {
  const place: ThreadPlace = { duodao: 'thread', offset, serial, brake };
  return new Worker(firstLine(threadEntry(), missingLoader()), {
    eval: true,
    workerData: place,
    name,
    ...(heapBytes < Number.POSITIVE_INFINITY && {
      resourceLimits: { maxOldGenerationSizeMb: heapBytes / MIB, maxYoungGenerationSizeMb: YOUNG_MB },
    }),
  });
}

/** The place of this thread's record, if it is one of ours. */
export function ownThreadPlace(): ThreadPlace | undefined {
  const data = workerData as Partial<ThreadPlace> | null;
  return !isMainThread && data?.duodao === 'thread' ? (data as ThreadPlace) : undefined;
}

/** A failure in it is nobody's to catch, so that the worker ends with it and its starter hears of it. */
function firstLine(entry: string, loader: string | undefined): string {
  const load = `import(${JSON.stringify(entry)})`;
  const whole =
    loader === undefined
      ? load
      : `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return ${load}; })`;
  return `${whole}.catch((error) => setImmediate(() => { throw error; }));`;
}

/**
 * What a thread must import and register itself. The loaders of its process are not for threads on Node.js 20, and tsx,
 * which every other module is likely to need, takes no notice of threads that do not begin with a file of its own.
 */
export function missingLoader(
  flags: readonly string[] = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)],
): string | undefined {
  const flag = flags.find((one) => /(?:^|[=/\\])tsx(?:[/\\]|$)/.test(one));
  if (flag === undefined) return undefined;
  const module = flag.replace(/^--[a-z-]+=/, '');
  // The command tsx gives its own place; `--import tsx` is found from where the program was started.
  const from = module.startsWith('file:') ? fileURLToPath(module) : join(process.cwd(), 'tsx');
  try {
    // The form for `require` cannot find its own hooks.
    const path = createRequire(from)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs');
    return existsSync(path) ? pathToFileURL(path).href : undefined;
  } catch {
    return undefined; // something else by that name, or a place we don't know: then the thread has what it has
  }
}
