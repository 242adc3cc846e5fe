/**
 * Paths that match a pattern, as a shell would find them: Node.js 20 has nothing for it.
 *
 *     *       anything within a name         ?        one character
 *     [a-z]   one of these, [!a-z] none      {a,b}    either, also with slashes in it
 *     **      any number of folders          \x       the character x itself
 *
 * A name that begins with a dot is matched only by a pattern that does. `**` does not go through symbolic links,
 * which may lead in circles. Folders are no items, unless the pattern ends with a slash. What cannot be read is
 * passed over. Paths come sorted within each folder, one by one as they are found.
 *
 * How: braces are multiplied out, the rest is cut at its slashes, and each part is a text, a pattern for names, or
 * `**`.
 *
 * @module
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/** One part of a pattern between slashes: a name, a pattern for names, or `**`. */
type Part = string | RegExp | typeof FOLDERS;

/** Any number of folders. */
const FOLDERS = Symbol('**');

const PATTERNS_MOST = 1000;

/**
 * All paths that match, each once, relative as the pattern is.
 *
 * @throws {@link UsageError} for a pattern whose brackets are not closed.
 */
export function glob(pattern: string, folder: string = process.cwd()): AsyncGenerator<string> {
  if (pattern === '') throw new UsageError('Cannot find paths by an empty pattern');
  const patterns = withoutBraces(pattern).map((one) => partsOf(one));
  return found(patterns, folder);
}

interface Pattern {
  readonly parts: readonly Part[];
  readonly isAbsolute: boolean;
  readonly wantsFolders: boolean;
}

async function* found(patterns: readonly Pattern[], folder: string): AsyncGenerator<string> {
  // Two alternatives, or two ways through several `**`, may lead to one path. Else nothing is kept of what was found.
  const isAlone = patterns.length === 1 && patterns[0]!.parts.filter((part) => part === FOLDERS).length < 2;
  const seen = new Set<string>();
  for (const { parts, isAbsolute, wantsFolders } of patterns)
    for await (const path of walk(folder, isAbsolute ? '/' : '', parts, wantsFolders)) {
      if (seen.has(path)) continue;
      if (!isAlone) seen.add(path);
      yield path;
    }
}

/** @param base - What is found already, empty or with a slash at its end. */
async function* walk(
  folder: string,
  base: string,
  [part, ...rest]: readonly Part[],
  wantsFolders: boolean,
): AsyncGenerator<string> {
  if (part === undefined) return;
  const at = base.startsWith('/') ? base : `${folder}/${base}`;
  const isLast = rest.length === 0;
  if (part === FOLDERS) {
    // No folder at all, and then each folder with `**` before the rest once more.
    yield* isLast ? walk(folder, base, [nameAny], wantsFolders) : walk(folder, base, rest, wantsFolders);
    for (const entry of await entriesOf(at))
      if (entry.isDirectory() && !entry.name.startsWith('.'))
        yield* walk(folder, `${base}${entry.name}/`, [part, ...rest], wantsFolders);
    return;
  }
  // A plain name needs no look at its folder, which may not even be readable; `..` is in no list of names.
  const names =
    typeof part === 'string'
      ? [part]
      : (await entriesOf(at)).map(({ name }) => name).filter((name) => part.test(name));
  for (const name of names) {
    if (!isLast) {
      yield* walk(folder, `${base}${name}/`, rest, wantsFolders);
      continue;
    }
    const kind = await kindOf(`${at}${name}`);
    if (kind === (wantsFolders ? 'folder' : 'file')) yield `${base}${name}${wantsFolders ? '/' : ''}`;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Through symbolic links; undefined for what is not there. */
async function kindOf(path: string): Promise<'folder' | 'file' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}

const nameAny = /^(?!\.)/;

function partsOf(pattern: string): Pattern {
  const wantsFolders = pattern.endsWith('/');
  const words = pattern.split('/').filter((word) => word !== '');
  return {
    parts: words.map((word) => partOf(word)),
    isAbsolute: pattern.startsWith('/'),
    wantsFolders,
  };
}

/** A name that has nothing special is kept as it is. */
function partOf(word: string): Part {
  if (word === '**') return FOLDERS;
  if (!/[*?[\\]/.test(word)) return word;
  if (!/(?:^|[^\\])(?:\\\\)*[*?[]/.test(word)) return word.replace(/\\(.)/gs, '$1');
  const source = word.replace(
    /\\(.)|\*+|\?|\[([!^]?)(\]?[^\]]*)\]|(.)/gs,
    (whole, plain, not, set, other) => {
      if (plain !== undefined) return quoteForPattern(String(plain));
      if (whole.startsWith('*')) return '.*';
      if (whole === '?') return '.';
      if (set !== undefined) return `[${not === '' ? '' : '^'}${String(set).replace(/[\\\]^[]/g, '\\$&')}]`;
      if (other === '[') throw new UsageError(`Cannot find paths by ${word} as a [ in it is not closed`);
      return quoteForPattern(String(other));
    },
  );
  return patternOf(`^${word.startsWith('.') ? '' : '(?!\\.)'}${source}$`, word);
}

function patternOf(source: string, word: string): RegExp {
  try {
    return new RegExp(source, 'su');
  } catch (cause) {
    throw new UsageError(`Cannot find paths by ${word} as what is in [ ] is no range`, { cause });
  }
}

function quoteForPattern(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Multiplies the alternatives out: `a{b,c/d}` is `ab` and `ac/d`. A brace without a comma in it is a plain one. */
export function withoutBraces(pattern: string): string[] {
  const place = firstBraces(pattern);
  if (!place) return [pattern];
  const { start, commas, end } = place;
  const cuts = [start, ...commas, end];
  const all = cuts
    .slice(1)
    .flatMap((cut, index) =>
      withoutBraces(
        `${pattern.slice(0, start)}${pattern.slice(cuts[index]! + 1, cut)}${pattern.slice(end + 1)}`,
      ),
    );
  if (all.length > PATTERNS_MOST)
    throw new UsageError(
      `Cannot find paths by ${pattern} as its braces make more than ${PATTERNS_MOST} patterns`,
    );
  return all;
}

function firstBraces(pattern: string): { start: number; commas: number[]; end: number } | undefined {
  for (let start = 0; start < pattern.length; start++) {
    if (pattern[start] === '\\') start++;
    if (pattern[start] !== '{' || pattern[start - 1] === '\\') continue;
    const commas: number[] = [];
    let depth = 0;
    for (let at = start; at < pattern.length; at++) {
      const character = pattern[at];
      if (character === '\\') at++;
      else if (character === '{') depth++;
      else if (character === ',' && depth === 1) commas.push(at);
      else if (character === '}' && --depth === 0) {
        if (commas.length > 0) return { start, commas, end: at };
        break;
      }
    }
  }
  return undefined;
}
