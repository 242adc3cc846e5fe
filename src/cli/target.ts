/**
 * Which module `thumbs.ts#small` means: a file, a URL (`file:`, `node:`), or a package; and which of its exports.
 *
 * A file is looked for first, from the folder where the command runs, with or without `./` before it. Then a package,
 * as an import from that folder would find it. Nothing is loaded here: a worker says what the module exports.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean } from './nearest.ts';
import { quoted, systemCode, UsageError } from './usage-error.ts';

export interface Target {
  readonly url: string;
  /** As it was written; undefined: the module may have only one. */
  readonly name: string | undefined;
  /** The module as it was written, for people. */
  readonly module: string;
}

/**
 * @param purpose - What it is for, as the sentences about what is wrong begin: `map by`.
 * @throws {@link UsageError} when there is no such module, or nothing stands on a side of the `#`.
 */
export function findTarget(text: string, purpose: string, folder: string = process.cwd()): Target {
  const refuse: Refuse = (what, why, cause) => {
    throw new UsageError(`Cannot ${purpose} ${quoted(what)}${why}`, { cause });
  };
  // A `#` may be a part of the name of a file.
  if (!isUrl(text) && kindOf(resolve(folder, text)) === 'file')
    return { url: urlOf(text, folder, refuse), name: undefined, module: text };
  const cut = text.lastIndexOf('#');
  const name = cut === -1 ? undefined : text.slice(cut + 1);
  const module = cut === -1 ? text : text.slice(0, cut);
  if (module === '') refuse(text, ' as no module stands before the #');
  if (name === '') refuse(text, ' as no export stands behind the #');
  return { url: urlOf(module, folder, refuse), name, module };
}

/** @throws {@link UsageError} that names what cannot be used, and why. */
type Refuse = (what: string, why: string, cause?: unknown) => never;

function isUrl(text: string): boolean {
  return /^(file|node):/.test(text);
}

function urlOf(module: string, folder: string, refuse: Refuse): string {
  if (isUrl(module) && URL.canParse(module)) {
    if (module.startsWith('node:') ? isBuiltin(module) : kindOf(fileURLToPath(module)) === 'file')
      return module;
    return refuse(module, ' as there is no such module');
  }
  const path = resolve(folder, module);
  const kind = kindOf(path);
  if (kind === 'file') return pathToFileURL(path).href;
  if (isBuiltin(module)) return `node:${module}`;
  const isPath = /^\.{0,2}\//.test(module) || isAbsolute(module);
  const found = isPath ? undefined : packageUrl(module, folder, refuse);
  if (found !== undefined) return found;
  if (kind === 'folder') return refuse(module, ' as it is a folder: name a file in it');
  return refuse(module, ` as there is no such file or package${neighbour(module, path)}`);
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && (found.isDirectory() ? 'folder' : 'file');
}

/** The file that was meant, if one beside it has nearly that name, or just another ending. */
function neighbour(module: string, path: string): string {
  let names: string[];
  try {
    names = readdirSync(dirname(path)).filter((name) => /\.[cm]?[jt]sx?$/.test(name));
  } catch {
    return ''; // the folder is not there either
  }
  const same = names.find((name) => basename(name, extname(name)) === basename(path));
  const folder = module.slice(0, module.length - basename(module).length);
  return same === undefined
    ? didYouMean(basename(path), names).replace('mean ', `mean ${folder}`)
    : `; did you mean ${folder}${same}?`;
}

/** Where a package is, as `import` finds it; or `require`, for those that say nothing of imports. */
function packageUrl(specifier: string, folder: string, refuse: Refuse): string | undefined {
  const require = createRequire(join(folder, 'here.js'));
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? [];
  for (const place of require.resolve.paths(name) ?? []) {
    const home = join(place, name);
    const target = importedBy(home, `.${rest}`);
    if (target !== undefined) return pathToFileURL(join(home, target)).href;
  }
  try {
    return pathToFileURL(require.resolve(specifier)).href;
  } catch (cause) {
    if (systemCode(cause) === 'MODULE_NOT_FOUND') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    return refuse(specifier, `: ${why}`, cause);
  }
}

/** The file that `exports` of a package name for an import; undefined without exports, or where they name none. */
function importedBy(home: string, subpath: string): string | undefined {
  const path = join(home, 'package.json');
  if (kindOf(path) !== 'file') return undefined;
  const { exports } = JSON.parse(readFileSync(path, 'utf8')) as { readonly exports?: unknown };
  const isMap = typeof exports === 'object' && exports !== null && Object.keys(exports)[0]?.startsWith('.');
  const entry: unknown = isMap
    ? (exports as Record<string, unknown>)[subpath]
    : subpath === '.'
      ? exports
      : undefined;
  return chosen(entry);
}

function chosen(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  for (const [condition, value] of Object.entries(entry))
    if (['import', 'node', 'default'].includes(condition)) {
      const found = chosen(value);
      if (found !== undefined) return found;
    }
  return undefined;
}

/** A module as people see it: from the folder where they are, if it is below. */
export function shownModule(url: string, folder: string = process.cwd()): string {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  const short = relative(folder, path);
  return short.startsWith('..') ? path : short;
}
