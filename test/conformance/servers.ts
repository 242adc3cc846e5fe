/** What the tests of `duodao serve` share: the command, and clients of all kinds. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { after } from 'node:test';
import { promisify } from 'node:util';
import type { Address, ServerStats } from '../../src/net/index.ts';
import { type End, run, type RunOptions } from '../harness/programs.ts';
import { hasEnded as lifeEnded, lifeOf, until } from '../harness/tree.ts';

/** An event that the command has printed. */
export interface Heard {
  readonly event: string;
  readonly address: Address;
  readonly pid: number;
  readonly workers: readonly { readonly pid: number; readonly thread: number }[];
  readonly stats: ServerStats;
  readonly error: string;
}

export interface Served {
  /** Of the command itself. */
  readonly pid: number;
  readonly port: number;
  readonly listening: Heard;
  readonly end: Promise<End>;
  /** What it has said by now. */
  stderr(): string;
  /** The next event of that name. */
  event(name: string): Promise<Heard>;
  /** Closes its standard output on our side. */
  leave(): void;
}

interface ServeOptions extends RunOptions {
  /** Without --json. */
  readonly isPlain?: boolean;
}

const served: Served[] = [];
// Those that a failed test has left would keep its file from coming to an end.
after(() => {
  for (const { pid } of served) if (!hasEnded(pid)) process.kill(pid, 'SIGKILL');
});

/** Starts `duodao serve`, and waits until it listens. */
export async function serve(words: readonly string[], options: ServeOptions = {}): Promise<Served> {
  const program = run('cli/duodao.ts', ['serve', ...words, ...(options.isPlain ? [] : ['--json'])], options);
  let stderr = '';
  program.process.stderr!.on('data', (text: string) => (stderr += text));
  const event = async (name: string): Promise<Heard> => {
    for (;;) {
      const heard = JSON.parse(await program.line()) as Heard;
      if (heard.event === name) return heard;
    }
  };
  const common = {
    end: program.end,
    stderr: () => stderr,
    event,
    leave: () => void program.process.stdout!.destroy(),
  };
  if (options.isPlain) {
    await until(
      () => `it listens: ${stderr}`,
      () => / {2}try: /.test(stderr),
    );
    const one = { ...common, pid: program.process.pid!, port: 0, listening: {} as Heard };
    served.push(one);
    return one;
  }
  const listening = await event('listening');
  const port = 'port' in listening.address ? listening.address.port : 0;
  const one = { ...common, pid: listening.pid, port, listening };
  served.push(one);
  return one;
}

/** Ends a server as Ctrl-C does it, and hears what it had counted. */
export async function interrupt(served: Served): Promise<Heard & { readonly stderr: string }> {
  process.kill(served.pid, 'SIGINT');
  const closed = await served.event('closed');
  const { code, stderr } = await served.end;
  assert.equal(code, 130, stderr);
  return { ...closed, stderr };
}

/** Runs one that does not come to listen. */
export async function serveInVain(words: readonly string[]): Promise<End> {
  return await run('cli/duodao.ts', ['serve', ...words]).end;
}

/** Says something on a connection of its own, and that it says no more; resolves with all that is answered. */
export async function say(
  at: { readonly port: number } | { readonly path: string },
  text: string,
): Promise<string> {
  const socket = createConnection('path' in at ? { path: at.path } : { port: at.port, host: '127.0.0.1' });
  socket.end(text);
  let answer = '';
  for await (const bytes of socket) answer += String(bytes);
  return answer;
}

export async function bash(line: string): Promise<{ readonly stdout: string }> {
  return await promisify(execFile)('bash', ['-c', line]);
}

export const HAS_PYTHON: boolean = spawnSync('python3', ['--version']).status === 0;

/** What a program in Python prints. */
export async function python(program: string): Promise<string> {
  return (await promisify(execFile)('python3', ['-c', program])).stdout;
}

export function hasEnded(pid: number): boolean {
  try {
    return lifeEnded(lifeOf(pid));
  } catch {
    return true;
  }
}
