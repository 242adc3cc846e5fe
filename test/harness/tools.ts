/**
 * Real network programs that tests talk to: those on the path, or those that `npm run tools` has unpacked.
 *
 *     const socat = needs(t, 'socat');
 *     if (!socat) return;                                       // it is skipped, and says why
 *     spawn(socat.command, ['-', `TCP:127.0.0.1:${port}`], { env: socat.env });
 *
 * With DUODAO_TOOLS=required, as .ci/run sets it once they are fetched, a program that is missing is a failure.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** By the name of the program. `nc` may be any of three; nc.openbsd is only one. */
export type ToolName =
  | 'socat'
  | 'nc.openbsd'
  | 'ncat'
  | 'chronyd'
  | 'rdate'
  | 'wrk'
  | 'ab'
  | 'curl'
  | 'openssl'
  | 'ntplib';

export interface Tool {
  /** For `ntplib` a Python that can import it. */
  readonly command: string;
  /** The whole environment to start it in. */
  readonly env: NodeJS.ProcessEnv;
}

/** Where tools are looked for: tests of this file say so. */
export interface Places {
  readonly path: string;
  /** What packages were unpacked into. */
  readonly root: string;
}

const PLACES: Places = {
  // Debian keeps some where only root looks.
  path: [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter),
  root: fileURLToPath(new URL('../../.cache/tools/root', import.meta.url)),
};
const LIBRARIES: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not for us
  }
}

function programIn(folders: readonly string[], name: string): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** The module of Python, which lies among those of Debian's, whichever Python it is for. */
function ntplib({ path, root }: Places): Tool | undefined {
  const command = programIn(path.split(delimiter), 'python3');
  if (command === undefined) return undefined;
  const env = { ...process.env, PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') };
  return spawnSync(command, ['-c', 'import ntplib'], { env }).status === 0 ? { command, env } : undefined;
}

/** How to start a tool; undefined when it is not here. */
export function tool(name: ToolName, places: Places = PLACES): Tool | undefined {
  if (name === 'ntplib') return ntplib(places);
  const installed = programIn(places.path.split(delimiter), name);
  if (installed !== undefined) return { command: installed, env: { ...process.env } };
  const inRoot = (folder: string): string => join(places.root, folder);
  const command = programIn(['usr/bin', 'usr/sbin', 'bin', 'sbin'].map(inRoot), name);
  if (command === undefined) return undefined;
  const machine = LIBRARIES[process.arch] ?? '';
  const libraries = ['usr/lib', 'lib'].map((folder) => inRoot(join(folder, machine))).join(delimiter);
  return { command, env: { ...process.env, LD_LIBRARY_PATH: libraries } };
}

/**
 * The tool, or undefined: the test is marked as skipped then, and is to return.
 *
 * @throws Error when tools are required (DUODAO_TOOLS).
 */
export function needs(t: Pick<TestContext, 'skip'>, name: ToolName, places?: Places): Tool | undefined {
  const found = tool(name, places);
  if (found) return found;
  if (process.env['DUODAO_TOOLS'] === 'required')
    throw new Error(`${name} is not on this machine, but DUODAO_TOOLS says that it must be: npm run tools`);
  t.skip(`${name} is not on this machine: npm run tools fetches it`);
  return undefined;
}

/** An interpreter of Python 3. */
export interface Python {
  /** Like `3.12.1`. */
  readonly version: string;
  readonly command: string;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there, or not for us
  }
}

/** The machine's python3 first, then those that pyenv keeps, oldest first; each version once. */
export function pythons(): Python[] {
  const run = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  const version = /^Python (3\.\S+)/.exec(run.stdout ?? '')?.[1];
  const found: Python[] = version === undefined ? [] : [{ version, command: 'python3' }];
  const roots = [process.env['PYENV_ROOT'], join(homedir(), '.pyenv'), '/root/.pyenv'];
  for (const root of roots.filter((one) => one !== undefined)) {
    const versions = join(root, 'versions');
    const names = namesIn(versions).filter((name) => /^3\.\d+\.\d+$/.test(name));
    for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
      const command = join(versions, name, 'bin/python3');
      if (isProgram(command) && found.every((one) => one.version !== name))
        found.push({ version: name, command });
    }
  }
  return found;
}
