/**
 * The small rules of how we write, as far as a pattern can see them. The linter and the compiler hold the
 * rest.
 *
 * @module
 */
import { lineAt, type Source } from './sources.ts';

const LINES_MAX = 300;
const COLUMNS_MAX = 120;
/** Places for tests to strike (src/base/faults.ts): nobody reads them as part of the code. */
const FAULT_POINT = /^ *if \(FAULTY\) pass\('[a-z.]+'\);$/;

interface Habit {
  readonly pattern: RegExp;
  /** Whether comments and strings count as well. */
  readonly everywhere?: boolean;
  readonly breach: string;
}

const HABITS: readonly Habit[] = [
  { pattern: /(?::\s*|<|\bas\s+)any\b/g, breach: 'says any, which says nothing' },
  { pattern: /\b(?:TODO|FIXME)\b/g, everywhere: true, breach: 'leaves work for later' },
  {
    pattern: /\bexport\s+default\b|\bas\s+default\b/g,
    breach: 'exports a default: a name is found, a default is not',
  },
  { pattern: /\bexport\s+(?:type\s+)?\*/g, breach: 'exports everything: name what is public' },
  { pattern: /\bthis\._\w/g, breach: 'uses a member hidden behind _: # is private' },
  {
    pattern: /^\s+(?:(?:static|readonly|async|get|set|override)\s+)*_\w+\s*(?:[=;(]|[?!]?:[^,]*;)/gm,
    breach: 'hides a member behind _: # is private',
  },
  {
    pattern:
      /\b(?:private|protected|public)\s+(?:(?:static|readonly|async|get|set|override|abstract)\s+)*[\w#[]/g,
    breach: 'uses an access modifier: # is private, the rest is public',
  },
];

/** Breaches of the rules of writing. */
export function badHabits({ path, text, code }: Source): string[] {
  return HABITS.flatMap(({ pattern, everywhere, breach }) =>
    [...(everywhere ? text : code).matchAll(pattern)].map(({ index, 0: found }) => {
      const start = index + (found.length - found.trimStart().length);
      return `${path}:${lineAt(text, start)} ${breach}`;
    }),
  );
}

/** Files that are too long, and lines that are too wide, to be taken in at a glance. */
export function tooBig({ path, text }: Pick<Source, 'path' | 'text'>): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const read = lines.filter((line) => !FAULT_POINT.test(line)).length;
  const wide = lines.flatMap((line, index) =>
    line.length > COLUMNS_MAX
      ? [`${path}:${index + 1} is ${line.length} columns wide, at most ${COLUMNS_MAX} fit`]
      : [],
  );
  return read > LINES_MAX ? [`${path} is ${read} lines long, at most ${LINES_MAX} fit`, ...wide] : wide;
}
