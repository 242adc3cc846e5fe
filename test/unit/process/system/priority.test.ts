/** How much of the machine a process gets: set for all of its threads, and refused with a reason. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { DuodaoError, Process, Queue } from '../../../../src/index.ts';
import {
  affinityOf,
  checkAffinity,
  checkNice,
  niceOf,
  renice,
  setAffinity,
} from '../../../../src/process/system/priority.ts';
import { startsThreads } from '../../../fixtures/processes/weights.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { run } from '../../../harness/programs.ts';
import { endChildren } from '../../../harness/tree.ts';

endsClean();
afterEach(endChildren);

interface Refusal {
  readonly code?: string;
  readonly message?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

async function startChild(): Promise<{ child: Process; pid: number }> {
  const ready = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [ready] }).start();
  return { child, pid: await ready.get() };
}

async function pidOfTheDead(): Promise<number> {
  const child = await new Process({ target: targets.nothing }).start();
  await child.join();
  return child.pid as number;
}

/** The niceness of each thread, as the kernel's own text has it. Threads that end meanwhile have none. */
function nicenessOfThreads(pid: number): Set<number> {
  const found: Set<number> = new Set();
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
      found.add(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
    } catch (error) {
      assert.match(String((error as NodeJS.ErrnoException).code), /ENOENT|ESRCH/);
    }
  }
  return found;
}

test('renice() weighs every thread of a process, and niceOf() says how', async () => {
  const { pid } = await startChild();
  const before = niceOf(process.pid);
  assert.equal(niceOf(pid), before);
  renice(pid, 11);
  assert.equal(niceOf(pid), 11);
  assert.deepEqual(nicenessOfThreads(pid), new Set([11]));
  assert.equal(niceOf(process.pid), before);
});

test('renice() misses no thread of a process that starts threads all the time', async () => {
  const ready = new Queue<number>();
  await new Process({ target: startsThreads, args: [ready] }).start();
  const pid = await ready.get();
  for (let nice = niceOf(pid) + 1; nice <= 19; nice++) {
    renice(pid, nice);
    assert.deepEqual(nicenessOfThreads(pid), new Set([nice]));
  }
});

test('setAffinity() binds a process to CPUs, and affinityOf() says to which', async () => {
  const { pid } = await startChild();
  const allowed = affinityOf(process.pid);
  assert.deepEqual(affinityOf(pid), allowed);
  const last = allowed.at(-1) as number;
  setAffinity(pid, [last, last]);
  assert.deepEqual(affinityOf(pid), [last]);
  const ofThreads = readdirSync(`/proc/${pid}/task`).map((tid) => affinityOf(Number(tid)));
  assert.deepEqual(new Set(ofThreads.flat()), new Set([last]));
  setAffinity(pid, allowed);
  assert.deepEqual(affinityOf(pid), allowed);
});

test('checkNice() allows whole numbers from −20 to 19 only, and names the one it refuses', () => {
  for (const nice of [-20, -1, 0, 19]) checkNice(nice);
  for (const nice of [-21, 20, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const message = new RegExp(`^Cannot .* from -20 to 19: current value is ${nice}$`);
    assert.throws(() => checkNice(nice), { name: 'RangeError', message });
    assert.throws(() => renice(process.pid, nice), RangeError);
  }
  assert.throws(() => checkNice('5' as never), { name: 'TypeError', message: /current value is 5$/ });
  assert.throws(() => checkNice(undefined as never), TypeError);
});

test('checkAffinity() allows CPUs of this machine only, and names the one it refuses', () => {
  const allowed = affinityOf(process.pid);
  checkAffinity(allowed);
  for (const cpu of [-1, 0.5, 100_000, Number.NaN]) {
    const message = new RegExp(`current value is ${cpu}$`);
    assert.throws(() => checkAffinity([allowed[0] as number, cpu]), { name: 'RangeError', message });
    assert.throws(() => setAffinity(process.pid, [cpu]), RangeError);
  }
  assert.throws(() => checkAffinity(['0'] as never), RangeError);
  assert.throws(() => checkAffinity([]), { name: 'RangeError', message: /one at least/ });
  assert.throws(() => checkAffinity(0 as never), TypeError);
});

test('Weighing a process that has ended is an expected failure with its own code', async () => {
  const pid = await pidOfTheDead();
  for (const ask of [
    () => niceOf(pid),
    () => renice(pid, 5),
    () => affinityOf(pid),
    () => setAffinity(pid, affinityOf(process.pid)),
  ])
    assert.throws(ask, { name: 'DuodaoError', code: 'exited', facts: { pid } });
});

test('A process that is dead, but whose end nobody has asked for, is not weighed', async () => {
  const { child, pid } = await startChild();
  child.kill();
  // Nobody asks how it ended before our event loop does.
  for (let ended = false; !ended; ) {
    try {
      niceOf(pid);
    } catch (error) {
      ended = error instanceof DuodaoError && error.code === 'exited';
      if (!ended) throw error;
    }
  }
  assert.match(readFileSync(`/proc/${pid}/stat`, 'latin1'), /\) Z /);
  await child.join();
});

test('renice() and setAffinity() say which right is missing', async () => {
  // What no program without rights may touch: of another user, and of one more than that if we are not root.
  const strangersPid = process.getuid?.() === 0 ? process.pid : 1;
  const { stdout, stderr, code } = await run('processes/lowers.ts', [String(strangersPid)]).end;
  assert.equal(code, 0, stderr);
  const said = JSON.parse(stdout) as { raised: number } & Record<string, Refusal>;
  assert.equal(said.raised, 3);
  assert.equal(said['lowered']?.code, 'unsupported');
  assert.match(said['lowered']?.message ?? '', /EACCES.*CAP_SYS_NICE.*RLIMIT_NICE/);
  assert.equal(said['lowered']?.facts?.['name'], 'EACCES');
  for (const refusal of [said['renicedStranger'], said['boundStranger']]) {
    assert.equal(refusal?.code, 'unsupported');
    assert.match(refusal?.message ?? '', /EPERM.*another user.*CAP_SYS_NICE/);
  }
});
