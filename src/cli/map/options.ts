/**
 * The words after `duodao map`: the function, what it is given, and how.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { isatty } from 'node:tty';
import { type Given, type Options, parseWords } from '../args.ts';
import { quoted, UsageError } from '../usage-error.ts';
import { parseJobs, parseMemory } from '../amounts.ts';
import { type Halt, parseHalt } from './halt.ts';
import { parseTimeLimit, type TimeLimit } from './time-limit.ts';

const TABLE = {
  lines: { kind: 'text', value: 'FILE', about: 'an item for each line of a file; - is standard input' },
  ndjson: { kind: 'text', value: 'FILE', about: 'an item for each line, which is a JSON value; - as above' },
  null: { kind: 'text', short: '0', value: 'FILE', about: 'items end with a zero byte; - as above' },
  glob: { kind: 'text', value: 'PATTERN', about: 'the paths that match: * ? [a-z] {a,b} and ** for folders' },
  jobs: { kind: 'text', short: 'j', value: 'N', about: 'workers: a number, or a share such as 50% (100%)' },
  threads: { kind: 'flag', about: 'worker threads instead of processes' },
  policy: { kind: 'text', value: 'NAME', about: 'which item is next, such as sjf or mlfq (fcfs)' },
  ordered: { kind: 'flag', short: 'k', about: 'results in the order of the items, not as they come' },
  chunk: {
    kind: 'whole',
    value: 'N',
    about: 'items that are handed over at once (by how long they take)',
    least: 1,
    most: 1_000_000,
  },
  retries: {
    kind: 'whole',
    value: 'N',
    about: 'run an item that fails so often again (0)',
    least: 0,
    most: 1000,
  },
  timeout: {
    kind: 'text',
    value: 'TIME',
    about: 'an item that runs longer fails: 500ms, 2s, 2m, or 200% of the median',
  },
  halt: {
    kind: 'text',
    value: 'WHEN',
    about: 'end early: now or soon, then fail=N, fail=N%, success=N, success=N% or done=N (never)',
  },
  memory: { kind: 'text', value: 'BYTES', about: 'what a worker may hold of RAM, such as 500M' },
  joblog: { kind: 'text', value: 'FILE', about: 'write how each item ended, NDJSON' },
  resume: { kind: 'flag', about: 'skip what has succeeded by the joblog, and print its results again' },
  tag: { kind: 'flag', about: 'the item and a tab before each result; with --json as a field' },
  json: { kind: 'flag', about: 'of each item, failed ones too: {"index":0,"value":1}' },
  'dry-run': { kind: 'flag', about: 'print what would be called, and call nothing' },
  progress: { kind: 'flag', about: 'tell on standard error how it goes (on a terminal: always)' },
  trace: { kind: 'text', value: 'FILE', about: 'write what ran where and when, for duodao sim --replay' },
} as const satisfies Options;

/** For the help. */
export const MAP_OPTIONS: Options = TABLE;

/** Where the items come from. */
export type Input =
  | { readonly from: 'words'; readonly words: readonly string[] }
  | { readonly from: 'lines' | 'null' | 'ndjson'; readonly path: string }
  | { readonly from: 'glob'; readonly pattern: string };

export interface MapOptions {
  /** The module, and perhaps `#` and the name of its export. */
  readonly target: string;
  readonly input: Input;
  readonly jobs: number;
  readonly threads: boolean;
  readonly policy: string | undefined;
  readonly ordered: boolean;
  /** Undefined: by how long items take. */
  readonly chunk: number | undefined;
  readonly retries: number;
  readonly timeLimit: TimeLimit | undefined;
  readonly halt: Halt | undefined;
  readonly memoryBytes: number | undefined;
  readonly joblog: string | undefined;
  readonly resume: boolean;
  readonly tag: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly progress: boolean;
  readonly trace: string | undefined;
}

/** What is asked of the place where the command runs. */
export interface Surroundings {
  readonly processors: number;
  /** Whether standard input is a terminal: then a person sits there, and no items come from it. */
  readonly isTerminal: boolean;
}

/**
 * Reads the words after `duodao map`.
 *
 * @throws {@link UsageError} for what is missing, unknown, out of its limits, or cannot be together.
 */
export function parseMap(words: readonly string[], around: Surroundings = surroundings()): MapOptions {
  const { given, others } = parseWords(TABLE, words);
  const [target, ...rest] = others;
  if (target === undefined || target === '')
    throw new UsageError(
      'Cannot map without a function: name a module that exports it, such as thumbs.ts or thumbs.ts#small',
    );
  if (given.resume && given.joblog === undefined)
    throw new UsageError('Cannot resume without --joblog FILE, which says what has been done');
  if (given.joblog === '-' || given.trace === '-')
    throw new UsageError('Cannot write the joblog or the trace to standard output, which has the results');
  return {
    target,
    input: inputOf(given, rest, around.isTerminal),
    jobs: given.jobs === undefined ? around.processors : parseJobs('--jobs', given.jobs, around.processors),
    threads: given.threads,
    policy: given.policy,
    ordered: given.ordered,
    chunk: given.chunk,
    retries: given.retries ?? 0,
    timeLimit: given.timeout === undefined ? undefined : parseTimeLimit(given.timeout),
    halt: given.halt === undefined ? undefined : parseHalt(given.halt),
    memoryBytes: given.memory === undefined ? undefined : parseMemory('--memory', given.memory),
    joblog: given.joblog,
    resume: given.resume,
    tag: given.tag,
    json: given.json,
    dryRun: given['dry-run'],
    progress: given.progress,
    trace: given.trace,
  };
}

function surroundings(): Surroundings {
  return { processors: availableParallelism(), isTerminal: isatty(0) };
}

const FILES = ['lines', 'ndjson', 'null'] as const;

function inputOf(given: Given<typeof TABLE>, words: readonly string[], isTerminal: boolean): Input {
  const found: Input[] = words.length > 0 ? [{ from: 'words', words }] : [];
  for (const from of FILES) {
    const path = given[from];
    if (path !== undefined) found.push({ from, path });
  }
  if (given.glob !== undefined) found.push({ from: 'glob', pattern: given.glob });
  const [one, other] = found;
  if (one === undefined) {
    if (!isTerminal) return { from: 'lines', path: '-' };
    throw new UsageError(
      'Cannot map as there are no items: write them behind the module, or say --lines FILE, --ndjson FILE, ' +
        '--null FILE or --glob PATTERN, or pipe lines in',
    );
  }
  if (other === undefined) return one;
  throw new UsageError(`Cannot take items from ${nameOf(one)} and from ${nameOf(other)} in one run`);
}

function nameOf(input: Input): string {
  return input.from === 'words' ? `the word ${quoted(input.words[0])}` : `--${input.from}`;
}
