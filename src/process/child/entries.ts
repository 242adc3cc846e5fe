/**
 * Where the files lie that children and threads begin with. The one place that builds such addresses: the compiler
 * rewrites the extension of an import, but not of a URL.
 *
 * @module
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that a child process begins with, in the form that we run in ourselves: sources or compiled. */
export function mainEntry(): string {
  return fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
}

/** The module that a thread begins with, in the same form. */
export function threadEntry(): string {
  return new URL(`./thread${extname(import.meta.url)}`, import.meta.url).href;
}

/** The modules by which programs enter the package: what its package.json exports, in the same form. */
export function packageDoors(): string[] {
  return ['index', 'sync/public'].map((door) => {
    return new URL(`../../${door}${extname(import.meta.url)}`, import.meta.url).href;
  });
}
