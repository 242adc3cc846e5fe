/** A process ends with everything below it, asked or made to, however its family moves meanwhile. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Process, Queue } from '../../../../src/index.ts';
import { suspend } from '../../../../src/process/system/suspend.ts';
import { descendantsOf, endTree, stopTree } from '../../../../src/process/system/tree.ts';
import {
  allProcesses,
  entryOf,
  type ProcessIdentity,
  stillIs,
} from '../../../../src/platform/process-table.ts';
import { startsShell } from '../../../fixtures/processes/growing.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { fixture } from '../../../harness/programs.ts';
import { endChildren, until } from '../../../harness/tree.ts';

endsClean();

/** What a failed test has left, ends all the same. */
const met: ProcessIdentity[] = [];
afterEach(async () => {
  await endChildren();
  endTree(met.splice(0), 'SIGKILL');
});

/** Starts a child whose shell goes through the script; resolves when there are so many processes below it. */
async function startFamily(
  script: string,
  count: number,
): Promise<{ child: Process<typeof startsShell>; pid: number }> {
  const ready = new Queue<number>();
  const child = new Process({ target: startsShell, args: [script, ready] });
  const pid = (await child.start()).pid as number;
  const shell = await ready.get();
  await until(`${count} processes are below it`, () => {
    const family = descendantsOf(pid);
    return family.length >= count && !family.some(isCopy);
  });
  met.push(...descendantsOf(pid));
  assert.equal(descendantsOf(pid)[0]?.pid, shell);
  return { child, pid };
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/**
 * Whether it is still the copy of a shell that has to become a program of its own. Until it has undone its shell's
 * traps it answers a signal as that would, and goes on.
 */
function isCopy({ pid }: ProcessIdentity): boolean {
  const command = commandOf(pid);
  return command === undefined || command === commandOf(entryOf(pid)?.ppid ?? 0);
}

/** The processes with this text on their command line. */
function processesWith(text: string): ProcessIdentity[] {
  return allProcesses().filter((entry) => stillIs(entry) && commandOf(entry.pid)?.includes(text));
}

test('descendantsOf() has the whole tree below a process, parents first, and each by pid and start', async () => {
  const { pid } = await startFamily("sh -c 'sleep 1000 & sleep 1000; exit' & sleep 1000; exit", 5);
  const found = descendantsOf(pid);
  const pids = [pid, ...found.map((one) => one.pid)];
  assert.equal(found.length, 5);
  for (const [index, one] of found.entries()) {
    const entry = entryOf(one.pid);
    assert.equal(one.startTime, entry?.startTime);
    assert.ok(pids.indexOf(entry?.ppid ?? 0) <= index, 'a parent comes before its children');
  }
  assert.ok(descendantsOf(process.pid).length >= 6);
  await stopTree(pid);
  assert.deepEqual(descendantsOf(pid), []);
  assert.deepEqual(found.filter(stillIs), []);
});

test('stopTree() needs no force for a tree whose members end when they are asked', async () => {
  const { child, pid } = await startFamily("trap 'exit 0' TERM; sleep 1000 & wait", 2);
  await stopTree(pid, { graceMs: Number.POSITIVE_INFINITY });
  assert.deepEqual(met.filter(stillIs), []);
  assert.deepEqual(await child.join(), { how: 'killed', signal: 'SIGTERM' });
});

test('stopTree() kills grandchildren that do not listen, though their parent has ended before', async () => {
  const { child, pid } = await startFamily('trap "" TERM; sleep 1000 & sleep 1000; exit', 3);
  const stopped = stopTree(pid, { graceMs: 100 });
  assert.deepEqual(await child.join(), { how: 'killed', signal: 'SIGTERM' });
  await stopped;
  assert.deepEqual(met.filter(stillIs), []);
});

test('stopTree() leaves nobody of a tree that starts others all the time', async () => {
  const mark = `1000.${process.pid}`;
  const { pid } = await startFamily(`trap "" TERM; while :; do sleep ${mark} & sleep 0.005; done`, 10);
  await stopTree(pid, { graceMs: 200 });
  met.push(...processesWith(mark));
  assert.deepEqual(processesWith(mark), []);
});

test('stopTree() kills who is started while the others tidy up, after the grace', async () => {
  const mark = `1001.${process.pid}`;
  const script = `trap 'sleep ${mark} & wait' TERM; sleep 1000 & wait; exit`;
  const { pid } = await startFamily(script, 2);
  const stopped = stopTree(pid, { graceMs: 1000 });
  await until('somebody new is there', () => processesWith(mark).length > 0);
  met.push(...processesWith(mark));
  await stopped;
  assert.deepEqual(processesWith(mark), []);
  assert.deepEqual(met.filter(stillIs), []);
});

test('stopTree() ends a process that stands, and asks it first', async () => {
  const ready = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [ready] }).start();
  const pid = await ready.get();
  await suspend(pid);
  await stopTree(pid, { graceMs: Number.POSITIVE_INFINITY });
  assert.deepEqual(await child.join(), { how: 'killed', signal: 'SIGTERM' });
});

test('stopTree() without patience kills at once, and of a process that has ended does nothing', async () => {
  const { child, pid } = await startFamily('trap "" TERM; sleep 1000; exit', 2);
  await stopTree(pid, { graceMs: 0 });
  assert.deepEqual(met.filter(stillIs), []);
  await child.join();
  await stopTree(pid);
  assert.deepEqual(descendantsOf(pid), []);
});

test('stopTree() refuses the tree that this process is in, and a grace that is none', async () => {
  await assert.rejects(stopTree(process.pid), { name: 'TypeError', message: /this process is in/ });
  for (const graceMs of [-1, Number.NaN])
    await assert.rejects(stopTree(process.pid, { graceMs }), RangeError);
  await assert.rejects(stopTree(process.pid, { graceMs: '5' as never }), /must be a number/);
  const program = fileURLToPath(fixture('processes/stops-parent.ts'));
  // A shell between us and the program: if it were not refused, that is all that would end.
  const command = ['-c', '"$0" "$@"; exit', process.execPath, ...process.execArgv, program];
  const shell = spawn('/bin/sh', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(shell.stdout, 'data')) as [Buffer];
  assert.match(
    String(said),
    /^TypeError: Cannot stop the tree that this process is in: current value is \d+$/,
  );
  await once(shell, 'exit');
});

test('endTree() signals those that still are who they were, and nobody else', async () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const pid = child.pid as number;
  const exited = once(child, 'exit');
  const one = entryOf(pid) as ProcessIdentity;
  const stranger = { pid, startTime: one.startTime - 1 };
  assert.equal(stillIs(stranger), false);
  assert.deepEqual(endTree([stranger], 'SIGKILL'), []);
  assert.equal(stillIs(one), true);
  assert.deepEqual(endTree([stranger, one], 'SIGTERM'), []);
  assert.deepEqual(await exited, [null, 'SIGTERM']);
});
