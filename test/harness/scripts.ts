/**
 * Scripts of Python that say what happens, a line of JSON each.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fixture } from './programs.ts';
import type { Python } from './tools.ts';

export interface Script {
  /** The next thing that it says. */
  next(): Promise<Record<string, unknown>>;
  /** Ends it, and says what it had to complain. */
  end(): Promise<string>;
}

/** Starts a script of the fixtures. */
export function script({ command }: Python, file: string, ...args: readonly string[]): Script {
  const child = spawn(command, [fileURLToPath(fixture(file)), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaints = '';
  child.stderr.on('data', (piece: Buffer) => (complaints += piece.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    next: async () => {
      const { value, done } = await lines.next();
      if (done) assert.fail(`it has ended: ${complaints}`);
      return JSON.parse(value);
    },
    end: async () => {
      child.kill();
      await ended;
      return complaints;
    },
  };
}
