/**
 * Options of a command: a table of what exists, and the values that were given.
 *
 * `parseArgs` of node:util cuts the words up; this adds what it lacks: numbers with limits, a suggestion for
 * a misspelt name, and sentences that say what to write instead. It is used in its lenient mode, as its
 * strict mode refuses `--kill -1` as "ambiguous" when the useful answer is that N must be 0 or more.
 *
 * Given twice, the last one counts, so that an alias of somebody's shell can be overruled.
 * Short forms are few: `-h`, and those that people know from tools of the same kind. A script says what it means, a
 * person has completion.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { didYouMean } from './nearest.ts';
import { quoted, UsageError } from './usage-error.ts';

/** What one option is. `value` is the word for it in the help, such as FILE. */
export type Option =
  | { readonly kind: 'flag'; readonly about: string; readonly short?: string }
  | { readonly kind: 'text'; readonly value: string; readonly about: string; readonly short?: string }
  | {
      readonly kind: 'whole';
      readonly value: string;
      readonly about: string;
      readonly least: number;
      readonly most: number;
      readonly short?: string;
    };

/** Options by name, without the dashes. */
export type Options = Readonly<Record<string, Option>>;

/** Values by name: `true` for a flag that was given, undefined for what was not. */
export type Given<O extends Options> = {
  readonly [K in keyof O]: O[K]['kind'] extends 'flag'
    ? boolean
    : (O[K]['kind'] extends 'whole' ? number : string) | undefined;
};

/**
 * Reads the words after a command that takes options only.
 *
 * @throws {@link UsageError} for an unknown option, a value missing or out of its limits, or a word that
 *   belongs to no option.
 */
export function parseOptions<const O extends Options>(options: O, words: readonly string[]): Given<O> {
  const { given, others } = parseWords(options, words);
  if (others.length > 0)
    throw new UsageError(`Cannot use the word ${quoted(others[0])} as no option comes before it`);
  return given;
}

/**
 * Reads the words after a command that takes others beside its options, in any order. What comes after `--` is no
 * option, whatever it begins with.
 *
 * @throws {@link UsageError} for an unknown option, or a value missing or out of its limits.
 */
export function parseWords<const O extends Options>(
  options: O,
  words: readonly string[],
): { readonly given: Given<O>; readonly others: readonly string[] } {
  const names = Object.keys(options);
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      names.map((name) => {
        const { kind, short } = options[name]!;
        return [name, { type: kind === 'flag' ? 'boolean' : 'string', ...(short && { short }) }] as const;
      }),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Record<string, boolean | number | string | undefined> = {};
  for (const name of names) given[name] = options[name]!.kind === 'flag' ? false : undefined;
  const others: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') others.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option)
      throw new UsageError(
        `Unknown option ${token.rawName}${didYouMean(
          token.rawName,
          names.map((name) => `--${name}`),
        )}`,
      );
    given[token.name] = valueOf(option, token);
  }
  return { given: given as Given<O>, others };
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf(option: Option, { rawName, value, inlineValue }: OptionToken): boolean | number | string {
  if (option.kind === 'flag') {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value: it was given ${quoted(value)}`);
  }
  // `--ledger --json` forgot the file; `--kill -1` did not forget the number. `-` alone is a file.
  const isForgotten = value === undefined || value === '' || (!inlineValue && /^-\D/.test(value));
  if (isForgotten) throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
  return option.kind === 'text' ? value : wholeOf(option, rawName, value);
}

function wholeOf(option: Option & { kind: 'whole' }, rawName: string, text: string): number {
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= option.least && number <= option.most) return number;
  throw new UsageError(
    `${rawName} must be a whole number from ${option.least} to ${option.most}: it is ${quoted(text)}`,
  );
}
