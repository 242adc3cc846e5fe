/** What a process has of the system: niceness, CPUs, a limit on memory, and a tree of its own that ends with it. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Process, Queue } from '../../../src/index.ts';
import { affinityOf, niceOf } from '../../../src/process/system/priority.ts';
import { holds } from '../../fixtures/processes/hungry.ts';
import * as targets from '../../fixtures/processes/targets.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { endChildren, hasEnded, lifeOf, until } from '../../harness/tree.ts';

endsClean();
afterEach(endChildren);

const MIB = 1024 * 1024;

test('Process has the niceness and the CPUs that it is made with, before its target begins', async () => {
  const [cpu = 0] = affinityOf(process.pid);
  const child = await new Process({ target: targets.weights, nice: 7, affinity: [cpu] }).start();
  assert.deepEqual(await child.result(HANG_GUARD), { nice: 7, cpus: [cpu] });
  await child.join(HANG_GUARD);
});

test('Process.renice() and setAffinity() reach it while it works, and refuse what cannot be', async () => {
  const told = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [told] }).start();
  const pid = await told.get(HANG_GUARD);
  const [cpu = 0] = affinityOf(process.pid);
  child.renice(9);
  child.setAffinity([cpu]);
  assert.deepEqual([niceOf(pid), affinityOf(pid)], [9, [cpu]]);
  for (const nice of [-21, 20, 1.5, Number.NaN]) assert.throws(() => child.renice(nice), RangeError);
  for (const cpus of [[], [-1], [9999], [0.5]]) assert.throws(() => child.setAffinity(cpus), RangeError);
  child.kill();
  await child.join(HANG_GUARD);
  assert.throws(() => child.renice(1), {
    code: 'exited',
    message: /Cannot renice Process-\d+ as it has ended/,
  });
  assert.throws(() => child.setAffinity([0]), { code: 'exited' });
  const unborn = new Process({ target: targets.nothing });
  assert.throws(() => unborn.renice(1), { name: 'TypeError', message: /has not been started/ });
  await assert.rejects(unborn.suspend(), TypeError);
});

test('Process is not made with a niceness, CPUs or limits that there are not', () => {
  const { nothing: target } = targets;
  for (const options of [
    { nice: 20 },
    { nice: 0.5 },
    { affinity: [] },
    { affinity: [4096] },
    { memory: { hardBytes: -1 } },
    { memory: { softBytes: 2, hardBytes: 1 } },
  ])
    assert.throws(() => new Process({ target, ...options }), RangeError);
  const wrong = { target, memory: { onSoft: 1 } } as unknown as { target: typeof target };
  assert.throws(() => new Process(wrong), { name: 'TypeError', message: /memory.onSoft must be a function/ });
});

test('Process that holds too much memory is told of, and then killed with that as the reason', async () => {
  const [orders, done] = [new Queue<readonly number[]>(), new Queue<number>()];
  const warnings: number[] = [];
  const child = await new Process({
    target: holds,
    args: [orders, done],
    name: 'hungry',
    memory: {
      softBytes: 300 * MIB,
      hardBytes: 500 * MIB,
      onSoft: ({ residentBytes }) => warnings.push(residentBytes),
    },
  }).start();
  await done.get(HANG_GUARD);
  await orders.put([350 * MIB]);
  await until('it is told of', () => warnings.length === 1);
  assert.equal(child.isAlive, true);
  await orders.put([600 * MIB]);
  assert.deepEqual(await child.join(HANG_GUARD), {
    how: 'killed',
    signal: 'SIGKILL',
    reason: 'memory-limit',
  });
  await assert.rejects(child.result(), {
    code: 'exited',
    message:
      'hungry ended without an answer: it was killed by SIGKILL, as it held more memory than its limit',
  });
});

test('Process.stop() with tree ends all that it has started, and without does not', async () => {
  for (const tree of [false, true]) {
    const told = new Queue<number>();
    const child = await new Process({ target: targets.startShell, args: [told] }).start();
    const shell = lifeOf(await told.get(HANG_GUARD));
    await child.stop({ tree, graceMs: 100 });
    if (tree) await until('the shell is gone', () => hasEnded(shell));
    else {
      assert.equal(hasEnded(shell), false);
      process.kill(shell.pid, 'SIGKILL');
      await until('the shell is gone', () => hasEnded(shell));
    }
  }
});

test('Process.stop() with tree of one that has ended is no more than a join', async () => {
  const child = await new Process({ target: targets.nothing }).start();
  await child.join(HANG_GUARD);
  assert.deepEqual(await child.stop({ tree: true }), { how: 'exited', code: 0 });
});

test('A process is not made a daemon and detached', () => {
  const { nothing: target } = targets;
  assert.throws(() => new Process({ target, daemon: true, detached: true }), {
    name: 'TypeError',
    message: /to be a daemon, which ends with its parent, and detached/,
  });
  const child = new Process({ target, detached: true });
  assert.throws(() => (child.daemon = true), TypeError);
});

test('A child runs its exit hooks when it has answered or exits, and none when it is killed', async () => {
  const hooks = new Queue<string>();
  for (const [how, told] of [
    ['return', true],
    ['exit', true],
    ['throw', true],
    ['kill', false],
  ] as const) {
    const child = await new Process({ target: targets.hookExit, args: [hooks, how] }).start();
    const { how: ended } = await child.join(HANG_GUARD);
    assert.equal(ended, how === 'kill' ? 'killed' : 'exited');
    assert.deepEqual(hooks.tryGet(), told ? { item: `hook of ${how}` } : undefined);
  }
});
