/**
 * How the workers of `duodao serve` are told what they serve: by the URL of the module that has their handler.
 *
 *     worker.ts?module=file:///home/me/echo.ts&name=echo&output=error
 *
 * A worker is told by its server of a module and an export, and of nothing else; and this address has no fingerprint of
 * a function in it, so that a worker that begins later takes what the module is by then.
 *
 * @module
 */
import { FORM, HOME } from '../../base/index.ts';

export interface Assignment {
  /** The module of the user, and which of its exports. */
  readonly module: string;
  readonly name: string;
  /** Whether standard output is for events: then what handlers print goes to standard error. */
  readonly isQuiet: boolean;
}

/** The module that workers import, without an assignment. */
export const WORKER: string = new URL(`cli/serve/worker${FORM}`, HOME).href;

/** The same with one. */
export function workerUrl({ module, name, isQuiet }: Assignment): string {
  const url = new URL(WORKER);
  url.search = new URLSearchParams({ module, name, output: isQuiet ? 'error' : 'own' }).toString();
  return url.href;
}

/** What a worker reads in its own URL; undefined when there is nothing. */
export function assignmentIn(url: string): Assignment | undefined {
  const told = new URL(url).searchParams;
  const [module, name] = [told.get('module'), told.get('name')];
  return module === null || name === null
    ? undefined
    : { module, name, isQuiet: told.get('output') === 'error' };
}
