/**
 * Runs a program of the fixtures as this test is run, with the same loader, and listens to what it prints.
 *
 *     const program = run('processes/parent.ts', ['arguments']);
 *     const first = await program.line();
 *     const { code, stdout } = await program.end;
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  /** How it ended, once its output has, too: nobody else holds it open any more. */
  readonly end: Promise<End>;
  /** The next line that it prints. Rejects with all that it said if it ends without one. */
  line(): Promise<string>;
  /** Gives it a line to read. */
  tell(line: string): void;
}

export interface RunOptions {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: 'open' | 'none';
  /** How many descriptors it may have. */
  readonly descriptors?: number;
  /**
   * As a shell starts it that has a terminal: in a process group of its own, which is not the group of the shell. So
   * all of it can be signalled, and stopped, together; `process` is the shell then, whose code is 128 + N after a
   * signal N.
   */
  readonly isJob?: boolean;
}

/** Where a fixture lies. */
export function fixture(file: string): URL {
  return new URL(`../fixtures/${file}`, import.meta.url);
}

/** Starts a program of the fixtures, or with flags only, when `file` is undefined. */
export function run(
  file: string | undefined,
  args: readonly string[] = [],
  options: RunOptions = {},
): Program {
  const { flags = [], env = {}, input = 'none', isJob = false, descriptors } = options;
  const program = file === undefined ? [] : [fileURLToPath(fixture(file))];
  // A core of a process that aborts would lie about in the folder of the project. What a shell has to say of its jobs
  // is not what they say.
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const command = [
    isJob ? 'ulimit -c 0; set -m; "$@" & exec 2> /dev/null; wait -f $!' : `${limit}ulimit -c 0; exec "$@"`,
    'sh',
    process.execPath,
    ...process.execArgv,
    ...flags,
    ...program,
  ];
  const child = spawn(isJob ? 'bash' : '/bin/sh', ['-c', ...command, ...args], {
    env: { DUODAO_STANDBY: '0', ...process.env, ...env },
    stdio: [input === 'open' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let read = 0; // up to where lines were given out
  const waiting: ((line: string | undefined) => void)[] = [];
  const serve = (ended: boolean): void => {
    for (;;) {
      const end = stdout.indexOf('\n', read);
      if (waiting.length === 0 || (end < 0 && !ended)) return;
      waiting.shift()?.(end < 0 ? undefined : stdout.slice(read, end));
      if (end >= 0) read = end + 1;
    }
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    serve(false);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const end = new Promise<End>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
      serve(true);
    });
  });
  return {
    process: child,
    end,
    async line() {
      const line = await new Promise<string | undefined>((resolve) => {
        waiting.push(resolve);
        serve(child.stdout?.closed ?? true);
      });
      if (line === undefined) throw new Error(`It ended without another line: ${stdout}${stderr}`);
      return line;
    },
    tell(line) {
      child.stdin?.write(`${line}\n`);
    },
  };
}
