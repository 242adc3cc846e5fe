/**
 * A condition gives its lock up while one waits, and has it again afterwards, however the wait ends. Between processes:
 * test/conformance/condition.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Condition, type DuodaoError, Lock, Queue, RLock, Value } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes, until } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };
const LOCKS = [
  { of: 'Lock', make: () => new Lock() },
  { of: 'RLock', make: () => new RLock() },
  { of: 'fair Lock', make: () => new Lock({ fair: true }) },
  { of: 'fair RLock', make: () => new RLock({ fair: true }) },
  { of: "value's lock", make: () => new Value('i32', 0).lock },
] as const;

test('Condition has an RLock of its own unless it is given a lock', () => {
  assert.ok(new Condition().lock instanceof RLock);
  const lock = new Lock();
  assert.equal(new Condition(lock).lock, lock);
  for (const odd of [{}, new Queue(), 3, 'lock'])
    assert.throws(() => new Condition(odd as never), {
      name: 'TypeError',
      message: /must be a Lock or an RLock/,
    });
});

for (const { of, make } of LOCKS) {
  test(`Condition.wait() frees its ${of} until it is notified, and holds it again then`, async () => {
    const lock = make();
    const condition = new Condition(lock);
    const held = await lock.acquire();
    const waiting = condition.wait(held);
    assert.equal(lock.isLocked, false);
    assert.deepEqual(condition.stats(), { waiting: 1 });
    const other = await condition.acquire();
    assert.equal(condition.notify(), 1);
    await turn();
    assert.deepEqual(condition.stats(), { waiting: 0 });
    other.release();
    assert.equal(await waiting, undefined);
    assert.equal(lock.isLocked, true);
    assert.equal(lock.tryAcquire(), undefined);
    held.release();
    assert.equal(lock.isLocked, false);
  });

  test(`A wait for a condition that is out of time holds the ${of} again, and takes no notification`, async () => {
    const lock = make();
    const condition = new Condition(lock);
    const held = await lock.acquire();
    await assert.rejects(condition.wait(held, { timeoutMs: 5 }), timedOut);
    await assert.rejects(condition.wait({ timeoutMs: 0 }), timedOut);
    assert.throws(() => condition.waitSync(held, { timeoutMs: 5 }), timedOut);
    assert.throws(() => condition.waitSync({ timeoutMs: 0 }), timedOut);
    assert.equal(lock.isLocked, true);
    assert.equal(condition.notifyAll(), 0);
    held.release();
    assert.equal(lock.isLocked, false);
  });
}

test('Condition.wait() keeps how often an RLock was taken', async () => {
  const condition = new Condition();
  const lock = condition.lock as RLock;
  const outer = await condition.acquire();
  const inner = await condition.acquire({ within: outer });
  const waiting = condition.wait(inner);
  await condition.use(() => {
    assert.equal(lock.depth, 1);
    condition.notify();
  });
  await waiting;
  assert.equal(lock.depth, 2);
  outer.release();
  assert.equal(lock.isLocked, true);
  inner.release();
  assert.equal(lock.isLocked, false);
});

test('Condition refuses whoever does not hold its lock', async () => {
  const condition = new Condition(new Lock());
  const held = await condition.acquire();
  const stranger = await new Lock().acquire();
  held.release();
  for (const odd of [undefined, held, stranger]) {
    const call = (): Promise<void> => (odd ? condition.wait(odd) : condition.wait());
    await assert.rejects(call, { name: 'TypeError', message: /does not hold its lock: take it first/ });
    assert.throws(() => (odd ? condition.waitSync(odd) : condition.waitSync()), TypeError);
  }
  assert.throws(() => condition.notify(), TypeError);
  assert.throws(() => condition.notifyAll(), TypeError);
  await assert.rejects(
    condition.waitFor(() => true),
    TypeError,
  );
  assert.throws(() => condition.waitForSync(() => true), TypeError);
  const again = await condition.acquire();
  await assert.rejects(condition.wait(stranger), {
    name: 'TypeError',
    message: /by a Held that does not hold/,
  });
  assert.equal(condition.lock.isLocked, true);
  again.release();
  stranger.release();
});

test('Condition refuses absurd numbers and limits, and nothing has changed then', async () => {
  const condition = new Condition();
  const held = await condition.acquire();
  for (const n of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => condition.notify(n), RangeError);
  for (const n of ['1', null, {}]) assert.throws(() => condition.notify(n as never), TypeError);
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(condition.wait({ timeoutMs }), RangeError);
    assert.throws(() => condition.waitSync({ timeoutMs }), RangeError);
    await assert.rejects(
      condition.waitFor(() => true, { timeoutMs }),
      RangeError,
    );
    assert.throws(() => condition.waitForSync(() => true, { timeoutMs }), RangeError);
  }
  await assert.rejects(condition.wait({ signal: AbortSignal.abort(new Error('enough')) }), {
    message: 'enough',
  });
  assert.deepEqual([condition.lock.isLocked, condition.stats()], [true, { waiting: 0 }]);
  held.release();
});

test('Condition.notify() lets the waits of a thread go on in their order, and as many as it says', async () => {
  const condition = new Condition();
  const order: number[] = [];
  const waits = [0, 1, 2, 3, 4].map((index) =>
    condition.use(async (held) => {
      await condition.wait(held, HANG_GUARD);
      order.push(index);
    }),
  );
  await until('all wait', () => condition.stats().waiting === 5);
  assert.equal(await condition.use(() => condition.notify(2)), 2);
  await Promise.all(waits.slice(0, 2));
  assert.deepEqual([order, condition.stats().waiting], [[0, 1], 3]);
  assert.equal(await condition.use(() => condition.notify(100)), 3);
  await Promise.all(waits);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('An aborted wait holds the lock again, and leaves its notification to the next', async () => {
  const condition = new Condition();
  const abort = new AbortController();
  const first = condition.use(async (held) => {
    await assert.rejects(condition.wait(held, { signal: abort.signal }), { message: 'enough' });
    assert.equal(condition.lock.isLocked, true);
  });
  const second = condition.use((held) => condition.wait(held, HANG_GUARD));
  await until('both wait', () => condition.stats().waiting === 2);
  abort.abort(new Error('enough'));
  await first;
  assert.equal(await condition.use(() => condition.notify()), 1);
  await second;
});

test('Condition.waitFor() looks at once, and after each notification, and gives what it found', async () => {
  const condition = new Condition();
  assert.equal(await condition.use(() => condition.waitFor(() => 'there')), 'there');
  let looks = 0;
  const found = condition.use((held) =>
    condition.waitFor(held, async () => (++looks === 3 ? { looks } : undefined), HANG_GUARD),
  );
  for (let round = 0; round < 2; round++) {
    await until('it waits', () => condition.stats().waiting === 1);
    await condition.use(() => condition.notify());
  }
  assert.deepEqual(await found, { looks: 3 });
  const held = condition.acquireSync();
  assert.equal(
    condition.waitForSync(() => 7),
    7,
  );
  assert.throws(() => condition.waitForSync(held, () => false, { timeoutMs: 5 }), timedOut);
  await assert.rejects(
    condition.waitFor(() => 0, { timeoutMs: 5 }),
    timedOut,
  );
  await assert.rejects(
    condition.waitFor(() => {
      throw new Error('no idea');
    }),
    { message: 'no idea' },
  );
  assert.equal(condition.lock.isLocked, true);
  held.release();
});

test('A wait whose lock can never be had again says so, and does not pretend to hold it', async () => {
  const condition = new Condition(new Lock({ name: 'inner' }));
  const outer = new Lock({ name: 'outer' });
  const first = await outer.acquire();
  const held = await condition.acquire({ within: first });
  const waiting = condition.wait(held);
  const other = await condition.acquire();
  const stuck = outer.acquire({ within: other });
  condition.notify();
  await assert.rejects(
    waiting,
    (error: DuodaoError) => error.code === 'deadlock' && error.facts['parties'] === 2,
  );
  held.release(); // holds nothing any more, so it frees nothing
  assert.equal(condition.lock.isLocked, true);
  first.release();
  (await stuck).release();
  other.release();
  assert.equal(condition.lock.isLocked, false);
});

test('Condition.named() gives one condition with one lock', () => {
  const condition = Condition.named('changed');
  assert.equal(Condition.named('changed'), condition);
  assert.equal(Condition.named('changed').lock, condition.lock);
  assert.throws(() => Lock.named('changed'), TypeError);
});

test('Condition that comes home is the very same object, and takes its lock along as long as it lives', async () => {
  const before = await restingBytes();
  const travel = async (): Promise<void> => {
    const queue = new Queue<Condition>();
    const condition = new Condition(undefined, { name: 'travels' });
    await queue.put(condition);
    assert.equal(await queue.get(), condition);
    await condition.use(() => condition.notifyAll());
  };
  await travel();
  await assertGivenBack(before);
});
