/** Who is who: names given and default, parents and children, and daemons by inheritance. */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import {
  activeChildren,
  currentProcess,
  DuodaoError,
  Lock,
  parentProcess,
  Process,
  Queue,
} from '../../../src/index.ts';
import { here } from '../../../src/memory/here.ts';
import * as targets from '../../fixtures/processes/targets.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { endChildren } from '../../harness/tree.ts';

afterEach(endChildren);

let clean: Holdings;
before(async () => {
  const child = new Process({ target: targets.nothing });
  // The very first that this program makes.
  assert.equal(child.name, 'Process-1');
  await child.start();
  await child.join();
  clean = holdings();
});

test('currentProcess() in the first process of a tree is MainProcess, which has no parent', () => {
  const { name, pid, ppid, daemon, isAlive } = currentProcess();
  assert.deepEqual(
    { name, pid, ppid, daemon, isAlive },
    { name: 'MainProcess', pid: process.pid, ppid: process.ppid, daemon: false, isAlive: true },
  );
  assert.equal(parentProcess(), undefined);
});

test('A daemon has children only if it was made so, and these are daemons', async () => {
  const [refused, allowed, ordinary] = await Promise.all(
    [{ daemon: true }, { daemon: true, allowChildren: true }, { allowChildren: false }].map(
      (options, index) =>
        new Process({ target: targets.haveChild, name: `parent ${index}`, ...options }).start(),
    ),
  );
  const error = (await refused?.result()) as Error;
  assert.ok(error instanceof DuodaoError && error.code === 'unsafe', String(error));
  assert.match(
    error.message,
    /^Cannot start parent 0:1 as parent 0 is a daemon, which may not have children: /,
  );
  assert.deepEqual(await allowed?.result(), { name: 'parent 1:1', daemon: true });
  assert.deepEqual(await ordinary?.result(), { name: 'parent 2:1', daemon: false });
  for (const child of [refused, allowed, ordinary]) await child?.join();
});

test('A child knows its name, its parent and whether it is a daemon, and so does its own child', async () => {
  const named = new Process({ target: targets.account, name: '票务 worker', daemon: true });
  const nested = new Process({ target: targets.accountOfChild });
  const next = new Process({ target: targets.nothing });
  const number = Number(nested.name.slice('Process-'.length));
  assert.equal(nested.name, `Process-${number}`);
  assert.equal(next.name, `Process-${number + 1}`);
  await Promise.all([named.start(), nested.start()]);
  const [first, inner] = await Promise.all([named.result(), nested.result()]);
  assert.deepEqual(first, {
    name: '票务 worker',
    pid: named.pid,
    ppid: process.pid,
    daemon: true,
    isAlive: true,
    parent: { name: 'MainProcess', pid: process.pid, isAlive: true },
    child: { name: '票务 worker:1', daemon: true }, // a daemon's children are daemons
  });
  assert.deepEqual(inner, {
    name: `${nested.name}:1`,
    pid: inner.pid,
    ppid: nested.pid,
    daemon: false,
    isAlive: true,
    parent: { name: nested.name, pid: nested.pid, isAlive: true },
    child: { name: `${nested.name}:1:1`, daemon: false },
  });
  await Promise.all([named.join(), nested.join()]);
});

test('currentProcess().name renames the process for everybody, and refuses what is no name', async () => {
  const lock = new Lock();
  const [ready, end] = [new Queue<number>(), new Queue<string>()];
  const child = new Process({ target: targets.rename, args: ['renamed', lock, ready, end], name: 'before' });
  await child.start();
  const pid = await ready.get();
  assert.deepEqual(lock.holder, { pid, name: 'renamed', thread: 0 });
  assert.equal(child.name, 'before');
  await end.put('now');
  assert.deepEqual(await child.join(), { how: 'exited', code: 0 });

  const self = currentProcess();
  const held = lock.acquireSync();
  self.name = 'the box office';
  assert.equal(lock.holder?.name, 'the box office');
  assert.equal(currentProcess().name, 'the box office');
  assert.throws(() => (self.name = ''), RangeError);
  assert.throws(() => (self.name = 'x'.repeat(64)), RangeError);
  assert.throws(() => (self.name = 5 as unknown as string), TypeError);
  assert.equal(currentProcess().name, 'the box office');
  held.release();
  // A child is told the name that its parent has when it starts.
  const told = await new Process({ target: targets.account }).start();
  assert.equal((await told.result()).parent?.name, 'the box office');
  await told.join();
  self.name = 'MainProcess';
});

test('activeChildren() has the children that run, from their start to their end', async () => {
  const ready = new Queue<number>();
  const [first, second] = [0, 1].map(() => new Process({ target: targets.wait, args: [ready] as const }));
  assert.ok(first && second);
  const active = (): Process[] => activeChildren();
  assert.deepEqual(active(), []);
  await Promise.all([first.start(), second.start()]);
  assert.deepEqual(new Set<unknown>(active()), new Set<unknown>([first, second]));
  await ready.get();
  await ready.get();
  active().pop(); // a copy
  first.kill();
  await first.join();
  assert.deepEqual(active(), [second]);
  second.terminate();
  await second.join();
  assert.deepEqual(active(), []);
  await assert.rejects(new Process({ target: () => {} }).start());
  assert.deepEqual(active(), []);
});

test('A family that has ended leaves no child or descriptor behind', async () => {
  await assertNoLeaks(clean);
  assert.equal(here().netHits, 0);
});
