/** Who is inside a guard, as it is seen from outside. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Lock, Process } from '../../../src/index.ts';
import { isInsideGuard } from '../../../src/memory/guard-search.ts';
import { here } from '../../../src/memory/here.ts';
import { stateLetterOf } from '../../../src/platform/index.ts';
import { threadsOf } from '../../../src/platform/process-table.ts';
import { enterOnce, holdUntilTold } from '../../fixtures/memory/guards.ts';
import { handleOf, makeProbe, PROBE_AT } from '../../fixtures/memory/probes.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { endChildren, restingBytes, until } from '../../harness/tree.ts';

endsClean();
afterEach(endChildren);

function isInside(pid: number): boolean {
  return isInsideGuard(new Set(threadsOf(pid).map(({ tid }) => tid)));
}

test('isInsideGuard() finds the thread that is inside the guard of an object, and nobody else', () => {
  const mine = new Set([here().robust.tid]);
  // More than one slab of blocks, and the last one of them: each is looked at.
  const probes = Array.from({ length: 400 }, () => makeProbe());
  assert.equal(isInsideGuard(mine), false);
  for (const probe of [probes[0], probes[199], probes.at(-1)]) {
    probe?.guard.take();
    const found = [isInsideGuard(mine), isInsideGuard(new Set([1, here().robust.tid + 1]))];
    probe?.guard.give();
    assert.deepEqual(found, [true, false]);
  }
  assert.equal(isInsideGuard(mine), false);
  assert.equal(isInsideGuard(new Set()), false);
});

test('isInsideGuard() finds the thread also while others wait for the guard', async () => {
  const probe = makeProbe();
  const holder = await new Process({ target: holdUntilTold, args: [handleOf(probe)] }).start();
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  const waiter = await new Process({ target: enterOnce, args: [handleOf(probe)] }).start();
  await until('the other one waits', () => (Atomics.load(probe.words, 0) & (1 << 31)) !== 0);
  assert.deepEqual(
    [holder, waiter].map((one) => isInside(one.pid as number)),
    [true, false],
  );
  Atomics.store(probe.words, PROBE_AT.signal, 2);
  await Promise.all([holder.result(), waiter.result()]);
});

test('isInsideGuard() finds a thread that stands inside a guard of the house', async () => {
  // While it stands, nobody can give memory back: what is garbage by now must be gone before.
  await restingBytes();
  const env = { ...process.env, DUODAO_FAULT: 'heap.taking:1:stop' };
  const child = await new Process({ target: makesLock, env }).start();
  const pid = child.pid as number;
  await until('it stands', () => stateLetterOf(pid) === 'T');
  assert.equal(isInside(pid), true);
  process.kill(pid, 'SIGCONT');
  assert.equal(await child.result(), true);
});

test('isInsideGuard() finds no thread that died inside: its guard is free for the next one', async () => {
  const probe = makeProbe();
  const child = await new Process({ target: holdUntilTold, args: [handleOf(probe)] }).start();
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  const tids = new Set(threadsOf(child.pid as number).map(({ tid }) => tid));
  assert.equal(isInsideGuard(tids), true);
  child.kill();
  await child.join();
  assert.equal(isInsideGuard(tids), false);
});

export function makesLock(): boolean {
  return !new Lock().isLocked;
}
