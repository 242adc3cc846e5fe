/**
 * Modules in TypeScript, for a Node.js that does not read them by itself (before 22.18).
 *
 * Workers start with the flags of this process, so whoever runs `node --import tsx` is served already. For all others
 * tsx is looked for beside the module, and then from the folder where the command runs: who writes TypeScript for
 * Node.js 20 has it, or the like.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FORM } from '../base/index.ts';
import { UsageError } from './usage-error.ts';

/** What is asked of this process. */
export interface Runtime {
  /** Whether Node.js reads TypeScript, or has been made to. */
  readonly isNative: boolean;
  readonly flags: readonly string[];
  readonly folder: string;
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
/** The same word by which threads know that they need it (process/thread). */
const HAS_TSX = /(?:^|[=/\\])tsx(?:[/\\]|$)/;

/**
 * The flag that workers need for this module; undefined when they need none.
 *
 * @throws {@link UsageError} when they need one and there is none.
 */
export function loaderFlag(
  url: string,
  { isNative, flags, folder }: Runtime = runtime(),
): string | undefined {
  const path = url.startsWith('file:') ? fileURLToPath(url) : '';
  if (isNative || !TYPESCRIPT.test(path) || flags.some((flag) => HAS_TSX.test(flag))) return undefined;
  for (const from of [path, join(folder, 'here.js')])
    try {
      return `--import=${pathToFileURL(createRequire(from).resolve('tsx')).href}`;
    } catch {
      continue; // not from there
    }
  throw new UsageError(
    `Cannot read ${path} as Node.js ${process.versions.node} does not read TypeScript: ` +
      'install tsx beside it (npm install --save-dev tsx), or use Node.js 22.18 or newer',
  );
}

/** Has this process read TypeScript, too, by the flag that its workers need. */
export async function loadHere(flag: string): Promise<void> {
  await import(flag.slice('--import='.length));
}

function runtime(): Runtime {
  return {
    // Who runs these sources as they are has a loader for them, or needs none.
    isNative: FORM === '.ts' || ('typescript' in process.features && Boolean(process.features.typescript)),
    flags: [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)],
    folder: process.cwd(),
  };
}
