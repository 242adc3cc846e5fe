/**
 * Has the load generator (load/load.c) work on a server. It is compiled when it is first needed, and kept in
 * .cache/bench under a name that changes with its sources.
 *
 * @module
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = fileURLToPath(new URL('load/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.cache/bench/', import.meta.url));
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra'];

/** What came of it: how many of the messages, connections or datagrams that were asked for. */
export interface Outcome {
  readonly count: number;
  readonly seconds: number;
  /** Microseconds for one. */
  readonly p50: number;
  readonly p99: number;
  /** Datagrams without an answer. */
  readonly lost: number;
  /** How often by the number of the error. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface LoadOptions {
  readonly connections?: number;
  readonly bytes?: number;
  readonly prefix?: 0 | 4;
  /** Messages of one connection at a time. */
  readonly depth?: number;
  readonly ms?: number;
  readonly count?: number;
}

let built: string | undefined;

function program(): string {
  if (built !== undefined) return built;
  const names = readdirSync(SOURCES).sort();
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of names) hash.update(readFileSync(join(SOURCES, name)));
  const file = join(CACHE, `load-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const code = names.filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
    const unfinished = `${file}.${process.pid}`; // two benches may do so at once
    execFileSync(process.env['CC'] ?? 'cc', [...FLAGS, '-o', unfinished, ...code], { stdio: 'inherit' });
    renameSync(unfinished, file);
  }
  built = file;
  return file;
}

const words = (mode: string, port: number, options: LoadOptions): string[] => [
  mode,
  `127.0.0.1:${port}`,
  ...Object.entries(options).map(([name, value]) => `${name}=${value}`),
];

/** Puts a load on the server of a port, and says what came of it once it is over. */
export async function load(
  mode: 'echo' | 'short' | 'udp' | 'bulk',
  port: number,
  options: LoadOptions = {},
): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(program(), words(mode, port, options));
  return JSON.parse(stdout) as Outcome;
}

/** Opens connections that say nothing, and answers with what closes them. */
export async function openIdle(port: number, connections: number): Promise<() => Promise<void>> {
  const child = spawn(program(), words('idle', port, { connections }), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [first] = (await Promise.race([once(child.stdout, 'data'), ended])) as unknown[];
  if (!(first instanceof Uint8Array)) throw new Error(`${connections} connections could not be opened`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
