/**
 * What a queue promises when participants die, the same for processes and for worker threads: items are whole or not
 * there, what was leased comes back marked in its old place, what an item refers to outlives its sender, and nobody's
 * death is in another one's way.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Lease, type Lock, Process, Queue, SharedArray, Value } from '../../src/index.ts';
import { here, waitsNow } from '../../src/memory/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import {
  consumeForever,
  isWhole,
  leaseForever,
  type Parcel,
  parcel,
  produceForever,
  putOwnObjects,
  tryUntilLeased,
  waitOnce,
  waitWithOwnObject,
} from '../fixtures/ipc/traffic.ts';
import { spinUntil } from '../fixtures/sync/holders.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, type ParticipantKind, start } from '../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes, until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

type Item = { readonly number: number };

/** The ways in which a survivor comes to an item that the dead had leased. */
const TAKES: Readonly<Record<string, (queue: Queue<Item>) => Promise<Lease<Item>>>> = {
  awaits: (queue) => queue.lease(HANG_GUARD),
  blocks: async (queue) => queue.leaseSync(HANG_GUARD),
};

for (const kind of KINDS) {
  for (const [form, take] of Object.entries(TAKES)) {
    test(`What a killed ${kind} had leased comes to one who ${form}, marked and in its old place`, async () => {
      const queue = new Queue<Item>();
      const told = new Queue();
      for (const number of [1, 2, 3]) await queue.put({ number });
      const holder = await start(kind, leaseForever, [queue, told, 2]);
      assert.deepEqual(await told.get(HANG_GUARD), [{ number: 1 }, 1]);
      assert.deepEqual(await told.get(HANG_GUARD), [{ number: 2 }, 1]);
      assert.deepEqual([queue.size, queue.leased], [1, 2]);
      // The one that is left is taken, so that the survivor has to wait for the death.
      assert.deepEqual(await queue.get(), { number: 3 });
      const waiting = form === 'awaits' ? take(queue) : undefined;
      await holder.kill();
      const leases = [await (waiting ?? take(queue))];
      await queue.put({ number: 4 });
      leases.push(await take(queue), await take(queue));
      const seen = leases.map(({ item, deliveries, redelivered }) => [item.number, deliveries, redelivered]);
      assert.deepEqual(seen, [
        [1, 2, true],
        [2, 2, true],
        [4, 1, false],
      ]);
      for (const lease of leases) lease.done();
      assert.deepEqual([queue.size, queue.leased], [0, 0]);
    });
  }

  test(`An item counts each ${kind} that died with it`, async () => {
    const queue = new Queue<Item>();
    const told = new Queue();
    await queue.put({ number: 1 });
    for (let deaths = 1; deaths <= 2; deaths++) {
      const holder = await start(kind, leaseForever, [queue, told, 1]);
      assert.deepEqual(await told.get(HANG_GUARD), [{ number: 1 }, deaths]);
      await holder.kill();
    }
    const lease = await queue.lease(HANG_GUARD);
    assert.equal(lease.deliveries, 3);
    lease.done();
  });

  for (const form of ['awaits', 'blocks'] as const) {
    test(`A ${kind} killed while it puts, and ${form}, leaves whole items, each once, without a gap`, async () => {
      const queue = new Queue<Parcel>({ bytes: 2048 });
      const producer = await start(kind, produceForever, [queue, 1, form]);
      let next = 0;
      const see = (item: Parcel): void => {
        assert.ok(isWhole(item));
        assert.equal(item.sequence, next++);
      };
      for (let count = 0; count < 300; count++) see(await queue.get(HANG_GUARD));
      await producer.kill();
      for (let got = queue.tryGet(); got; got = queue.tryGet()) see(got.item);
      assert.deepEqual([queue.size, queue.leased], [0, 0]);
      await queue.put(parcel(1, next));
      see(await queue.get());
    });

    test(`A ${kind} killed while it gets, and ${form}, takes at most the item in its hands with it`, async () => {
      const queue = new Queue<Parcel>({ bytes: 2048 });
      const marks = new SharedArray('i32', 2000);
      const consumer = await start(kind, consumeForever, [queue, marks, form]);
      let put = 0;
      for (; put < 300; put++) await queue.put(parcel(1, put), HANG_GUARD);
      for (const killed = consumer.kill().then(() => true); ; ) {
        if (queue.tryPut(parcel(1, put))) put++;
        const isOver = await Promise.race([killed, new Promise(setImmediate)]);
        if (isOver === true || put === 2000) break;
      }
      await consumer.kill();
      for (let got = queue.tryGet(); got; got = queue.tryGet()) {
        assert.ok(isWhole(got.item));
        Atomics.add(marks.view, got.item.sequence, 1);
      }
      const counts = [...marks.view.subarray(0, put)];
      assert.ok(counts.every((count) => count <= 1));
      assert.ok(counts.filter((count) => count === 0).length <= 1);
    });

    test(`A ${kind} killed while it ${form} to get or to put is in nobody’s way`, async () => {
      const [empty, full] = [new Queue(), new Queue({ capacity: 1 })];
      const told = new Queue<string>();
      await full.put('full');
      const waiters = await Promise.all([
        start(kind, waitOnce, [empty, told, 'get', form]),
        start(kind, waitOnce, [full, told, 'put', form]),
      ]);
      for (const _ of waiters) await told.get(HANG_GUARD);
      await Promise.all(waiters.map((waiter) => waiter.kill()));
      for (let number = 0; number < 20; number++) {
        await empty.put(number);
        assert.equal(await empty.get(HANG_GUARD), number);
      }
      assert.equal(await full.get(HANG_GUARD), 'full');
      assert.equal(full.tryGet(), undefined);
      await full.put('next', HANG_GUARD);
    });
  }

  for (const end of ['ended', 'killed'] as const) {
    test(`Objects that only an item refers to outlive the ${kind} that sent them and has ${end}`, async () => {
      const before = await restingBytes();
      await sendAndSee(kind, end === 'killed');
      here().reap(); // whoever starts a thread knows when it has ended
      await assertGivenBack(before);
    });
  }

  test(`What a ${kind} was still waiting to put when it was killed is gone with it`, async () => {
    const before = await restingBytes();
    await killWhileItWaits(kind);
    here().reap();
    await assertGivenBack(before);
  });
}

/** In a function of its own, so that nothing of it is kept. */
async function sendAndSee(kind: ParticipantKind, isKilled: boolean): Promise<void> {
  const queue = new Queue({ bytes: 1024 });
  const sender = await start(kind, putOwnObjects, [queue, isKilled]);
  await until('it has put', () => !queue.isEmpty);
  await (isKilled ? sender.kill() : sender.result());
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const item = (await queue.get(HANG_GUARD)) as { array: SharedArray<'i32'>; lock: Lock; inner: Queue };
  assert.deepEqual([...item.array.view], [1, 2, 3]);
  (await item.lock.acquire(HANG_GUARD)).release();
  const { deep } = (await item.inner.get(HANG_GUARD)) as { deep: SharedArray<'i32'> };
  assert.deepEqual([...deep.view], [4]);
}

async function killWhileItWaits(kind: ParticipantKind): Promise<void> {
  const queue = new Queue({ capacity: 1, bytes: 1024 });
  const told = new Queue<string>({ bytes: 1024 });
  await queue.put('full');
  const waiter = await start(kind, waitWithOwnObject, [queue, told]);
  await told.get(HANG_GUARD);
  await waiter.kill();
  assert.equal(await queue.get(), 'full');
  assert.equal(queue.tryGet(), undefined);
}

test('Queue.tryLease() that never waits gets what a dead process had leased, though nobody waited for it', async () => {
  const queue = new Queue();
  const told = new Queue<string>();
  const held = new Queue();
  const stage = new Value('i32');
  await queue.put('item');
  const holder = await start('process', leaseForever, [queue, held, 1]);
  await held.get(HANG_GUARD);
  const poller = await start('process', tryUntilLeased, [queue, told, stage]);
  await told.get(HANG_GUARD);
  const killed = holder.kill();
  stage.value = 1;
  // Our own event loop, which would hear of its child's death, stands still meanwhile.
  spinUntil(() => stage.value === 2);
  await killed;
  assert.equal(await poller.result(), 2);
  assert.deepEqual([queue.size, queue.leased], [0, 0]);
});

test('A stopped process that waits for an item stops nobody else', async () => {
  const queue = new Queue();
  const told = new Queue<string>();
  const stopped = await new Process({ target: waitOnce, args: [queue, told, 'get', 'blocks'] }).start();
  await told.get(HANG_GUARD);
  const pid = stopped.pid as number;
  await until('it sleeps', () => waitsNow().some((wait) => wait.pid === pid) && stateLetterOf(pid) === 'S');
  await stopped.suspend(); // not by a bare signal: inside a guard it would keep us all waiting, and rightly so
  assert.equal(stateLetterOf(pid), 'T');
  const other = await start('process', waitOnce, [queue, told, 'get', 'awaits']);
  await told.get(HANG_GUARD);
  await queue.put('for the one that runs');
  assert.equal(await other.result(), 'for the one that runs');
  stopped.resume();
  await queue.put('for the other');
  assert.equal(await stopped.result(HANG_GUARD), 'for the other');
  await stopped.join();
});
