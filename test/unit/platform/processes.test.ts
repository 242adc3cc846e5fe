/** What the kernel knows of processes, told right for living, stopped, dead and oddly named ones. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { after, before, test } from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import {
  affinityOf,
  niceOf,
  onlineCpus,
  pidNamespace,
  setAffinity,
  setNice,
} from '../../../src/platform/processes.ts';
import { startTimeOf, stateLetterOf } from '../../../src/platform/index.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { type Part, startPart, until } from './part.ts';

let clean: Holdings;
let part: Part;
let deadPid: number;
before(async () => {
  const dead = await startPart('hold');
  await dead.kill();
  deadPid = dead.pid;
  clean = holdings();
  part = await startPart('misleadingName');
});
after(async () => {
  await part.kill();
  await assertNoLeaks(clean);
});

/** A field of every thread of the process, as the kernel's own text has it. */
function ofEachThread(pid: number, field: (stat: string, status: string) => string): Set<string> {
  const tids = readdirSync(`/proc/${pid}/task`);
  assert.ok(tids.length > 3, 'Node.js has more than one thread');
  const text = (tid: string, file: string): string =>
    readFileSync(`/proc/${pid}/task/${tid}/${file}`, 'latin1');
  return new Set(tids.map((tid) => field(text(tid, 'stat'), text(tid, 'status'))));
}

test('startTimeOf() names a process for good', () => {
  const mine = startTimeOf(process.pid);
  assert.ok(Number.isInteger(mine) && mine > 0);
  assert.equal(startTimeOf(process.pid), mine);
  assert.ok(startTimeOf(part.pid) > mine);
});

test('startTimeOf() and stateLetterOf() are not misled by the name of a process', async () => {
  assert.match(readFileSync(`/proc/${part.pid}/stat`, 'latin1'), /\(a\) Z 1 \(b\)/);
  await until('it sleeps', () => stateLetterOf(part.pid) === 'S');
  assert.ok(startTimeOf(part.pid) > startTimeOf(process.pid));
});

test('startTimeOf() is 0 and stateLetterOf() undefined when there is no such process', () => {
  assert.equal(startTimeOf(deadPid), 0);
  assert.equal(stateLetterOf(deadPid), undefined);
});

test('stateLetterOf() shows a process that runs, that is stopped, and that is dead but not asked for', async () => {
  assert.equal(stateLetterOf(process.pid), 'R');
  const { child, pid, end } = await startPart('hold');
  child.kill('SIGSTOP');
  await until('it is stopped', () => stateLetterOf(pid) === 'T');
  child.kill('SIGKILL');
  // Nobody asks how it ended before our event loop does.
  while (stateLetterOf(pid) !== 'Z') assert.notEqual(stateLetterOf(pid), undefined);
  assert.ok(startTimeOf(pid) > 0);
  await end;
  assert.equal(stateLetterOf(pid), undefined);
});

test('pidNamespace() names the namespace, by its inode', () => {
  assert.match(pidNamespace(), /^pid:\[\d+\]$/);
});

test('setNice() reaches every thread, and niceOf() reads it', () => {
  assert.equal(niceOf(part.pid), niceOf(process.pid));
  setNice(part.pid, 7);
  assert.equal(niceOf(part.pid), 7);
  assert.deepEqual(
    ofEachThread(part.pid, (stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]!),
    new Set(['7']),
  );
});

test('setAffinity() reaches every thread, and affinityOf() reads it', () => {
  const allowed = affinityOf(part.pid);
  assert.deepEqual(allowed, affinityOf(process.pid));
  const one = allowed.at(-1)!;
  setAffinity(part.pid, [one]);
  assert.deepEqual(affinityOf(part.pid), [one]);
  assert.deepEqual(
    ofEachThread(part.pid, (_stat, status) => /^Cpus_allowed_list:\s+(\S+)$/m.exec(status)![1]!),
    new Set([String(one)]),
  );
  setAffinity(part.pid, allowed);
  assert.deepEqual(affinityOf(part.pid), allowed);
});

test('onlineCpus() has every CPU that this process may use, each once', () => {
  const online = onlineCpus();
  for (const cpu of affinityOf(process.pid)) assert.ok(online.includes(cpu));
  assert.ok(online.length >= cpus().length);
  assert.equal(new Set(online).size, online.length);
});

test('setAffinity() to no CPU at all is refused', () => {
  assert.throws(() => setAffinity(part.pid, []), { name: 'DuodaoError', code: 'unsupported' });
});

test('Weighing a process that is gone is refused, not answered', () => {
  for (const ask of [
    () => niceOf(deadPid),
    () => setNice(deadPid, 5),
    () => affinityOf(deadPid),
    () => setAffinity(deadPid, [0]),
  ]) {
    assert.throws(ask, (error: unknown) => error instanceof DuodaoError && error.facts['name'] === 'ESRCH');
  }
});
