/**
 * The files of this repository as the tidy tests see them: text, code without comments and strings, imports.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parse } from 'es-module-lexer/js';

const ROOT = new URL('../../', import.meta.url);

/** One thing a file imports or re-exports from. */
export interface Import {
  readonly specifier: string;
  /** `import type` and `export type`: gone when the types are stripped, so nothing is loaded. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with every comment and string blanked out, so that words in them are not taken for code. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const COMMENT = /\/\*[^]*?\*\/|\/\/.*/;
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`/;
// A slash starts a pattern only where an operand may stand.
const PATTERN = /(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/;
const NOT_CODE = new RegExp([COMMENT, STRING, PATTERN].map(({ source }) => source).join('|'), 'g');
const REQUIRE = /\brequire(?:\.resolve)?\(\s*(['"])([^'"]+)\1/g;

function blank(text: string, isGone: (match: string) => boolean): string {
  return text.replace(NOT_CODE, (match) => (isGone(match) ? match.replace(/[^\n]/g, ' ') : match));
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function importsOf(text: string): Import[] {
  const [imports] = parse(text);
  const written = imports.flatMap(({ specifier, start, ...one }) => {
    const isTypeOnly = 'typeOnly' in one && one.typeOnly;
    return specifier ? [{ specifier, isTypeOnly, line: lineAt(text, start) }] : [];
  });
  const withoutComments = blank(text, (match) => /^\/[/*]/.test(match));
  const required = [...withoutComments.matchAll(REQUIRE)].map(({ index, 2: specifier }) => {
    return { specifier: specifier!, isTypeOnly: false, line: lineAt(text, index) };
  });
  return [...written, ...required];
}

/** A file from its text. */
export function source(path: string, text: string): Source {
  try {
    return { path, text, code: blank(text, () => true), imports: importsOf(text) };
  } catch (cause) {
    throw new Error(`Cannot read the imports of ${path}`, { cause });
  }
}

/** The paths of all files below a folder of the repository, in order. A folder that is not there has none. */
export function filesUnder(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(new URL(`${folder}/`, ROOT), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** All TypeScript files below a folder of the repository. */
export function sourcesUnder(folder: string): Source[] {
  return filesUnder(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => source(path, textOf(path)));
}
