/**
 * What all programs here do alike: read their options, end well, and say in one sentence what went wrong.
 *
 *     exit code 0     it did what it was asked; also after Ctrl-C, and when nobody reads its output any more
 *     exit code 1     it failed: nobody answers, an address is taken, the other side is gone
 *     exit code 2     bad input: an option or a value that it does not understand
 *     exit code 130   Ctrl-C before it could do what it was asked
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>['values'];

/** What a program is given: its options, the words beside them, and what tells it to end. */
export interface Given<O extends Options> {
  readonly values: Values<O>;
  readonly words: readonly string[];
  /** Aborts at Ctrl-C, at SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
}

/** A mistake in what was asked for: its sentence, and exit code 2. */
export class BadInput extends Error {}

/** What is expected to fail now and then: its sentence, no stack, and exit code 1. */
export class Failed extends Error {}

/** A place on a network. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Runs a program. What `run` returns is its exit code, 0 if nothing.
 *
 * @param help - What `--help` prints.
 * @param options - As for `parseArgs` of `node:util`.
 */
export async function program<const O extends Options>(
  help: string,
  options: O,
  run: (given: Given<O>) => Promise<number | void>,
): Promise<void> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  let isUnread = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') isUnread = true;
      else process.exitCode = 1;
      stop();
    });
  }
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const given = read(options, process.argv.slice(2));
    if (given === 'help') process.stdout.write(help);
    else process.exitCode = (await run({ ...given, signal: end.signal })) ?? 0;
  } catch (error) {
    // What fails in an expected way after Ctrl-C fails because of it, whatever it is called: what was under way broke.
    const isInterrupted = end.signal.aborted && isExpected(error);
    // Of what nobody reads it does not matter that it is not all.
    process.exitCode = isUnread ? 0 : isInterrupted ? 130 : tell(error);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Waits until a signal aborts: what a server does while it serves. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function read<const O extends Options>(options: O, args: string[]): Omit<Given<O>, 'signal'> | 'help' {
  const help = { help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...help, ...options },
      allowPositionals: true,
      strict: true,
    });
    return 'help' in values ? 'help' : { values, words: positionals };
  } catch (error) {
    throw new BadInput((error as Error).message, { cause: error });
  }
}

/** What the system or the library expects to fail has a code. */
function isExpected(error: unknown): boolean {
  return error instanceof Failed || (error instanceof Error && 'code' in error);
}

function tell(error: unknown): number {
  if (error instanceof BadInput) {
    process.stderr.write(`${error.message}\nTry --help\n`);
    return 2;
  }
  // Anything else is a defect, and its stack tells where.
  const text = error instanceof Error ? (isExpected(error) ? error.message : error.stack) : String(error);
  process.stderr.write(`${text}\n`);
  return 1;
}

interface Limits {
  readonly least: number;
  readonly most: number;
  readonly otherwise: number;
}

/** The number that an option says, within its limits; `otherwise` if it was left out. */
export function numberOf(name: string, text: string | undefined, { least, most, otherwise }: Limits): number {
  if (text === undefined) return otherwise;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new BadInput(`--${name} must be a number from ${least} to ${most}: it is ${JSON.stringify(text)}`);
}

/** As numberOf(), for what is counted. */
export function wholeOf(name: string, text: string | undefined, limits: Limits): number {
  const number = numberOf(name, text, limits);
  if (Number.isInteger(number)) return number;
  throw new BadInput(`--${name} must be a whole number: it is ${JSON.stringify(text)}`);
}

/** The number of a port that an option says; 0 lets the system choose. */
export function portOf(name: string, text: string | undefined, otherwise: number): number {
  return wholeOf(name, text, { least: 0, most: 65_535, otherwise });
}

/** The host and port in a text such as `127.0.0.1:4242`, `[::1]:4242`, or a host alone. */
export function placeOf(text: string, otherwisePort?: number): Place {
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  const host = match?.groups?.['six'] ?? match?.groups?.['four'];
  const port = match?.groups?.['port'] === undefined ? otherwisePort : Number(match.groups['port']);
  if (host !== undefined && port !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new BadInput(`An address is HOST:PORT, such as 127.0.0.1:4242: it is ${JSON.stringify(text)}`);
}

/** Whose an address is: all ports of a host are one. */
export function hostOf(address: Place | { readonly path: string }): string {
  return 'host' in address ? address.host : address.path;
}

/** An address as people write it. */
export function placeText({ host, port }: Place): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
