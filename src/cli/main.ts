/**
 * The way in from the command line: finds the command, runs it, and turns how it ended into an exit code.
 *
 *     0   it did what was asked
 *     1   it failed, or the answer is no (the books do not balance)
 *     2   it was asked wrongly: an option, or a file that was given
 *
 * `map` counts with it how many items have failed, and so has another code for a failure of its own (map/exit-code.ts).
 *
 * Results go to standard output, everything else to standard error. Commands are loaded when they are called,
 * so that `--help` stays quick however many there are.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { DuodaoError, HOME } from '../base/index.ts';
import { RUN_FAILED } from './map/exit-code.ts';
import { didYouMean } from './nearest.ts';
import { print } from './print.ts';
import { quoted, UsageError } from './usage-error.ts';

/** Where the program's words go. */
export interface Output {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

interface Command {
  readonly help: () => Promise<string>;
  readonly run: (words: readonly string[], output: Output) => Promise<number>;
  /** What says that it failed, where 1 says something else. */
  readonly failed?: number;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  rush: {
    help: async () => (await import('./help.ts')).rushHelpText(),
    run: async (words, { out }) => await (await import('./rush/command.ts')).rush(words, out),
  },
  map: {
    help: async () => (await import('./help.ts')).mapHelpText(),
    run: async (words, output) => await (await import('./map/command.ts')).map(words, output),
    failed: RUN_FAILED,
  },
  serve: {
    help: async () => (await import('./help.ts')).serveHelpText(),
    run: async (words, output) => await (await import('./serve/command.ts')).serve(words, output),
  },
  doctor: {
    help: async () => (await import('./help.ts')).doctorHelpText(),
    run: async (words, output) => await (await import('./doctor/command.ts')).doctor(words, output),
  },
  sim: {
    help: async () => (await import('./help.ts')).simHelpText(),
    run: async (words, output) => await (await import('./sim/command.ts')).sim(words, output),
  },
  top: {
    help: async () => (await import('./help.ts')).topHelpText(),
    run: async (words, output) => await (await import('./top/command.ts')).top(words, output),
  },
};

/** Runs `duodao` with the words after its name; resolves with the exit code, and never rejects. */
export async function main(
  words: readonly string[],
  output: Output = { out: process.stdout, err: process.stderr },
): Promise<number> {
  const [name = ''] = words;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const who = command ? `duodao ${name}` : 'duodao';
  try {
    return await dispatch(words, output);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const lines = sentencesOf(error).map((line) => `${who}: ${line}\n`);
    if (isUsage) lines.push(`Try "${who} --help"\n`);
    // There is nobody left to tell when standard error fails too; the exit code still says it.
    await print(output.err, lines.join('')).catch(() => undefined);
    return isUsage ? 2 : (command?.failed ?? 1);
  }
}

async function dispatch(words: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || isHelp(name)) return await show(output, (await import('./help.ts')).helpText());
  if (name === '--version') return await show(output, `${await version()}\n`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const kind = name.startsWith('-') ? 'option' : 'command';
    const known = kind === 'option' ? ['--help', '--version'] : Object.keys(COMMANDS);
    throw new UsageError(`Unknown ${kind} ${quoted(name)}${didYouMean(name, known)}`);
  }
  return optionsIn(rest).some(isHelp)
    ? await show(output, await command.help())
    : await command.run(rest, output);
}

async function show({ out }: Output, text: string): Promise<number> {
  await print(out, text);
  return 0;
}

/** What comes before a `--`: behind it no word is an option. */
function optionsIn(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', HOME), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** An expected failure is told in its own words; anything else is a defect of ours and shows where it is. */
function sentencesOf(error: unknown): string[] {
  if (error instanceof UsageError || error instanceof DuodaoError) return error.message.split('\n');
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
