/**
 * How a process lives and ends: what can be said of it at each moment, who may wait for what and for how long,
 * how it is asked and made to end.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { Lock, Process, Queue } from '../../../src/index.ts';
import type { AnyFunction, ProcessOptions } from '../../../src/process/index.ts';
import { here } from '../../../src/memory/here.ts';
import { stateLetterOf } from '../../../src/platform/index.ts';
import * as targets from '../../fixtures/processes/targets.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import {
  assertGivenBack,
  endChildren,
  hasEnded,
  lifeOf,
  restingBytes,
  slotsTaken,
  until,
  usedBytes,
} from '../../harness/tree.ts';

async function start<F extends AnyFunction>(options: ProcessOptions<F>): Promise<Process<F>> {
  return new Process(options).start();
}

afterEach(endChildren);

let clean: Holdings;
before(async () => {
  await (await start({ target: targets.nothing })).join();
  clean = holdings();
});

test('Process says at each moment in which part of its life it is', async () => {
  const ready = new Queue<number>();
  const child = new Process({ target: targets.wait, args: [ready] });
  const facts = (): unknown => [child.state, child.isAlive, child.exitCode, child.ppid];
  assert.equal(child.pid, undefined);
  assert.deepEqual(facts(), ['new', false, null, process.pid]);
  assert.equal(await child.start(), child);
  assert.deepEqual(facts(), ['ready', true, null, process.pid]);
  assert.equal(await ready.get(), child.pid);
  assert.deepEqual(facts(), ['running', true, null, process.pid]);
  child.kill();
  await child.join();
  assert.deepEqual(facts(), ['terminated', false, -9, process.pid]);
  assert.equal(typeof child.pid, 'number');
});

test('Process starts once, whoever asks again and when', async () => {
  const child = new Process({ target: targets.nothing });
  const [first, second] = await Promise.allSettled([child.start(), child.start()]);
  assert.equal(first.status, 'fulfilled');
  assert.ok(second.status === 'rejected' && second.reason instanceof TypeError);
  assert.match(String(second.reason), /starts only once/);
  await child.join();
  await assert.rejects(child.start(), TypeError);
  assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
});

test('Process that was not started cannot be waited for, asked, or ended', async () => {
  const child = new Process({ target: targets.nothing, name: 'idle' });
  const refusal = { name: 'TypeError', message: /^Cannot .* idle as it has not been started$/ };
  await assert.rejects(child.join(), refusal);
  await assert.rejects(child.result(), refusal);
  await assert.rejects(child.stop(), refusal);
  assert.throws(() => child.terminate(), refusal);
  assert.throws(() => child.kill(), refusal);
  await child[Symbol.asyncDispose]();
});

test('Process can be named and made a daemon until it starts, and not later', async () => {
  const child = new Process({ target: targets.nothing });
  child.name = 'renamed';
  child.daemon = true;
  assert.deepEqual([child.name, child.daemon], ['renamed', true]);
  assert.throws(() => (child.name = ''), RangeError);
  await child.start();
  assert.throws(() => (child.name = 'late'), { name: 'TypeError', message: /as it has started$/ });
  assert.throws(() => (child.daemon = false), { name: 'TypeError', message: /as it has started$/ });
  await child.join();
  assert.throws(() => (child.name = 'later'), TypeError);
  assert.deepEqual([child.name, child.daemon], ['renamed', true]);
});

test('Process.join() tells everybody who asks, before and after the end', async () => {
  const end = new Queue<string>();
  const child = await start({ target: targets.answerAndStay, args: [end] });
  const waits = [child.join(), child.join({ timeoutMs: 60_000 }), child.join()];
  await end.put('now');
  for (const exit of await Promise.all(waits)) assert.deepEqual(exit, { how: 'exited', code: 0 });
  assert.deepEqual(await child.join({ timeoutMs: 0 }), { how: 'exited', code: 0 });
});

test('Process.result() comes when the target has answered, however long the process lives on', async () => {
  const end = new Queue<string>();
  const child = await start({ target: targets.answerAndStay, args: [end] });
  // Somebody waits for the end already: that must not keep the answer from coming.
  const exit = child.join();
  const [first, second] = await Promise.all([child.result(), child.result({ timeoutMs: 60_000 })]);
  assert.deepEqual([first, second], ['answered', 'answered']);
  assert.equal(child.isAlive, true);
  await end.put('now');
  assert.deepEqual(await exit, { how: 'exited', code: 0 });
});

test('Process.join() and result() end early by time and by signal, and consume nothing', async () => {
  const end = new Queue<string>();
  const child = await start({ target: targets.give, args: [end] });
  const stay = await start({ target: targets.answerAndStay, args: [end] });
  const reason = new Error('never mind');
  await assert.rejects(stay.join({ timeoutMs: 0 }), { code: 'timed-out', facts: { timeoutMs: 0 } });
  await assert.rejects(stay.join({ timeoutMs: 1 }), { name: 'DuodaoError', code: 'timed-out' });
  for (const wrong of [-1, Number.NaN]) {
    await assert.rejects(stay.join({ timeoutMs: wrong }), RangeError);
    await assert.rejects(child.result({ timeoutMs: wrong }), RangeError);
  }
  const controller = new AbortController();
  const aborted = stay.join({ signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(aborted, (it) => it === reason);
  await stay.result();
  // Already aborted wins over available.
  await assert.rejects(stay.result({ signal: controller.signal }), (it) => it === reason);
  assert.equal(await stay.result({ timeoutMs: 0 }), 'answered');
  await end.put('now');
  assert.deepEqual(await stay.join(), { how: 'exited', code: 0 });
  assert.equal(await child.result(), end);
  await child.join();
});

test('Process ends by the signal that it is sent, busy, stopped, blocked or still starting', async () => {
  const ready = new Queue<number>();
  const lock = new Lock();
  const held = lock.acquireSync();
  const args = [ready] as const;
  const [asked, stopped] = [
    await start({ target: targets.wait, args }),
    await start({ target: targets.wait, args }),
  ];
  const blocked = await start({ target: targets.block, args: [ready, lock] });
  const booting = await start({ target: targets.nothing });
  booting.terminate();
  assert.deepEqual(await booting.join(), { how: 'killed', signal: 'SIGTERM' });
  assert.equal(booting.exitCode, -15);
  await assert.rejects(booting.result(), { code: 'exited' });

  for (let i = 0; i < 3; i++) await ready.get();
  const killed = await start({ target: targets.spin, args }); // last, as it keeps a CPU from the others
  await ready.get();
  process.kill(stopped.pid ?? 0, 'SIGSTOP');
  await until('the child is stopped', () => stateLetterOf(stopped.pid ?? 0) === 'T');
  asked.terminate();
  for (const child of [killed, stopped, blocked]) child.kill();
  assert.deepEqual(await asked.join(), { how: 'killed', signal: 'SIGTERM' });
  for (const child of [killed, stopped, blocked]) {
    assert.deepEqual(await child.join(), { how: 'killed', signal: 'SIGKILL' });
    assert.equal(child.exitCode, -9);
    // Of no effect any more, and no stranger with the same number is hit.
    child.kill();
    child.terminate();
  }
  assert.deepEqual(await killed.stop(), { how: 'killed', signal: 'SIGKILL' });
  held.release();
});

test('Process.stop() asks first, insists after the grace, and so does leaving its scope', async () => {
  const ready = new Queue<number>();
  const args = [ready] as const;
  const polite = await start({ target: targets.wait, args });
  const [deaf, scoped] = [
    await start({ target: targets.ignoreAsking, args }),
    await start({ target: targets.wait, args }),
  ];
  for (let i = 0; i < 3; i++) await ready.get();
  assert.deepEqual(await polite.stop(), { how: 'killed', signal: 'SIGTERM' });
  const life = lifeOf(deaf.pid ?? 0);
  assert.deepEqual(await deaf.stop({ graceMs: 20 }), { how: 'killed', signal: 'SIGKILL' });
  assert.equal(hasEnded(life), true);
  await scoped[Symbol.asyncDispose]();
  assert.equal(scoped.state, 'terminated');
  await scoped[Symbol.asyncDispose]();
});

test('Process.close() gives up what is kept of an end, and its methods refuse from then on', async () => {
  const resting = await restingBytes();
  const child = new Process({ target: targets.pattern, args: [100_000] });
  const idle = new Process({ target: targets.nothing });
  await child.start();
  assert.throws(() => child.close(), { name: 'TypeError', message: /as it is alive/ });
  assert.equal((await child.result()).length, 100_000);
  await child.join();
  assert.ok(usedBytes() > resting + 100_000);
  for (let times = 0; times < 2; times++) {
    child.close();
    idle.close();
  }
  await assertGivenBack(resting); // though we have it in hand
  for (const one of [child, idle]) {
    await assert.rejects(one.start(), { code: 'closed', message: / as it is closed$/ });
    await assert.rejects(one.join(), { code: 'closed' });
    await assert.rejects(one.result(), { code: 'closed' });
    await assert.rejects(one.stop(), { code: 'closed' });
    assert.throws(() => one.kill(), { code: 'closed' });
    assert.throws(() => (one.name = 'late'), { code: 'closed' });
    await one[Symbol.asyncDispose]();
  }
  assert.deepEqual([child.state, child.exitCode, child.isAlive], ['terminated', 0, false]);
  assert.deepEqual([idle.state, idle.exitCode, idle.pid], ['new', null, undefined]);
});

test('Process that the system cannot start says so by join and result', async () => {
  const { execPath } = process;
  const children: Process[] = [];
  try {
    for (const path of ['/nowhere/node', '/dev/null', '/dev/null/node']) {
      process.execPath = path;
      children.push(await start({ target: targets.nothing }));
    }
  } finally {
    process.execPath = execPath;
  }
  for (const child of children) {
    const exit = await child.join();
    assert.ok(exit.how === 'not-started' && exit.reason instanceof Error);
    assert.match(exit.reason.message, /ENOENT|EACCES|ENOTDIR/);
    assert.deepEqual(
      [child.state, child.isAlive, child.exitCode, child.pid],
      ['terminated', false, 1, undefined],
    );
    await assert.rejects(child.result(), { code: 'exited', cause: exit.reason });
    child.kill();
  }
});

test('Process that has ended holds nothing any more, from the moment on that this is known', async () => {
  const [lock, items, ready] = [new Lock(), new Queue<string>(), new Queue<number>()];
  await items.put('an item');
  const child = await start({ target: targets.hold, args: [lock, items, ready] });
  await ready.get();
  assert.equal(lock.tryAcquire(), undefined);
  assert.equal(items.tryLease(), undefined);
  child.kill();
  await child.join();
  const held = lock.tryAcquire();
  assert.equal(held?.ownerDied, true);
  held.release();
  const lease = items.tryLease();
  assert.deepEqual([lease?.item, lease?.redelivered], ['an item', true]);
  lease?.done();
  assert.equal(slotsTaken(), 1);
});

test('Process gives up its arguments when it has ended, also when it never had them', async () => {
  const resting = await restingBytes();
  const child = await start({ target: targets.give<unknown>, args: [[new Queue(), 'x'.repeat(100_000)]] });
  assert.ok(usedBytes() > resting + 100_000);
  child.kill();
  await child.join();
  // Its own record is all that is left while somebody has it in hand.
  await assertGivenBack(resting + 1000);
  assert.equal(child.exitCode, -9);
});

test('Processes that lived and ended leave no child, descriptor or slot behind', async () => {
  await assertNoLeaks(clean);
  assert.equal(slotsTaken(), 1);
  assert.equal(here().netHits, 0);
});
