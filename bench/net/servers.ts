/**
 * The servers that are compared, each a program that prints its port and serves until its input ends.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const node = (...args: string[]): [string, ...string[]] => [
  process.execPath,
  at('../peers/net_servers.js'),
  ...args,
];
const python = (...args: string[]): [string, ...string[]] => ['python3', at('../peers/net_peer.py'), ...args];
const ours = (...args: string[]): [string, ...string[]] => [process.execPath, at('ours.js'), ...args];

/** What is measured, by its name in the tables. */
export type ServerName =
  | 'duodao, 1 process'
  | 'duodao, 2 processes'
  | 'duodao, framed'
  | 'duodao, one byte back'
  | 'duodao, UDP'
  | 'node:net'
  | 'node:net, framed by hand'
  | 'node:cluster, 2 processes'
  | 'node:dgram'
  | 'Python, ThreadingTCPServer'
  | 'Python, asyncio'
  | 'Python, UDPServer';

/** How each is started. */
const COMMANDS: Readonly<Record<ServerName, readonly [string, ...string[]]>> = {
  'duodao, 1 process': ours('tcp'),
  'duodao, 2 processes': ours('tcp', '2'),
  'duodao, framed': ours('framed'),
  'duodao, one byte back': ours('sink'),
  'duodao, UDP': ours('udp'),
  'node:net': node('tcp'),
  'node:net, framed by hand': node('framed'),
  'node:cluster, 2 processes': node('cluster'),
  'node:dgram': node('udp'),
  'Python, ThreadingTCPServer': python('threads'),
  'Python, asyncio': python('asyncio'),
  'Python, UDPServer': python('udp'),
};

export interface Server {
  readonly name: ServerName;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function start(name: ServerName): Promise<Server> {
  const [command, ...args] = COMMANDS[name];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as unknown[];
  const port = Number(line);
  if (typeof line !== 'string' || !(port > 0) || child.pid === undefined)
    throw new Error(`${name} ended before it had said its port`);
  return {
    name,
    port,
    pid: child.pid,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Starts them all, has those used that are there then, and stops them whatever happens. */
export async function withServers<T>(
  names: readonly ServerName[],
  use: (servers: readonly Server[]) => Promise<T>,
): Promise<T> {
  const servers: Server[] = [];
  try {
    for (const name of names) {
      try {
        servers.push(await start(name));
      } catch (error) {
        console.error(`Not measured: ${(error as Error).message}`); // no Python here, it may be
      }
    }
    return await use(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** KiB of memory of a process, pages that others share counted in part. */
export function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

function childrenOf(pid: number, thread: string): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // a thread that has ended meanwhile has none
  }
}

/** Milliseconds of CPU that a process and its children have used so far, to 10 ms. */
export function cpuOf(pid: number): number {
  // After the name, which is in parentheses: utime and stime in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  const own = (Number(fields[11]) + Number(fields[12])) * 10;
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => childrenOf(pid, thread))
    .reduce((sum, child) => sum + cpuOf(child), own);
}

/** How many descriptors a process has open. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
