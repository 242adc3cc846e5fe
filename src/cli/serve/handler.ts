/**
 * Finding the handler, in the form in which a server takes it: the export itself, or what workers import.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { Process, task } from '../../process/index.ts';
import type { Target } from '../target.ts';
import { WORKER, workerUrl } from './assignment.ts';
import { nameOf } from './discovery.ts';
import { type AnyHandler, type Discovery, learn } from './learn.ts';
import type { ServeOptions } from './options.ts';
import type { discover } from './worker.ts';

export interface Found {
  /** The export. */
  readonly name: string;
  readonly handler: AnyHandler;
}

/**
 * @param signal - Ends the wait for a module that does not come to its end.
 * @throws {@link UsageError} when there is no handler; the reason of the signal.
 */
export async function findHandler(
  target: Target,
  { concurrency, json }: Pick<ServeOptions, 'concurrency' | 'json'>,
  signal: AbortSignal,
): Promise<Found> {
  if (concurrency === 'async') {
    const { discovery, handler } = await orAborted(learn(target.url, target.name), signal);
    return { name: nameOf(discovery, target), handler: handler! };
  }
  const name = nameOf(await discoverApart(target, signal), target);
  const url = workerUrl({ module: target.url, name, isQuiet: json });
  return { name, handler: task(url, 'handler') };
}

/** Has a process of its own load the module and look, and end. */
export async function discoverApart({ url, name }: Target, signal: AbortSignal): Promise<Discovery> {
  const looking = new Process({
    target: task<typeof discover>(WORKER, 'discover'),
    args: [url, name],
    name: 'serve-look',
    daemon: true,
    allowChildren: true,
    stdio: 'ignore', // workers will print the same
  });
  await looking.start();
  try {
    return await looking.result({ signal });
  } catch (error) {
    if (!(error instanceof DuodaoError)) throw error;
    return { kind: 'broken', error: error.message }; // it has ended its process, say
  } finally {
    looking.kill();
    await looking.join();
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}
