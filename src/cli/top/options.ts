/**
 * The words after `duodao top`.
 *
 * @module
 */
import { type Options, parseOptions } from '../args.ts';
import { quoted, UsageError } from '../usage-error.ts';

const TABLE = {
  batch: { kind: 'flag', about: 'print the table once' },
  tree: { kind: 'flag', about: 'children below their parents, threads below their processes' },
  json: { kind: 'flag', about: 'print a JSON array of programs, with all that is known' },
} as const satisfies Options;

/** For the help. */
export const TOP_OPTIONS: Options = TABLE;

export interface TopOptions {
  readonly tree: boolean;
  readonly json: boolean;
  /** Show only the program that this process belongs to. */
  readonly pid: number | undefined;
}

/** @throws {@link UsageError} for what is no option, or no number of a process; or when --batch is missing. */
export function parseTop(words: readonly string[]): TopOptions {
  // None of the options takes a value, so every other word is a process.
  const isOption = (word: string): boolean => word.startsWith('-');
  const { batch, tree, json } = parseOptions(TABLE, words.filter(isOption));
  const [first, second] = words.filter((word) => !isOption(word));
  if (second !== undefined)
    throw new UsageError(`Cannot show ${quoted(second)} as one process was named already: ${quoted(first)}`);
  if (first !== undefined && !/^[1-9]\d{0,9}$/.test(first))
    throw new UsageError(`Cannot show ${quoted(first)} as a process is named by its number`);
  if (!batch) throw new UsageError('Cannot show the table without --batch, which prints it once');
  return { tree, json, pid: first === undefined ? undefined : Number(first) };
}
