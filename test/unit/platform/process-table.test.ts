/** The table of processes as we read it: who is who, who started whom, and who only looks alive. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  allProcesses,
  entryOf,
  isDeadLetter,
  memoryHeld,
  stillIs,
  threadsOf,
} from '../../../src/platform/process-table.ts';
import { startTimeOf } from '../../../src/platform/index.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { type Part, startPart, until } from './part.ts';

let clean: Holdings;
let part: Part;
before(async () => {
  clean = holdings();
  part = await startPart('misleadingName');
});
after(async () => {
  await part.kill();
  await assertNoLeaks(clean);
});

test('entryOf() says who a process is, who started it and what it does, whatever its name is', async () => {
  let seen: ReturnType<typeof entryOf>;
  await until('it sleeps', () => (seen = entryOf(part.pid))?.letter === 'S');
  const { cpuMs, ...entry } = seen ?? { cpuMs: -1 };
  assert.deepEqual(entry, {
    pid: part.pid,
    ppid: process.pid,
    startTime: startTimeOf(part.pid),
    letter: 'S',
  });
  assert.ok(cpuMs > 0 && cpuMs < 60_000);
  assert.equal(entryOf(process.pid)?.letter, 'R');
  assert.equal(entryOf(process.pid)?.ppid, process.ppid);
});

test('entryOf() of a thread is of that one alone', async () => {
  const [other] = threadsOf(process.pid).filter(({ tid }) => tid !== process.pid);
  const [whole, one] = [entryOf(process.pid), entryOf(process.pid, other?.tid)];
  assert.ok(whole && one && one.cpuMs < whole.cpuMs);
  assert.equal(entryOf(process.pid, part.pid), undefined);
});

test('startTimeOf() is 0 for a process that is gone, and throws where it cannot be looked up', async () => {
  const gone = await startPart('misleadingName');
  await gone.kill();
  assert.equal(startTimeOf(gone.pid), 0);
  const blind = fileURLToPath(new URL('../../fixtures/platform/blind.ts', import.meta.url));
  const command = ['ulimit -n 100; exec "$@"', 'sh', process.execPath, ...process.execArgv, blind];
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', ...command], { encoding: 'utf8' });
  assert.equal(stdout, 'true,EMFILE,nothing\n', stderr);
});

test('allProcesses() has this process and its child', () => {
  const all = allProcesses();
  const entries = all.filter(({ pid }) => pid === process.pid || pid === part.pid);
  assert.deepEqual(
    entries.map(({ ppid }) => ppid),
    process.pid < part.pid ? [process.ppid, process.pid] : [process.pid, process.ppid],
  );
  assert.equal(new Set(all.map(({ pid }) => pid)).size, all.length);
});

test('threadsOf() has every thread of a process', () => {
  const tids = threadsOf(part.pid).map(({ tid }) => tid);
  assert.deepEqual(tids, readdirSync(`/proc/${part.pid}/task`).map(Number));
  assert.ok(tids.length > 3 && tids.includes(part.pid));
});

test('memoryHeld() says how much a process has in RAM, about as Node.js has it, and the most it had', () => {
  const held = memoryHeld(process.pid);
  const { rss } = process.memoryUsage();
  assert.ok(held && Math.abs(held.residentBytes - rss) < rss / 4);
  assert.ok(held.peakBytes >= held.residentBytes);
});

test('stillIs() is true of a process until it has ended, also if nobody has asked how', async () => {
  const { child, pid, end } = await startPart('hold');
  const identity = entryOf(pid);
  assert.ok(identity);
  assert.equal(stillIs(identity), true);
  assert.equal(stillIs({ pid, startTime: identity.startTime + 1 }), false);
  child.kill('SIGKILL');
  // Nobody asks how it ended before our event loop does.
  while (stillIs(identity));
  assert.ok(isDeadLetter(entryOf(pid)?.letter ?? ''));
  assert.equal(memoryHeld(pid), undefined);
  await end;
  assert.equal(entryOf(pid), undefined);
  assert.equal(stillIs(identity), false);
  assert.deepEqual(threadsOf(pid), []);
  assert.equal(memoryHeld(pid), undefined);
});
