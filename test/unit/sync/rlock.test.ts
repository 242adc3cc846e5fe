/**
 * A lock that its holder may take again: which holder that is, for how long it holds, and that nobody else gets in.
 * What all locks have in common: lock-options.test.ts; between processes: test/conformance/lock-forms.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Held, Lock, Queue, RLock } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

test('RLock is taken again by the thread that blocks for it, and free after as many releases, in any order', () => {
  const lock = new RLock();
  const helds = [lock.acquireSync(), lock.acquireSync({ timeoutMs: 0 }), lock.tryAcquire()] as Held[];
  assert.equal(lock.depth, 3);
  for (const index of [1, 0, 2]) {
    assert.equal(lock.isLocked, true);
    helds[index]?.release();
    helds[index]?.release(); // once is enough
  }
  assert.deepEqual([lock.isLocked, lock.depth], [false, 0]);
  assert.deepEqual(lock.stats(), { acquired: 1, contended: 0, ownerDeaths: 0, waiting: 0 });
});

test('RLock is taken again by the task that says within what, and by no other', async () => {
  const lock = new RLock();
  const outer = await lock.acquire();
  const inner = await lock.acquire({ within: outer });
  const innermost = await lock.acquire({ within: inner, timeoutMs: 0 });
  assert.equal(lock.depth, 3);
  await assert.rejects(lock.acquire({ timeoutMs: 0 }), timedOut);
  assert.throws(() => lock.acquireSync({ timeoutMs: 0 }), timedOut);
  assert.equal(lock.tryAcquire(), undefined);
  outer.release();
  innermost.release();
  await assert.rejects(lock.acquire({ timeoutMs: 0 }), timedOut);
  inner.release();
  assert.equal(lock.isLocked, false);
});

test('RLock is taken within another lock by the same strand', async () => {
  const [outer, inner] = [new Lock(), new RLock()];
  const held = await outer.acquire();
  const first = await inner.acquire({ within: held });
  const again = await inner.acquire({ within: held });
  assert.equal(inner.depth, 2);
  const blocking = inner.acquireSync({ within: first });
  assert.equal(inner.depth, 3);
  for (const one of [first, again, blocking, held]) one.release();
  assert.deepEqual([inner.isLocked, outer.isLocked], [false, false]);
});

test('RLock is never waited for behind others by whoever has it', async () => {
  const lock = new RLock();
  const held = await lock.acquire();
  const other = lock.acquire(HANG_GUARD);
  await turn();
  const again = await lock.acquire({ within: held, ...HANG_GUARD });
  again.release();
  held.release();
  (await other).release();
  assert.equal(lock.isLocked, false);
});

test('RLock.use() nests, and keeps other tasks out until the outermost has ended', async () => {
  const lock = new RLock();
  let inside = 0;
  const task = (): Promise<void> =>
    lock.use(async (held) => {
      assert.equal(++inside, 1);
      await lock.use(() => turn(), { within: held });
      await lock.use(() => turn(), { within: held });
      inside--;
    });
  await Promise.all(Array.from({ length: 20 }, task));
  assert.equal(lock.isLocked, false);
});

test('RLock refuses a bad wait even where it is held already, and an aborted signal wins', async () => {
  const lock = new RLock();
  const held = await lock.acquire();
  await assert.rejects(lock.acquire({ within: held, timeoutMs: -1 }), RangeError);
  await assert.rejects(lock.acquire({ within: held, timeoutMs: Number.NaN }), RangeError);
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(lock.acquire({ within: held, signal }), { message: 'enough' });
  assert.throws(() => lock.acquireSync({ within: held, timeoutMs: -1 }), RangeError);
  assert.equal(lock.depth, 1);
  held.release();
});

test('RLock.named() gives one lock, which is no Lock of that name', () => {
  const lock = RLock.named('nests');
  assert.equal(RLock.named('nests'), lock);
  const held = lock.acquireSync();
  assert.equal(RLock.named('nests').holder?.pid, process.pid);
  held.release();
  assert.equal(lock.holder, undefined);
  assert.throws(() => Lock.named('nests'), { name: 'TypeError', message: /reentrant lock/ });
  assert.throws(() => RLock.named(''), RangeError);
});

test('RLock that comes home is the very same object, and gives its memory back in the end', async () => {
  const before = await restingBytes();
  const make = async (): Promise<void> => {
    const queue = new Queue<RLock>();
    const lock = new RLock({ fair: true });
    await queue.put(lock);
    assert.equal(await queue.get(), lock);
    // What is held keeps the count of how often.
    (await lock.acquire()).release();
  };
  await make();
  await assertGivenBack(before);
});

test('RLock that is held is known to its thread, also if nobody has its face', async () => {
  const queue = new Queue<RLock>();
  const take = async (): Promise<Held> => {
    const lock = new RLock();
    await queue.put(lock);
    return lock.acquireSync();
  };
  const held = await take();
  for (let times = 0; times < 3; times++) {
    collectGarbage();
    await turn();
  }
  const lock = await queue.get();
  lock.acquireSync(HANG_GUARD).release();
  assert.equal(lock.depth, 1);
  held.release();
  assert.equal(lock.isLocked, false);
});
