/**
 * What a thread gives back, how it lives and ends, and what is refused before anything is started. The face is that of
 * Process: what differs is said in the names of the tests.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Lock, Queue, ready, Thread, Value } from '../../../../src/index.ts';
import { here } from '../../../../src/memory/here.ts';
import type { AnyFunction, ThreadOptions } from '../../../../src/process/index.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import * as threads from '../../../fixtures/processes/threads.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { assertGivenBack, restingBytes, slotsTaken, until } from '../../../harness/tree.ts';

endsClean({ killsThreads: true });

const KILLED = { how: 'killed', signal: 'SIGKILL' };

let resting = 0;
before(async () => {
  await (await start({ target: targets.nothing })).join(HANG_GUARD);
  resting = await restingBytes();
});

async function start<F extends AnyFunction>(options: ThreadOptions<F>): Promise<Thread<F>> {
  return new Thread(options).start();
}

async function failure(thread: Thread): Promise<Error & Record<string, unknown>> {
  return thread.result(HANG_GUARD).then(
    (value) => assert.fail(`it gave ${String(value)}`),
    (reason: unknown) => reason as never,
  );
}

test('Thread gives what its target returns, and takes shared objects and functions as themselves', async () => {
  const value = new Value('i32', 5);
  const fields = { map: new Map([['a', 1n]]), nothing: undefined, value };
  const [echo, counter, maker, caller] = await Promise.all([
    start({ target: targets.giveLater, args: [fields] }),
    start({ target: targets.count, args: [value, 2] }),
    start({ target: targets.makeQueue, args: [['a', 'b']] }),
    start({ target: targets.apply, args: [targets.add, 3, 4] }),
  ]);
  const given = (await echo.result(HANG_GUARD)) as typeof fields;
  assert.deepEqual(given.map, fields.map);
  assert.equal(given.value, value);
  assert.equal(await counter.result(HANG_GUARD), 5);
  assert.equal(value.value, 7);
  assert.equal(await caller.result(HANG_GUARD), 7);
  // What it made outlives it.
  assert.deepEqual(await maker.join(HANG_GUARD), { how: 'exited', code: 0 });
  const queue = await maker.result();
  assert.deepEqual([queue.tryGet(), queue.size], [{ item: 'a' }, 1]);
  for (const thread of [echo, counter, caller]) {
    assert.deepEqual(await thread.join(HANG_GUARD), { how: 'exited', code: 0 });
    assert.equal(thread.exitCode, 0);
  }
});

test('Thread gives the error of its target with class, stack and fields, and tells what cannot cross', async () => {
  const [thrown, unsendable] = await Promise.all([
    start({ target: targets.throwTicketError }),
    start({ target: targets.closure }),
  ]);
  const error = await failure(thrown);
  assert.ok(error instanceof RangeError);
  assert.deepEqual([error.name, error.message], ['TicketError', 'no seat left']);
  assert.match(error.stack ?? '', /throwTicketError .*targets\.ts/);
  assert.deepEqual(error['train'], { number: 'G1', seats: 0 });
  assert.match((await failure(unsendable)).message, /result\.list\[0\]\.onDone/);
  for (const thread of [thrown, unsendable])
    assert.deepEqual(await thread.join(HANG_GUARD), { how: 'exited', code: 1 });
});

test('Thread that ends without an answer says how, with what nobody caught as the cause', async () => {
  const [failed, left, after] = await Promise.all([
    start({ target: targets.failElsewhere, args: ['throw'], name: 'failing' }),
    start({ target: targets.exit, args: [3], name: 'leaving' }),
    start({ target: targets.answerAndFail }),
  ]);
  const error = await failure(failed);
  assert.equal(error.message, 'failing ended without an answer: it exited with code 1');
  assert.deepEqual(error['facts'], { name: 'failing', tid: failed.tid, exitCode: 1 });
  assert.equal((error.cause as Error).message, 'thrown elsewhere');
  assert.equal((await failure(left)).message, 'leaving ended without an answer: it exited with code 3');
  assert.equal(left.exitCode, 3);
  assert.equal(await after.result(HANG_GUARD), 'answered');
  assert.deepEqual(await after.join(HANG_GUARD), { how: 'exited', code: 1 });
  assert.deepEqual(await failed.join(HANG_GUARD), { how: 'exited', code: 1 });
});

test('Thread says at each moment in which part of its life it is, and its number is what a lock says', async () => {
  const [told, end] = [new Queue<number>(), new Queue<string>()];
  const lock = new Lock();
  const thread = new Thread({ target: targets.rename, args: ['office', lock, told, end] });
  const facts = (): unknown => [thread.state, thread.isAlive, thread.exitCode];
  assert.deepEqual([...(facts() as []), thread.tid], ['new', false, null, undefined]);
  assert.equal(await thread.start(), thread);
  assert.deepEqual(facts(), ['ready', true, null]);
  assert.equal(await told.get(HANG_GUARD), process.pid);
  await until('it waits for its end', () => thread.state === 'blocked');
  assert.deepEqual(facts(), ['blocked', true, null]);
  assert.equal(lock.holder?.thread, thread.tid);
  await end.put('now');
  await thread.join(HANG_GUARD);
  assert.deepEqual(facts(), ['terminated', false, 0]);
});

test('Thread can be ended in its event loop, in a blocking wait, in a busy loop, before it begins', async () => {
  const [told, lock] = [new Queue<number>(), new Lock()];
  const held = lock.acquireSync();
  const running = await Promise.all([
    start({ target: targets.wait, args: [told] }),
    start({ target: targets.block, args: [told, lock] }),
    start({ target: targets.spin, args: [told] }),
  ]);
  for (const _ of running) await told.get(HANG_GUARD);
  // The first to be ended, or it would have begun by then; and one that does not end by itself, should it begin.
  const young = await start({ target: targets.forever });
  for (const [index, thread] of [young, ...running].entries()) {
    if (index % 2 === 0) thread.kill();
    else thread.terminate();
    assert.deepEqual(await thread.join(HANG_GUARD), KILLED);
    assert.equal(thread.exitCode, -9);
    thread.kill(); // of no effect any more
    assert.match(
      (await failure(thread)).message,
      /^Thread-\d+ ended without an answer: it was ended by force$/,
    );
  }
  held.release();
});

test('Thread that is ended by force runs no finally, and gives back the lock and the item that it held', async () => {
  const [lock, told, items] = [new Lock(), new Queue<string>(), new Queue<string>()];
  const silent = await start({ target: threads.finallyTell, args: [told] });
  assert.equal(await told.get(HANG_GUARD), 'here');
  silent.kill();
  await silent.join(HANG_GUARD);
  assert.equal(told.size, 0);
  items.putSync('ticket');
  for (const how of ['awaits', 'blocks', 'spins'] as const) {
    const holder = await start({ target: threads.holdAndStay, args: [lock, items, told, how] });
    await told.get(HANG_GUARD);
    // Somebody waits already, who hears of no other news.
    const [taken, leased] = [lock.acquire(HANG_GUARD), items.lease(HANG_GUARD)];
    holder.kill();
    const held = await taken;
    assert.equal(held.ownerDied, true);
    held.release();
    const lease = await leased;
    assert.deepEqual([lease.item, lease.redelivered], ['ticket', true]);
    lease.giveBack();
    await holder.join(HANG_GUARD);
  }
  await until('all are buried', () => slotsTaken() === 1);
});

test('Thread.stop() gives the time it is told to, and then ends it by force', async () => {
  const [told, end] = [new Queue<number>(), new Queue<string>()];
  const willing = await start({ target: targets.answerAndStay, args: [end] });
  const stopped = willing.stop({ graceMs: 60_000 });
  await end.put('now');
  assert.deepEqual(await stopped, { how: 'exited', code: 0 });
  for (const options of [undefined, { graceMs: 1 }]) {
    const unwilling = await start({ target: targets.wait, args: [told] });
    await told.get(HANG_GUARD);
    assert.deepEqual(await unwilling.stop(options), KILLED);
    await assert.rejects(unwilling.stop({ graceMs: -1 }), RangeError);
  }
});

test('Thread that is disposed of has ended, and close() refuses one that runs', async () => {
  const told = new Queue<number>();
  const thread = await start({ target: targets.wait, args: [told], name: 'brief' });
  await told.get(HANG_GUARD);
  assert.throws(() => thread.close(), {
    name: 'TypeError',
    message: /^Cannot close brief as it is alive/,
  });
  assert.equal(thread.state, 'running');
  await thread[Symbol.asyncDispose]();
  await thread[Symbol.asyncDispose]();
  thread.close();
  assert.deepEqual([thread.state, thread.exitCode, thread.name], ['terminated', -9, 'brief']);
  await assert.rejects(thread.join(), { code: 'closed', message: 'Cannot join brief as it is closed' });
  assert.throws(() => thread.kill(), { code: 'closed' });
  await assert.rejects(thread.start(), { code: 'closed' });
  await new Thread({ target: targets.nothing })[Symbol.asyncDispose]();
});

test('Thread starts once, cannot be used before, and keeps the name it began with', async () => {
  const thread = new Thread({ target: targets.nothing, name: 'idle' });
  const refusal = { name: 'TypeError', message: /^Cannot .* idle as it has not been started$/ };
  await assert.rejects(thread.join(), refusal);
  await assert.rejects(thread.result(), refusal);
  await assert.rejects(thread.stop(), refusal);
  assert.throws(() => thread.terminate(), refusal);
  assert.throws(() => thread.kill(), refusal);
  thread.name = 'busy';
  thread.daemon = true;
  const [first, second] = await Promise.allSettled([thread.start(), thread.start()]);
  assert.equal(first.status, 'fulfilled');
  assert.match(String((second as PromiseRejectedResult).reason), /TypeError: Cannot start busy .*only once/);
  assert.throws(() => (thread.name = 'late'), { name: 'TypeError', message: /as it has started$/ });
  assert.throws(() => (thread.daemon = false), TypeError);
  await assert.rejects(thread.join({ timeoutMs: 0 }), { code: 'timed-out' });
  assert.deepEqual([await thread.join(HANG_GUARD), thread.daemon], [{ how: 'exited', code: 0 }, true]);
});

test('Thread is not started with what cannot cross, and keeps nothing of it', async () => {
  const queue = new Queue<string>();
  const closure = new Thread({ target: targets.give, args: [{ list: [() => 1], queue }] });
  await assert.rejects(closure.start(), { code: 'not-cloneable', facts: { path: 'args[0].list[0]' } });
  const local = new Thread({ target: () => 1 });
  await assert.rejects(local.start(), { code: 'not-exported' });
  assert.deepEqual([closure.state, closure.isAlive, local.state], ['new', false, 'new']);
  const thrower = new URL('../../../fixtures/functions/throws-at-import.ts', import.meta.url);
  const { task } = await import('../../../../src/index.ts');
  const unloaded = await start({ target: task(thrower, 'work') });
  assert.ok((await failure(unloaded)) instanceof Error);
  assert.deepEqual(await unloaded.join(HANG_GUARD), { how: 'exited', code: 1 });
});

test('Thread of a class: its fields travel, its constructor does not run again, copies stay copies', async () => {
  const [queue, made] = [new Queue<string>(), new Queue<string>()];
  const seller = new threads.Seller('G', queue, [1, 2], made);
  seller.name = 'window 1';
  await seller.start();
  const sold = new Map([
    ['G1', 1],
    ['G2', 2],
  ]);
  assert.deepEqual(await seller.result(HANG_GUARD), [sold, true, true, 'running', true, false]);
  assert.deepEqual([queue.tryGet(), queue.size], [{ item: 'window 1' }, 0]);
  assert.deepEqual([made.tryGet(), made.size], [{ item: 'made in 0' }, 0]);
  assert.equal(seller.sold.size, 0);
  await seller.join(HANG_GUARD);
});

test('Thread of a class refuses #private state, what cannot cross, and classes that are not exported', async () => {
  await assert.rejects(new threads.Secretive().start(), {
    code: 'not-cloneable',
    message: /Secretive, which keeps #private state/,
  });
  const selfish = new threads.Selfish();
  selfish.onDone = () => 'done';
  await assert.rejects(selfish.start(), { code: 'not-cloneable', message: /this\.onDone/ });
  class Local extends Thread {
    override run(): void {}
  }
  await assert.rejects(new Local().start(), { code: 'not-exported' });
});

test('Thread of a class cannot start, wait for or end itself', async () => {
  const selfish = await new threads.Selfish({ name: 'me' }).start();
  const said = await selfish.result(HANG_GUARD);
  assert.match(said[0] ?? '', /TypeError: Cannot start me as a thread starts only once/);
  for (const one of said.slice(1, 5))
    assert.match(one, /TypeError: Cannot [a-z ]+ me as it is this very thread$/);
  assert.match(said[5] ?? '', /TypeError: Cannot close me as it is alive/);
  assert.equal(said[6], 'it worked'); // it has another name now, as any thread may
  await selfish.join(HANG_GUARD);
});

test('ready() says of a thread when it has ended', async () => {
  const end = new Queue<string>();
  const [short, long] = await Promise.all([
    start({ target: targets.nothing }),
    start({ target: targets.answerAndStay, args: [end] }),
  ]);
  assert.deepEqual(await ready([long, short], HANG_GUARD), [short]);
  await end.put('now');
  await long.join(HANG_GUARD);
  assert.deepEqual(await ready([long, short], { timeoutMs: 0 }), [long, short]);
});

test('Threads that are gone leave no memory and no place taken', async () => {
  await assertGivenBack(resting);
  assert.equal(slotsTaken(), 1);
  assert.equal(here().netHits, 0);
});
