/**
 * Starts processes that take part in the tests of this room: test/fixtures/platform/part.ts.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../fixtures/platform/part.ts', import.meta.url));

/** How a process ended: its exit code, or the signal that killed it. */
export type End = number | NodeJS.Signals;

export interface Part {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it said behind `ready`. */
  readonly answers: readonly string[];
  /** The next line that it says. */
  nextLine(): Promise<string>;
  readonly end: Promise<End>;
  /** Kills it and waits until it is gone. */
  kill(): Promise<End>;
}

/** Starts a process that does `action` with the descriptors from 3 on, and waits until it is ready. */
export async function startPart(action: string, ...fds: readonly number[]): Promise<Part> {
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM, action], {
    stdio: ['ignore', 'pipe', 'inherit', ...fds],
  });
  const end = once(child, 'exit').then(([code, signal]) => (signal ?? code) as End);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    return done ? assert.fail(`${action} ended: ${await end}`) : value;
  };
  const [ready, ...answers] = (await nextLine()).split(' ');
  assert.equal(ready, 'ready');
  const kill = (): Promise<End> => {
    child.kill('SIGKILL');
    return end;
  };
  return { child, pid: child.pid!, answers, nextLine, end, kill };
}

/** Looks until it holds. The limit only turns a hang into a failure. */
export async function until(what: string, holds: () => boolean, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `${what}: not within ${limitMs} ms`);
    await later(1);
  }
}

/** Whether a thread sleeps in the kernel on the futex at this address of its own. */
export function isAsleepOn(pid: number, tid: number, address: number): boolean {
  const [, first] = readFileSync(`/proc/${pid}/task/${tid}/syscall`, 'latin1').split(' ');
  return first === `0x${address.toString(16)}`;
}
