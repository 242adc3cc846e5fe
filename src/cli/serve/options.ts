/**
 * The words after `duodao serve`: the handler, where it listens, and how.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { Concurrency } from '../../net/index.ts';
import { parseBytes, parseJobs, parseTime } from '../amounts.ts';
import { type Given, type Options, parseWords } from '../args.ts';
import { didYouMean } from '../nearest.ts';
import { quoted, UsageError } from '../usage-error.ts';
import { type Place, placeOf } from './place.ts';

const TABLE = {
  tcp: {
    kind: 'text',
    value: '[HOST:]PORT',
    about: 'listen for TCP connections (HOST 127.0.0.1); 0: any port',
  },
  udp: { kind: 'text', value: '[HOST:]PORT', about: 'the same for UDP datagrams' },
  unix: { kind: 'text', value: 'PATH', about: 'listen at a path on this machine; @name has no file' },
  framing: {
    kind: 'text',
    value: 'NAME',
    about: 'how messages lie in the stream: raw, lines, length:4, length:2:big, dict or python (raw)',
  },
  concurrency: {
    kind: 'text',
    value: 'KIND',
    about: 'where handlers run: async, threads or processes (async; with -w: processes)',
  },
  workers: {
    kind: 'text',
    short: 'w',
    value: 'N',
    about: 'how many of these, or a share such as 50% (100%)',
  },
  'max-connections': {
    kind: 'whole',
    value: 'N',
    about: 'so many at once; more are closed at once',
    least: 1,
    most: 10_000_000,
  },
  'idle-timeout': {
    kind: 'text',
    value: 'TIME',
    about: 'end connections that are silent for so long: 500ms, 30s, 2m',
  },
  'max-message': {
    kind: 'text',
    value: 'BYTES',
    about: 'refuse messages that are longer (16M; of UDP 65507)',
  },
  'auth-key-file': {
    kind: 'text',
    value: 'FILE',
    about: 'clients must know the key in it, as those of Python do',
  },
  'legacy-auth': { kind: 'flag', about: 'let Python before 3.12 prove it, by MD5' },
  'tls-key': { kind: 'text', value: 'FILE', about: 'encrypt: the private key, PEM' },
  'tls-cert': { kind: 'text', value: 'FILE', about: 'and the certificate, PEM' },
  backlog: {
    kind: 'whole',
    value: 'N',
    about: 'connections that wait to be accepted (511)',
    least: 1,
    most: 65_535,
  },
  mode: { kind: 'text', value: 'OCTAL', about: 'who may connect to the path of --unix (600: this user)' },
  drain: { kind: 'text', value: 'TIME', about: 'at the end, what is at work may take so long (5s)' },
  stats: { kind: 'flag', about: 'tell on standard error how it goes' },
  json: { kind: 'flag', about: 'events as JSON on standard output: listening, replaced, closed' },
  check: { kind: 'flag', about: 'load the module, look at everything else, and do not listen' },
} as const satisfies Options;

/** For the help. */
export const SERVE_OPTIONS: Options = TABLE;

export interface ServeOptions {
  /** The module, and perhaps `#` and the name of its export. */
  readonly target: string;
  readonly place: Place;
  /** As it was written. */
  readonly framing: string;
  readonly concurrency: Concurrency;
  /** Of no meaning for `async`. */
  readonly workers: number;
  readonly maxConnections: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly maxMessageBytes: number | undefined;
  readonly authKeyFile: string | undefined;
  readonly legacyAuth: boolean;
  readonly tls: { readonly keyFile: string; readonly certFile: string } | undefined;
  readonly backlog: number | undefined;
  readonly drainMs: number;
  readonly stats: boolean;
  readonly json: boolean;
  readonly check: boolean;
}

const DRAIN_MS = 5000;
/** Of no meaning for datagrams. */
const OF_CONNECTIONS = [
  'framing',
  'max-connections',
  'idle-timeout',
  'auth-key-file',
  'tls-key',
  'tls-cert',
  'backlog',
] as const;

/**
 * Reads the words after `duodao serve`.
 *
 * @throws {@link UsageError} for what is missing, unknown, out of its limits, or cannot be together.
 */
export function parseServe(
  words: readonly string[],
  processors: number = availableParallelism(),
): ServeOptions {
  const { given, others } = parseWords(TABLE, words);
  const [target = '', extra] = others;
  if (target === '')
    throw new UsageError(
      'Cannot serve without a handler: name a module that exports it, such as echo.ts or echo.ts#echo',
    );
  if (extra !== undefined) throw new UsageError(`Cannot use the word ${quoted(extra)}: one module is served`);
  const place = placeOf(given);
  const foreign = place.kind === 'udp' && OF_CONNECTIONS.find((name) => given[name] !== undefined);
  if (foreign) throw new UsageError(`Cannot use --${foreign} with --udp, where there are no connections`);
  return {
    target,
    place,
    framing: given.framing ?? 'raw',
    concurrency: concurrencyOf(given),
    workers: given.workers === undefined ? processors : parseJobs('--workers', given.workers, processors),
    maxConnections: given['max-connections'],
    idleTimeoutMs: timeOf('--idle-timeout', given['idle-timeout'], 1),
    maxMessageBytes: messageBytesOf(given['max-message'], place),
    authKeyFile: given['auth-key-file'],
    legacyAuth: legacyAuthOf(given),
    tls: tlsOf(given),
    backlog: given.backlog,
    drainMs: timeOf('--drain', given.drain, 0) ?? DRAIN_MS,
    stats: given.stats,
    json: given.json,
    check: given.check,
  };
}

type Words = Given<typeof TABLE>;

const CONCURRENCIES = ['async', 'threads', 'processes'] as const;

function concurrencyOf({ concurrency, workers }: Words): Concurrency {
  const kind = concurrency ?? (workers === undefined ? 'async' : 'processes');
  const known = CONCURRENCIES.find((one) => one === kind);
  if (known === undefined)
    throw new UsageError(
      `--concurrency must be async, threads or processes: it is ${quoted(kind)}${didYouMean(kind, CONCURRENCIES)}`,
    );
  if (known === 'async' && workers !== undefined)
    throw new UsageError('Cannot have --workers with --concurrency async: say threads or processes');
  return known;
}

function timeOf(name: string, text: string | undefined, leastMs: 0 | 1): number | undefined {
  return text === undefined ? undefined : parseTime(name, text, leastMs);
}

/** No datagram is longer. */
const DATAGRAM_MOST = 65_507;

function messageBytesOf(text: string | undefined, { kind }: Place): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseBytes('--max-message', text, 1, 'such as 64K or 16M');
  const most = kind === 'udp' ? DATAGRAM_MOST : 2 ** 32 - 1;
  if (bytes <= most) return bytes;
  throw new UsageError(`--max-message must be at most ${most} bytes: it is ${quoted(text)}`);
}

function legacyAuthOf({ 'legacy-auth': isLegacy, 'auth-key-file': keyFile }: Words): boolean {
  if (isLegacy && keyFile === undefined)
    throw new UsageError('Cannot use --legacy-auth without --auth-key-file FILE, which has the key');
  return isLegacy;
}

function tlsOf(given: Words): ServeOptions['tls'] {
  const { 'tls-key': keyFile, 'tls-cert': certFile } = given;
  if (keyFile !== undefined && certFile !== undefined) return { keyFile, certFile };
  if (keyFile === undefined && certFile === undefined) return undefined;
  const [one, other] = keyFile === undefined ? ['cert', 'key'] : ['key', 'cert'];
  throw new UsageError(`Cannot encrypt with --tls-${one} alone: --tls-${other} FILE is needed, too`);
}
