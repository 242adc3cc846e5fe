/** Time servers that are started and ended, for the tests that ask them. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { Program } from '../harness/programs.ts';
import { serving } from './example.ts';

const started: Program[] = [];
after(() => started.forEach((program) => program.process.kill('SIGKILL')));

export async function open(
  file: string,
  ...args: string[]
): Promise<{ server: Program; at: string; port: number }> {
  const { program, port } = await serving(file, ...args);
  started.push(program);
  return { server: program, at: `127.0.0.1:${port}`, port };
}

/** Whether an offset is the one that the server was started with: half of the delay is what it may be wrong by. */
export function isAhead(offset: number | null, ahead: number): boolean {
  return offset !== null && Math.abs(offset - ahead) < 0.5;
}

export async function end(server: Program): Promise<string> {
  server.process.kill('SIGINT');
  const { code, stdout, stderr } = await server.end;
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}
