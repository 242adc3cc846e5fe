/**
 * What /proc tells of processes and threads, and finding memory without a name. How: this very process, and one that
 * ends.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { test } from 'node:test';
import {
  bootMoment,
  createMemory,
  findMemory,
  inodeOf,
  RobustList,
  residentBytesOf,
  startTimeOf,
  taskFactsOf,
  threadLettersOf,
  TICK_MS,
} from '../../../src/platform/index.ts';
import { until } from '../../harness/tree.ts';

const GONE = 2 ** 30;

/** Keeps a CPU busy until the kernel has counted some of it. */
function work(): void {
  const { user, system } = process.cpuUsage();
  for (let used = user + system; used < user + system + 50_000; ) {
    const now = process.cpuUsage();
    used = now.user + now.system;
  }
}

test('taskFactsOf() tells what the kernel knows of a process and of its threads', () => {
  work();
  const all = taskFactsOf(process.pid);
  assert.deepEqual([all?.letter, all?.ppid], ['R', process.ppid]);
  assert.equal(all?.startTime, startTimeOf(process.pid));
  assert.ok(all.cpuMs >= 50 && all.cpuMs <= performance.now() * threadLettersOf(process.pid).length);
  const own = taskFactsOf(process.pid, new RobustList().tid);
  assert.deepEqual([own?.letter, own?.ppid], ['R', process.ppid]);
  assert.ok(own!.cpuMs <= taskFactsOf(process.pid)!.cpuMs);
});

test('Nothing is known of a process or a thread that is gone', () => {
  assert.deepEqual(
    [taskFactsOf(GONE), taskFactsOf(process.pid, GONE), residentBytesOf(GONE), threadLettersOf(GONE)],
    [undefined, undefined, undefined, []],
  );
});

test('threadLettersOf() is T for each thread of a process that is stopped', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  await until('it has several threads', () => threadLettersOf(child.pid!).length > 3);
  child.kill('SIGSTOP');
  await until('all are stopped', () => threadLettersOf(child.pid!).every((letter) => letter === 'T'));
  assert.equal(taskFactsOf(child.pid!)?.letter, 'T');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
});

test('residentBytesOf() is what Node.js says of itself, roughly', () => {
  const [mine, its] = [process.memoryUsage.rss(), residentBytesOf(process.pid)!];
  assert.ok(its > mine / 2 && its < mine * 2, `${its} is not about ${mine}`);
});

test('bootMoment() and a start time make the moment a process began', () => {
  const began = performance.timeOrigin;
  const told = bootMoment() + startTimeOf(process.pid) * TICK_MS;
  assert.ok(told > began - 10_000 && told < began + 1000, `${told} is not shortly before ${began}`);
});

test('findMemory() finds memory by its label, in every descriptor of every process', () => {
  const label = `duodao-test-${process.pid}`;
  const fds = [createMemory(label, 4096), createMemory(label, 4096), createMemory(`${label}-other`, 4096)];
  try {
    const { places } = findMemory(label);
    assert.deepEqual(
      places.map(({ pid, path, inode }) => [pid, path, inode]),
      fds.slice(0, 2).map((fd) => [process.pid, `/proc/${process.pid}/fd/${fd}`, inodeOf(fd)]),
    );
    // A process that inherits it has it, too: `cat` tells what leads where.
    const command = `[ "$(readlink /proc/self/fd/3)" = '/memfd:${label} (deleted)' ]`;
    assert.equal(
      spawnSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'ignore', fds[0]!] }).status,
      0,
    );
  } finally {
    fds.forEach((fd) => closeSync(fd));
  }
  assert.deepEqual(findMemory(label).places, []);
});
