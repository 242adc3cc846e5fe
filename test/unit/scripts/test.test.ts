/** The test command must not be green by accident: each way in which a run can be bad is tried. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { processes } from '../../../scripts/proc.js';

const script = fileURLToPath(new URL('../../../scripts/test.js', import.meta.url));
const file = (name: string): string => fileURLToPath(new URL(`../../fixtures/runs/${name}`, import.meta.url));

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly lastLine: string;
}

async function run(...argv: string[]): Promise<Run> {
  const child = spawn(process.execPath, [script, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
  return { code: child.exitCode, output: stdout + stderr, lastLine };
}

test('A run that passes says so in its last line and ends with 0', async () => {
  const { code, lastLine, output } = await run(file('passes.ts'));
  assert.equal(lastLine, '1 passed, 0 failed', output);
  assert.equal(code, 0);
});

test('A run with a failing test adds up all files and ends with 1', async () => {
  const { code, lastLine, output } = await run(file('passes.ts'), file('fails.ts'));
  assert.equal(lastLine, '2 passed, 1 failed');
  assert.match(
    output,
    /\nfailed: .+ \(.*test\/fixtures\/runs\/fails\.ts:\d+\)\n {4}Error: as it should/,
    'said again at the end',
  );
  assert.equal(code, 1);
});

test('A file without a test is a failure', async () => {
  const { code, lastLine, output } = await run(file('passes.ts'), file('empty.ts'));
  assert.equal(lastLine, '1 passed, 1 failed');
  assert.match(output, /empty\.ts holds no test/);
  assert.equal(code, 1);
});

test('A run whose name matches no test is a failure', async () => {
  const { code, lastLine, output } = await run('--name', 'nothing is called so', file('passes.ts'));
  assert.equal(lastLine, '0 passed, 1 failed', output);
  assert.equal(code, 1);
});

test('A file that never ends is ended, and is a failure', async () => {
  const { code, lastLine, output } = await run('--timeout', '1000', file('loops.ts'));
  assert.equal(lastLine, '0 passed, 1 failed', output);
  assert.equal(code, 1);
});

test('A process and a file that are left behind are named, ended, and failures', async () => {
  const { code, lastLine, output } = await run('--timeout', '4000', file('leaves.ts'));
  assert.equal(lastLine, '1 passed, 2 failed', output);
  const [, pid] = /left behind: process (\d+): sleep 61/.exec(output) ?? [];
  assert.match(output, /left behind: \/.*\/duodao-left/);
  // Who collects an orphan that was killed may take its time.
  while (processes().get(Number(pid))?.state.match(/[^Z]/)) await new Promise(setImmediate);
  assert.equal(code, 1);
});

test('A process that keeps a run from ending by holding its output is named, and a failure', async () => {
  const { code, output } = await run('--timeout', '4000', file('leaves-with-output.ts'));
  assert.match(output, /process \d+ was killed, as the run waited for it: sleep 62/);
  assert.equal(code, 1);
});

test('A path that does not exist is refused', async () => {
  const { code, output } = await run('test/unit/nothing');
  assert.match(output, /Cannot run the tests of .*nothing as it does not exist/);
  assert.equal(code, 1);
});
