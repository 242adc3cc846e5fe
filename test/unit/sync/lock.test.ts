/**
 * A lock lets one strand in at a time, whoever waits in which form, and is taken only by waits that succeed. What it
 * promises between processes and threads, and after deaths: test/conformance/lock*.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DuodaoError, Held, Lock, Queue, Value } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes, usedBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

/** Whether a promise has settled after some turns of the event loop. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settled = (): boolean => (pending = false);
  promise.then(settled, settled);
  for (let turns = 0; turns < 5; turns++) await turn();
  return pending;
}

test('Lock.tryAcquire() takes a free lock and gives undefined when it is held', () => {
  const lock = new Lock();
  assert.equal(lock.isLocked, false);
  const held = lock.tryAcquire();
  assert.ok(held instanceof Held);
  assert.equal(lock.isLocked, true);
  assert.equal(lock.tryAcquire(), undefined);
  held.release();
  assert.equal(lock.isLocked, false);
  lock.tryAcquire()?.release();
});

test('Lock.acquire() and acquireSync() take a free lock at once, as nobody has died in it', async () => {
  const lock = new Lock();
  const takes = [
    () => lock.acquire(),
    () => lock.acquire({ timeoutMs: 0 }),
    () => lock.acquireSync(),
    () => lock.acquireSync({ timeoutMs: 0 }),
  ];
  for (const take of takes) {
    const held = await take();
    assert.equal(held.ownerDied, false);
    held.release();
    assert.equal(lock.isLocked, false);
  }
});

test('Lock.acquire() serves the tasks of one thread in the order in which they came', async () => {
  const lock = new Lock();
  const first = lock.acquireSync();
  const order: number[] = [];
  const tasks = Array.from({ length: 100 }, (_, index) =>
    lock.use(async () => {
      order.push(index);
      if (index % 10 === 0) await turn();
    }, HANG_GUARD),
  );
  assert.equal(await isPending(tasks[0] as Promise<void>), true);
  first.release();
  await Promise.all(tasks);
  assert.deepEqual(order, [...Array(100).keys()]);
  assert.equal(lock.isLocked, false);
});

test('Lock.use() keeps the tasks of one thread out of each other', async () => {
  const lock = new Lock();
  let inside = 0;
  let left = 100;
  const sell = async (): Promise<void> => {
    assert.equal(++inside, 1);
    const before = left;
    await turn();
    left = before - 1;
    inside--;
  };
  await Promise.all(Array.from({ length: 100 }, () => lock.use(sell, HANG_GUARD)));
  assert.equal(left, 0);
});

test('Lock.use() gives what its function gives, awaited, and hands it the proof', async () => {
  const lock = new Lock();
  const given = await lock.use(async (held) => {
    assert.ok(held instanceof Held);
    assert.equal(lock.isLocked, true);
    return 42;
  });
  assert.equal(given, 42);
  assert.equal(lock.isLocked, false);
});

test('Lock.use() releases when its function throws, at once or later, and passes the error on', async () => {
  const lock = new Lock();
  const error = new Error('mine');
  const sync = (): never => {
    throw error;
  };
  await assert.rejects(lock.use(sync), error);
  assert.equal(lock.isLocked, false);
  await assert.rejects(
    lock.use(() => turn().then(sync)),
    error,
  );
  assert.equal(lock.isLocked, false);
});

test('Lock.use() does not call its function when the lock is not to be had', async () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  await assert.rejects(
    lock.use(() => assert.fail('called'), { timeoutMs: 1 }),
    timedOut,
  );
  held.release();
});

test('Lock is not reentrant: a strand that takes it again waits for itself', async () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  assert.throws(() => lock.acquireSync({ timeoutMs: 1 }), timedOut);
  await assert.rejects(lock.acquire({ timeoutMs: 1 }), timedOut);
  held.release();
});

test('A wait for a lock that is out of time says so, and does not take the lock later', async () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  for (const timeoutMs of [0, 1, 3.5]) {
    await assert.rejects(lock.acquire({ timeoutMs }), (error) => {
      assert.ok(error instanceof DuodaoError);
      assert.equal(error.code, 'timed-out');
      assert.deepEqual(error.facts, { timeoutMs });
      return true;
    });
    assert.throws(() => lock.acquireSync({ timeoutMs }), timedOut);
  }
  held.release();
  await turn();
  assert.equal(lock.isLocked, false);
});

test('A wait for a lock refuses a bad timeoutMs even when the lock is free', async () => {
  const lock = new Lock();
  for (const timeoutMs of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
    await assert.rejects(lock.acquire({ timeoutMs }), RangeError);
    assert.throws(() => lock.acquireSync({ timeoutMs }), RangeError);
    await assert.rejects(
      lock.use(() => assert.fail('called'), { timeoutMs }),
      RangeError,
    );
  }
  for (const timeoutMs of ['5', null, 5n]) {
    await assert.rejects(lock.acquire({ timeoutMs } as never), TypeError);
    assert.throws(() => lock.acquireSync({ timeoutMs } as never), TypeError);
  }
  assert.equal(lock.isLocked, false);
  const held = await lock.acquire({ timeoutMs: Number.POSITIVE_INFINITY });
  held.release();
});

test('An aborted wait for a lock rejects with the reason itself, takes nothing, and lets the next one in', async () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  const abort = new AbortController();
  const reason = { mine: true };
  const first = lock.acquire({ signal: abort.signal });
  const second = lock.acquire({ ...HANG_GUARD, signal: new AbortController().signal });
  abort.abort(reason);
  await assert.rejects(first, (thrown) => thrown === reason);
  assert.equal(await isPending(second), true);
  held.release();
  (await second).release();
  assert.equal(lock.isLocked, false);
});

test('An aborted signal wins over a free lock', async () => {
  const lock = new Lock();
  const reason = new Error('changed my mind');
  await assert.rejects(lock.acquire({ signal: AbortSignal.abort(reason) }), reason);
  assert.equal(lock.isLocked, false);
});

test('A signal that aborts after the lock was taken changes nothing', async () => {
  const lock = new Lock();
  const abort = new AbortController();
  const held = await lock.acquire({ signal: abort.signal });
  abort.abort();
  await turn();
  assert.equal(lock.isLocked, true);
  held.release();
});

test('A wait that gives up at the head of the line lets the others go on', async () => {
  const lock = new Lock();
  const held = lock.acquireSync();
  const abort = new AbortController();
  const first = lock.acquire({ signal: abort.signal });
  const others = [1, 2, 3].map(() => lock.acquire(HANG_GUARD));
  held.release();
  abort.abort();
  await first.then(
    (late) => late.release(),
    (reason) => assert.equal(reason.name, 'AbortError'),
  );
  for (const other of others) (await other).release();
  assert.equal(lock.isLocked, false);
});

test('Lock.holder says who holds it', () => {
  const lock = new Lock();
  assert.equal(lock.holder, undefined);
  const held = lock.acquireSync();
  assert.deepEqual(lock.holder, { pid: process.pid, name: 'MainProcess', thread: 0 });
  held.release();
  assert.equal(lock.holder, undefined);
});

test('Lock.named() gives one lock to all who ask for the name, and waits of all of them are served', async () => {
  const [one, other] = [Lock.named('seats'), Lock.named('seats')];
  const held = one.acquireSync();
  assert.equal(other.isLocked, true);
  const waits = [one.acquire(HANG_GUARD), other.acquire(HANG_GUARD)];
  await assert.rejects(other.acquire({ timeoutMs: 1 }), timedOut);
  held.release();
  for (const wait of waits) (await wait).release();
  assert.notEqual(Lock.named('other seats'), one);
});

test('Lock.named() refuses the name of an object of another kind, and what is no name', () => {
  Value.named('a number', 'i32');
  assert.throws(() => Lock.named('a number'), { name: 'TypeError', message: /"a number".*value/ });
  assert.throws(() => Lock.named(''), RangeError);
  assert.throws(() => Lock.named('x'.repeat(64)), RangeError);
  assert.throws(() => Lock.named('多'.repeat(22)), RangeError);
  assert.throws(() => Lock.named(7 as never), TypeError);
  assert.equal(Lock.named('x'.repeat(63)).isLocked, false);
});

test('A label of a lock is only for people: it is not found by it, and need not be unique', () => {
  const labelled = [new Lock({ name: 'label' }), new Lock({ name: 'label' })];
  const held = (labelled[0] as Lock).acquireSync();
  assert.equal((labelled[1] as Lock).isLocked, false);
  assert.equal(Lock.named('label').isLocked, false);
  held.release();
  assert.throws(() => new Lock({ name: '' }), RangeError);
  assert.throws(() => new Lock({ name: 'x'.repeat(64) }), RangeError);
  assert.throws(() => new Lock({ name: 1 as never }), TypeError);
});

test('A lock that comes home is the very same object', async () => {
  const lock = new Lock();
  const queue = new Queue<{ locks: Lock[] }>();
  await queue.put({ locks: [lock, lock] });
  const { locks } = await queue.get();
  assert.equal(locks[0], lock);
  assert.equal(locks[1], lock);
});

test('A lock gives its memory back when nobody has it any more', async () => {
  const before = await restingBytes();
  (() => {
    for (let index = 0; index < 100; index++) {
      const lock = new Lock();
      lock.acquireSync().release();
    }
    assert.ok(usedBytes() > before);
  })();
  await assertGivenBack(before);
});

test('A lock that somebody waits for stays, though nobody has it in his hands', async () => {
  const before = await restingBytes();
  const { held, waits } = (() => {
    const lock = new Lock();
    return { held: lock.acquireSync(), waits: [lock.acquire(HANG_GUARD), lock.acquire(HANG_GUARD)] };
  })();
  for (let turns = 0; turns < 5; turns++) {
    collectGarbage();
    await turn();
  }
  held.release();
  for (const wait of waits.splice(0)) (await wait).release();
  await assertGivenBack(before);
});
