/**
 * What each worker of `duodao serve` has as its handler: an export of the user's module, which is loaded here, after
 * what a worker of the command needs beside it.
 *
 * @module
 */
import { isMainThread } from 'node:worker_threads';
import { type Assignment, assignmentIn } from './assignment.ts';
import { endByHangup } from './hangup.ts';
import { type AnyHandler, type Discovery, learn } from './learn.ts';

const assignment = assignmentIn(import.meta.url);

/** Undefined where this module was loaded by a URL without an assignment, to look at a module only. */
export const handler: AnyHandler | undefined = assignment && (await begin(assignment));

/** What a module has, for a process that only looks. It never throws. */
export async function discover(url: string, name: string | undefined): Promise<Discovery> {
  return (await learn(url, name)).discovery;
}

async function begin({ module, name, isQuiet }: Assignment): Promise<AnyHandler> {
  if (isMainThread) {
    // A terminal tells all of its processes of Ctrl-C, and of its own end. When we end is for the server to say.
    process.on('SIGINT', () => undefined);
    process.on('SIGHUP', () => undefined);
    endByHangup();
  }
  if (isQuiet) process.stdout.write = process.stderr.write.bind(process.stderr);
  const { discovery, handler: found } = await learn(module, name);
  if (found) return found;
  throw new Error(
    discovery.kind === 'broken'
      ? `Cannot load ${module}: ${discovery.error}`
      : `Cannot serve ${module}#${name} as it exports no such handler`,
  );
}
