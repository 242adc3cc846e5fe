/** A process that stands holds nobody up, whenever it was stopped, and goes on as if nothing had been. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Lock, Process, Queue } from '../../../../src/index.ts';
import { here, referenceOf } from '../../../../src/memory/index.ts';
import type { SharedObject } from '../../../../src/memory/object.ts';
import { isSuspended, resume, suspend } from '../../../../src/process/system/suspend.ts';
import { stateLetterOf } from '../../../../src/platform/index.ts';
import { threadsOf } from '../../../../src/platform/process-table.ts';
import { holdUntilTold } from '../../../fixtures/memory/guards.ts';
import { handleOf, makeProbe, PROBE_AT } from '../../../fixtures/memory/probes.ts';
import { takesAndGives } from '../../../fixtures/processes/stoppable.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { endChildren, restingBytes, until } from '../../../harness/tree.ts';

endsClean();
afterEach(endChildren);

function objectOf(lock: Lock): SharedObject {
  const reference = referenceOf(lock);
  const object = reference && here().objects.find(reference);
  assert.ok(object);
  return object;
}

function letters(pid: number): Set<string> {
  return new Set(threadsOf(pid).map(({ letter }) => letter));
}

test('suspend() stops every thread of a process, and resume() has it go on', async () => {
  const ready = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [ready] }).start();
  const pid = await ready.get();
  assert.equal(isSuspended(pid), false);
  await suspend(pid);
  assert.deepEqual(letters(pid), new Set(['T']));
  assert.equal(isSuspended(pid), true);
  await suspend(pid);
  assert.equal(isSuspended(pid), true);
  await resume(pid);
  assert.equal(isSuspended(pid), false);
  await resume(pid);
  child.terminate();
  assert.deepEqual(await child.join(), { how: 'killed', signal: 'SIGTERM' });
});

test('suspend() never stops a process where others would wait for it, and it goes on afterwards', async () => {
  const lock = new Lock();
  const ready = new Queue<number>();
  await new Process({ target: takesAndGives, args: [lock, ready] }).start();
  const pid = await ready.get();
  const { guard } = objectOf(lock);
  const { acquired } = lock.stats();
  for (let round = 0; round < 200; round++) {
    await suspend(pid);
    assert.ok(guard.isFree, `nobody is inside the guard in round ${round}`);
    lock.tryAcquire()?.release();
    lock.stats();
    await resume(pid);
  }
  await until('the child has taken it again', () => lock.stats().acquired > acquired + 1000);
});

test('suspend() has a process that stands inside a guard come out of it', async () => {
  const lock = new Lock();
  const ready = new Queue<number>();
  const env = { ...process.env, DUODAO_FAULT: 'lock.taken:3:stop' };
  const child = await new Process({ target: takesAndGives, args: [lock, ready], env }).start();
  const pid = child.pid as number;
  await until('it stands', () => stateLetterOf(pid) === 'T');
  assert.equal(objectOf(lock).guard.isFree, false);
  await suspend(pid);
  assert.equal(isSuspended(pid), true);
  assert.ok(objectOf(lock).guard.isFree);
});

test('suspend() gives up on a process that stays inside a guard, and leaves it running', async () => {
  // What the garbage collector finds is counted anew, inside of all guards: not when somebody stays in one.
  await restingBytes();
  const probe = makeProbe();
  const child = await new Process({ target: holdUntilTold, args: [handleOf(probe)] }).start();
  const pid = child.pid as number;
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  const refusal = {
    name: 'DuodaoError',
    code: 'timed-out',
    message: /at each of 50 tries/,
    facts: { pid, tries: 50 },
  };
  await assert.rejects(suspend(pid), refusal);
  assert.equal(isSuspended(pid), false);
  Atomics.store(probe.words, PROBE_AT.signal, 2);
  assert.equal(await child.result(), false);
});

test('suspend() of a process that ends meanwhile does not hang', async () => {
  // What the garbage collector finds is counted anew, inside of all guards: not when somebody stays in one.
  await restingBytes();
  const probe = makeProbe();
  const child = await new Process({ target: holdUntilTold, args: [handleOf(probe)] }).start();
  const pid = child.pid as number;
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  const suspended = assert.rejects(suspend(pid), { name: 'DuodaoError', code: 'exited', facts: { pid } });
  child.kill();
  await suspended;
  await child.join();
});

test('A process that has ended is neither suspended nor resumed, and nobody suspends himself', async () => {
  const child = await new Process({ target: targets.nothing }).start();
  await child.join();
  const pid = child.pid as number;
  await assert.rejects(suspend(pid), { code: 'exited' });
  await assert.rejects(resume(pid), { code: 'exited' });
  assert.equal(isSuspended(pid), false);
  await assert.rejects(suspend(process.pid), TypeError);
});
