/** The leak finder of a whole run must find leaks: each kind is leaked on purpose, found, and then ended. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { before, leaks, MARKER, type Past, processesLeft, settledLeaks } from '../../../scripts/leaks.js';
import { LOADER } from '../../harness/loader.ts';
import { until } from '../../harness/tree.ts';

const tmp = mkdtempSync(join(tmpdir(), 'leaks-'));
after(() => rmSync(tmp, { recursive: true }));

const note = (): Past => before({ marker: `test-${process.pid}-${Math.random()}`, tmp });
const isFound = (past: Past, pid: number): boolean => processesLeft(past).some((left) => left.pid === pid);

/** Starts a shell that starts a program and ends, so that the program is nobody's child, and is ready. */
async function orphan(command: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const shell = spawn('sh', ['-c', `${command} & echo "pid $!"`], {
    cwd: new URL('../../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let said = '';
  for await (const chunk of shell.stdout.setEncoding('utf8')) {
    said += chunk;
    if (said.includes('ready') && said.includes('pid')) break;
  }
  if (shell.exitCode === null) await once(shell, 'exit');
  const pid = Number(/pid (\d+)/.exec(said)![1]);
  // A process that becomes another program has no environment for a moment.
  const has = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'latin1');
  await until('its program runs', () => !/^(?:sh\0|$)/.test(has('cmdline')) && has('environ') !== '');
  return pid;
}

const SLEEPER = '(echo ready; exec sleep 60)';

async function endOf(past: Past, pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isFound(past, pid)) await new Promise(setImmediate);
}

test('An orphan that carries the marker is found by its name until it has ended', async () => {
  const past = note();
  const pid = await orphan(SLEEPER, { [MARKER]: past.marker });
  assert.ok(isFound(past, pid));
  const found = leaks(past).filter((leak) => leak.startsWith(`process ${pid}: `));
  assert.equal(found.length, 1);
  await endOf(past, pid);
});

test('An orphan that has lost the marker is found by the arena it holds, until it has ended', async () => {
  const past = note();
  const pid = await orphan(`'${process.execPath}' ${LOADER.join(' ')} test/fixtures/runs/holds-an-arena.ts`);
  const found = leaks(past).filter((leak) => leak.startsWith(`process ${pid}: `));
  assert.match(found.join(), /holds-an-arena\.ts, holds \/memfd:duodao-left/);
  await endOf(past, pid);
});

test('A descendant is found although it carries no marker, until it has ended', async () => {
  const past = note();
  const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  await once(child, 'spawn');
  assert.ok(isFound(past, child.pid!));
  await endOf(past, child.pid!);
});

test('Processes that were there before, and those of another run, are not found', async () => {
  const other = await orphan(SLEEPER, { [MARKER]: 'another run' });
  const earlier = note();
  const ours = await orphan(SLEEPER, { [MARKER]: earlier.marker });
  const later = before({ marker: earlier.marker, tmp });
  assert.ok(!isFound(earlier, other));
  assert.ok(!isFound(later, ours));
  process.kill(other, 'SIGKILL');
  await endOf(earlier, ours);
});

test('A file in the temporary folder is found when it is ours and was not there before', () => {
  writeFileSync(join(tmp, 'duodao-before'), '');
  const past = note();
  writeFileSync(join(tmp, 'duodao-after'), '');
  writeFileSync(join(tmp, 'something-else'), '');
  const found = leaks(past).filter((leak) => leak.startsWith(tmp));
  assert.deepEqual(found, [join(tmp, 'duodao-after')]);
});

test('A file in /dev/shm is found until it is removed', () => {
  const past = note();
  const file = `/dev/shm/leaks-${process.pid}`;
  writeFileSync(file, '');
  const found = leaks(past);
  rmSync(file);
  assert.ok(found.includes(file));
  assert.ok(!leaks(past).includes(file));
});

test('settledLeaks() waits for what is just ending, and no longer than its grace for the rest', async () => {
  const past = note();
  const file = join(tmp, 'duodao-short');
  writeFileSync(file, '');
  setImmediate(() => rmSync(file));
  assert.ok(!(await settledLeaks(past)).includes(file));
  writeFileSync(file, '');
  assert.ok((await settledLeaks(past, 0)).includes(file));
});
