/**
 * Under which name a module exports a function, found without importing the module.
 *
 * An ES module: its source says which local name is exported under which name; its Module scope (see
 * `locate.ts`) says what each local name holds. The name is the export whose value is the function itself, or
 * holds it as an own property: `Class.method`. So an inner function that happens to share a name is never
 * taken for the export.
 *
 * One export is in no scope: the anonymous default (`export default () => …`, `export default work`). Then
 * the text decides. It must begin right behind `export default`, at the very place where the engine says that
 * the function is; or the word there must be the function's name, and the function must stand outside of all
 * brackets.
 *
 * CommonJS: the values of `require.cache` are compared.
 *
 * Not here: what a module only passes on. A function's address is the module that defines it.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { isProxy } from 'node:util/types';
import type * as Lexer from 'es-module-lexer';
import type { Place } from './locate.ts';
import type { Addressable } from './task.ts';

type Parse = typeof Lexer.parse;
type DirectExport = Lexer.DirectExport;

const require = createRequire(import.meta.url);
let lexer: typeof Lexer | undefined;

/** A blank or a comment, in one way only: these run over a whole module when they don't match. */
const GAP = String.raw`(?:\s|//.*(?:[\r\n\u2028\u2029]|$)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)`;
/** What may stand between `export default` and its function. */
const SKIPPED = new RegExp(`^(?:${GAP}|[(])*$`);
/** A word that is the whole expression: the statement, or at least the line, ends behind it. */
const WORD = new RegExp(
  String.raw`^${GAP}*([\p{ID_Start}$_][\p{ID_Continue}$]*)[^\S\r\n]*(?:;|$|[\r\n]|/[/*])`,
  'u',
);

/** The export path of a function in the ES module that defines it; undefined if it is not exported. */
export function nameInModule(fn: Addressable, place: Place): string | undefined {
  const { parse } = loadedLexer();
  const exports = parse(place.source)[1].flatMap((it) =>
    it.type === 'direct' && !it.typeOnly ? decoded(it, place.source) : [],
  );
  const values = exports.map(({ localName }) => localName && read(place.variables, localName));
  for (const [index, { name }] of exports.entries()) if (values[index] === fn && isPlain(name)) return name;
  for (const [index, { name }] of exports.entries()) {
    const key = keyOf(values[index], fn);
    if (key !== undefined && isPlain(name)) return `${name}.${key}`;
  }
  const anonymous = exports.find(({ name, localName }) => name === 'default' && localName === undefined);
  return anonymous && isDefault(fn, place, anonymous, parse) ? 'default' : undefined;
}

/** The export path of a function in the CommonJS module at a path; undefined if it is not exported. */
export function nameInCommonJs(fn: Addressable, path: string, url: string): string | undefined {
  for (const [key, loaded] of Object.entries(require.cache)) {
    if (!loaded || (loaded.filename !== path && key !== path && key !== url)) continue;
    const exports: unknown = loaded.exports;
    if (exports === fn) return 'default';
    // A compiled ES module has its exports behind getters that do nothing but read a variable. Any other
    // getter is the user's code, which we don't run.
    const compiled = own(exports, '__esModule', false) === true;
    const name = keyOf(exports, fn, compiled);
    if (name !== undefined) return name;
    for (const outer of keysOf(exports)) {
      const inner = keyOf(own(exports, outer, compiled), fn);
      if (inner !== undefined) return `${outer}.${inner}`;
    }
  }
  return undefined;
}

/** Loaded when first needed, and at once, so through require: 5 ms that most processes never pay. */
function loadedLexer(): typeof Lexer {
  if (lexer) return lexer;
  const fast = require('es-module-lexer') as typeof Lexer;
  try {
    fast.parse('');
    lexer = fast;
  } catch {
    // It is WebAssembly, which some processes have not (--jitless), and which needs 10 GB of address space,
    // more than some have (ulimit -v). The same lexer in JavaScript takes 50 ms for its first text.
    lexer = require('es-module-lexer/js') as typeof Lexer;
  }
  return lexer;
}

/** Compilers write names that are not ASCII with escapes, and the lexer gives them as they are written. */
function decoded(it: DirectExport, source: string): DirectExport {
  const isQuoted = /['"]/.test(source.charAt(it.start)); // those the lexer has decoded
  return {
    ...it,
    name: isQuoted ? it.name : unescaped(it.name),
    localName: it.localName && unescaped(it.localName),
  };
}

function unescaped(name: string): string {
  return name.replace(/\\u(?:\{([0-9a-f]+)\}|([0-9a-f]{4}))/gi, (_, long?: string, short?: string) =>
    String.fromCodePoint(Number.parseInt(long ?? short ?? '', 16)),
  );
}

/** True if `fn` is what `export default` exports, judged by the text, as no variable holds it. */
function isDefault(fn: Addressable, place: Place, it: DirectExport, parse: Parse): boolean {
  const { source } = place;
  const text = Function.prototype.toString.call(fn);
  const at = offsetOf(source, place.line, place.column);
  const start = source.lastIndexOf(text, at);
  if (start === -1) return false;
  if (start >= it.end && SKIPPED.test(source.slice(it.end, start))) return true;
  const word = WORD.exec(source.slice(it.end))?.[1];
  if (word === undefined || word !== fn.name || place.isClosure) return false;
  const held = read(place.variables, word);
  return held === undefined ? isTopLevel(source.slice(0, start), parse) : held === fn;
}

/** True if a place of a module is outside of all brackets: the lexer refuses text that leaves one open. */
function isTopLevel(before: string, parse: Parse): boolean {
  try {
    parse(before);
    return true;
  } catch {
    return false;
  }
}

/** Lines end where V8 ends them. */
function offsetOf(source: string, line: number, column: number): number {
  const ends = /\r\n|[\n\r\u2028\u2029]/g;
  for (let seen = 0; seen < line; seen++) ends.exec(source);
  return ends.lastIndex + column;
}

function read(variables: object | undefined, name: string): unknown {
  try {
    return variables && Object.hasOwn(variables, name) ? Reflect.get(variables, name) : undefined;
  } catch {
    // Not initialised yet: the module is still running. What has no value is not the function.
    return undefined;
  }
}

/** The key of an object under which it holds exactly this value. */
function keyOf(holder: unknown, value: unknown, throughGetters = false): string | undefined {
  return keysOf(holder).find((key) => own(holder, key, throughGetters) === value);
}

function keysOf(holder: unknown): string[] {
  const isObject = typeof holder === 'function' || (typeof holder === 'object' && holder !== null);
  // Asking a proxy would run the user's code.
  return isObject && !isProxy(holder) ? Object.getOwnPropertyNames(holder).filter(isPlain) : [];
}

function own(holder: unknown, key: string, throughGetters: boolean): unknown {
  if (isProxy(holder)) return undefined;
  const property = Object.getOwnPropertyDescriptor(holder ?? {}, key);
  return throughGetters && property?.get ? Reflect.get(holder as object, key) : property?.value;
}

/** A dot would make the path ambiguous, and nobody could read an empty name. */
function isPlain(name: string): boolean {
  return name !== '' && !name.includes('.');
}
