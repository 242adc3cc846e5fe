/**
 * Where the files lie that children and threads begin with. They keep their names and places in what is built: the
 * list of scripts/bundle.js has them.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { FORM, HOME } from '../../base/index.ts';

/** The file that a child process begins with, in the form that we run in ourselves: sources or compiled. */
export function mainEntry(): string {
  return fileURLToPath(moduleOf('process/child/main'));
}

/** The module that a thread begins with, in the same form. */
export function threadEntry(): string {
  return moduleOf('process/child/thread');
}

/** The modules by which programs enter the package: what its package.json exports, in the same form. */
export function packageDoors(): string[] {
  return ['index', 'sync/public', 'schedule/index', 'net/index'].map(moduleOf);
}

function moduleOf(name: string): string {
  return new URL(`${name}${FORM}`, HOME).href;
}
