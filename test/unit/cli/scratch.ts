/** What the tests of the command line share: folders that go away, streams to read back, programs to run. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { LOADER } from '../../harness/loader.ts';

/** Runs a test with a folder of its own, and removes it whatever happens. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes a file and returns its path. */
export async function fileIn(folder: string, name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A stream that keeps what was written to it. */
export class Kept extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A stream whose every write fails with a code of the system. */
export function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });
}

/** How a program of a test starts on this Node: the words before its file. */
const NODE = [process.execPath, ...LOADER].join(' ');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of bash, in which $NODE starts a TypeScript program, and waits for its end. */
export async function shell(
  script: string,
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  // tsx keeps what it compiled in a folder that all share; a limit on file sizes would cut that short too.
  const env = { ...process.env, NODE, TSX_DISABLE_CACHE: '1', ...environment };
  return await new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** Whether an error has this class and exactly this message. */
export function says(kind: new (...args: never[]) => Error, message: string): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof kind && error.message === message) return true;
    throw new Error(
      `expected ${kind.name}: ${message}\nreceived ${error instanceof Error ? error.stack : String(error)}`,
    );
  };
}
