/**
 * A guard lets one thread in at a time, whichever process it lives in; if that one is killed inside, the next is
 * told. Every interleaving of the steps is in test/model/guard.test.ts; here it is the real word, kernel and SIGKILL.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Process } from '../../../src/index.ts';
import { OWNER_DIED } from '../../../src/memory/guard.ts';
import { here } from '../../../src/memory/index.ts';
import { PENDING_INDEX } from '../../../src/platform/index.ts';
import { stateLetterOf } from '../../../src/platform/index.ts';
import * as others from '../../fixtures/memory/guards.ts';
import { handleOf, makeProbe, PROBE_AT } from '../../fixtures/memory/probes.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD, start } from '../../harness/participants.ts';
import { until } from '../../harness/tree.ts';

endsClean();

const WAITERS = 1 << 31;
const { tid, pending } = here().robust;

test('take() shows the owner in the word while it is inside, and nothing when it is out', () => {
  const { guard, words } = makeProbe();
  assert.equal(guard.isFree, true);
  assert.equal(guard.take(), false);
  assert.deepEqual([words[0], words[1]], [tid, here().tag]);
  assert.notEqual(pending[PENDING_INDEX], 0);
  assert.equal(guard.isFree, false);
  guard.give();
  assert.equal(words[0], 0);
  assert.equal(pending[PENDING_INDEX], 0);
  assert.equal(guard.isFree, true);
});

test('take() inside a guard is refused, be it the same or another, and does no harm', () => {
  const [one, other] = [makeProbe(), makeProbe()];
  one.guard.take();
  for (const { guard } of [one, other]) {
    assert.throws(() => guard.take(), /^Error: Broken belief: a thread is inside one guard at a time/);
  }
  assert.deepEqual([one.words[0], other.words[0]], [tid, 0]);
  one.guard.give();
  assert.equal(other.guard.take(), false);
  other.guard.give();
});

test('give() as if dead has the next owner told, and the one after it only if that one was broken as well', () => {
  const { guard } = makeProbe();
  const outcomes: boolean[] = [];
  for (const clean of [false, false, true, true]) {
    outcomes.push(guard.take());
    assert.equal(guard.isBroken, false);
    guard.give(clean);
    assert.equal(guard.isBroken, !clean);
    assert.equal(guard.isFree, clean);
    assert.equal(pending[PENDING_INDEX], 0);
  }
  assert.deepEqual(outcomes, [false, true, true, false]);
});

test('give() wakes nobody and takes back the mark of waiters when nobody is there any more', () => {
  const { guard, words } = makeProbe();
  guard.take();
  Atomics.or(words, 0, WAITERS);
  guard.give();
  assert.equal(words[0], 0);
});

test('inside() runs the step, and gives what it gives', () => {
  const { guard, words } = makeProbe();
  const seen = guard.inside(
    () => assert.fail('nobody died'),
    () => words[0],
  );
  assert.equal(seen, tid);
  assert.equal(guard.isFree, true);
});

test('inside() leaves broken when the step or the repair throws, and repairs before the next step', () => {
  const { guard } = makeProbe();
  const told: string[] = [];
  const oops = (): never => {
    throw new RangeError('oops');
  };
  assert.throws(() => guard.inside(oops, oops), /oops/);
  assert.throws(() => guard.inside(oops, () => told.push('never')), /oops/);
  assert.equal(guard.isBroken, true);
  guard.inside(
    () => told.push('repair'),
    () => told.push('step'),
  );
  assert.deepEqual(told, ['repair', 'step']);
  assert.equal(guard.isFree, true);
});

test('take() after the owner was killed in another process is told, once', async () => {
  const probe = makeProbe();
  const child = await new Process({ target: others.dieInside, args: [handleOf(probe)] }).start();
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
  assert.equal(probe.words[PROBE_AT.counter], 1);
  // The death was noticed here already, and the house has repaired the object: so the mark is gone.
  assert.equal(probe.words[PROBE_AT.repairs], 1);
  assert.equal(probe.guard.take(), false);
  probe.guard.give();
});

test('take() that sleeps is woken by the kernel when the owner is killed, and is told', async () => {
  const probe = makeProbe();
  const child = await new Process({
    target: others.dieWhenWaitedFor,
    args: [handleOf(probe), process.pid],
  }).start();
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  assert.equal(probe.guard.take(), true);
  assert.equal(probe.words[0]! & ~WAITERS, tid);
  probe.guard.give();
  assert.equal(probe.guard.take(), false);
  probe.guard.give();
  assert.equal(here().netHits, 0, 'the kernel woke it, not the net');
  await child.join(HANG_GUARD);
});

test('take() that looks by itself after a death, before the one whom the kernel has woken, is no hit', async () => {
  const probe = makeProbe();
  const second = await new Process({ target: others.enterAfter, args: [handleOf(probe), 5] }).start();
  const woken = await new Process({ target: others.sleepBefore, args: [handleOf(probe), 1] }).start();
  await until('both know it', () => Atomics.load(probe.words, PROBE_AT.counter) === 2);
  const owner = await new Process({ target: others.holdUntilTold, args: [handleOf(probe)] }).start();
  await until(
    'one sleeps',
    () => Atomics.load(probe.words, 0) < 0 && stateLetterOf(woken.pid as number) === 'S',
  );
  Atomics.store(probe.words, PROBE_AT.signal, 5);
  await until('the other one, too', () => Atomics.load(probe.words, PROBE_AT.signal) === 6);
  await until('it sleeps', () => stateLetterOf(second.pid as number) === 'S');
  process.kill(owner.pid as number, 'SIGKILL');
  // Blocking, as hearing of the death we would go in ourselves.
  others.spinUntil(() => Atomics.load(probe.words, PROBE_AT.counter) === 3);
  assert.equal(await woken.result(HANG_GUARD), 'woken');
  await Promise.all([owner, second].map((child) => child.join(HANG_GUARD)));
  assert.equal(here().netHits, 0);
});

test('take() after the owner was a worker that is terminated is told', async () => {
  const probe = makeProbe();
  const worker = await start('thread', others.holdUntilTold, [handleOf(probe)]);
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  assert.notEqual(probe.words[0], 0);
  await worker.kill();
  assert.equal(probe.words[0], OWNER_DIED);
  assert.equal(probe.guard.take(), true);
  probe.guard.give();
});

test('take() of two processes and a thread at once lets one in at a time, and no wake-up is lost', async () => {
  const probe = makeProbe();
  const times = 20_000;
  const workers = await Promise.all([
    start('process', others.countInside, [handleOf(probe), times]),
    start('process', others.countInside, [handleOf(probe), times]),
    start('thread', others.countInside, [handleOf(probe), times]),
  ]);
  const results = await Promise.all(workers.map((worker) => worker.result()));
  assert.deepEqual(results, [0, 0, 0], 'neither deaths nor hits of the net');
  assert.equal(probe.words[PROBE_AT.counter], 3 * times);
  assert.equal(probe.words[0], 0);
});

test('take() waits for an owner that is stopped, however long, and is not told of a death', async () => {
  const probe = makeProbe();
  const holder = await new Process({ target: others.holdUntilTold, args: [handleOf(probe)] }).start();
  await until('it is inside', () => Atomics.load(probe.words, PROBE_AT.signal) === 1);
  process.kill(holder.pid!, 'SIGSTOP');
  await until('it is stopped', () => stateLetterOf(holder.pid!) === 'T');
  const waiter = await new Process({ target: others.enterOnce, args: [handleOf(probe)] }).start();
  await until('it sleeps', () => (Atomics.load(probe.words, 0) & WAITERS) !== 0);
  const sleeps = (): number =>
    Number(
      /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${waiter.pid}/status`, 'latin1'))![1],
    );
  const before = sleeps();
  await until('it has looked again a few times', () => sleeps() >= before + 4);
  assert.equal(probe.words[PROBE_AT.counter], 0);
  assert.equal(probe.words[0]! & ~WAITERS, holder.pid);
  process.kill(holder.pid!, 'SIGCONT');
  Atomics.store(probe.words, PROBE_AT.signal, 2);
  assert.equal(await waiter.result(HANG_GUARD), false);
  assert.equal(await holder.result(HANG_GUARD), false);
  await Promise.all([holder.join(), waiter.join()]);
});
