/**
 * Permits that nobody owns, and in which forms they are waited for. What a semaphore promises between processes and
 * threads: test/conformance/semaphore.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { BoundedSemaphore, Event, Permit, Queue, Semaphore } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

test('Semaphore has one permit if it is not told otherwise, and may have none', () => {
  assert.equal(new Semaphore().value, 1);
  const none = new Semaphore(0);
  assert.equal(none.value, 0);
  assert.equal(none.tryAcquire(), undefined);
});

test('Semaphore refuses a count that is none', () => {
  for (const permits of [-1, 1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])
    assert.throws(() => new Semaphore(permits), RangeError);
  for (const permits of ['1', null, 2n]) assert.throws(() => new Semaphore(permits as never), TypeError);
  assert.equal(new Semaphore(2 ** 31 - 1).value, 2 ** 31 - 1);
});

test('Semaphore is taken as often as it has permits, in every form', async () => {
  const semaphore = new Semaphore(3);
  const permits = [await semaphore.acquire(), semaphore.acquireSync(), semaphore.tryAcquire()];
  assert.ok(permits.every((permit) => permit instanceof Permit));
  assert.equal(semaphore.value, 0);
  assert.equal(semaphore.tryAcquire(), undefined);
  assert.throws(() => semaphore.acquireSync({ timeoutMs: 1 }), timedOut);
  await assert.rejects(semaphore.acquire({ timeoutMs: 1 }), timedOut);
  permits[1]?.release();
  assert.equal(semaphore.value, 1);
});

test('Semaphore.release() is for anybody, also above the first number', async () => {
  const semaphore = new Semaphore(1);
  semaphore.release();
  semaphore.release(3);
  assert.equal(semaphore.value, 5);
});

test('Semaphore.release() beyond 2^31 − 1 is refused, and changes nothing', () => {
  const semaphore = new Semaphore(2 ** 31 - 2);
  assert.throws(() => semaphore.release(2), RangeError);
  assert.equal(semaphore.value, 2 ** 31 - 2);
  semaphore.release();
  assert.throws(() => semaphore.release(), RangeError);
});

test('Semaphore.release() refuses a count that is none, and changes nothing', () => {
  const semaphore = new Semaphore(1);
  for (const permits of [0, -1, 0.5, Number.NaN]) assert.throws(() => semaphore.release(permits), RangeError);
  for (const permits of ['1', null]) assert.throws(() => semaphore.release(permits as never), TypeError);
  assert.equal(semaphore.value, 1);
});

test('Semaphore.release(n) lets n who wait go on, in the order in which they came', async () => {
  const semaphore = new Semaphore(0);
  const order: number[] = [];
  const waits = [0, 1, 2, 3].map((index) => semaphore.acquire(HANG_GUARD).then(() => order.push(index)));
  assert.equal(semaphore.stats().waiting, 1); // one thread
  semaphore.release(3);
  await Promise.all(waits.slice(0, 3));
  await turn();
  assert.deepEqual(order, [0, 1, 2]);
  semaphore.release();
  await Promise.all(waits);
  assert.deepEqual(semaphore.stats(), { value: 0, waiting: 0 });
});

test('Semaphore.use() releases when its function has ended, however it ended', async () => {
  const semaphore = new Semaphore(1);
  assert.equal(await semaphore.use(async (permit) => permit instanceof Permit && semaphore.value), 0);
  assert.equal(semaphore.value, 1);
  const error = new Error('mine');
  const use = semaphore.use(() => {
    throw error;
  });
  await assert.rejects(use, error);
  assert.equal(semaphore.value, 1);
});

test('A wait for a permit that failed has taken none', async () => {
  for (const semaphore of [new Semaphore(1), new BoundedSemaphore(1)]) {
    const permit = semaphore.acquireSync();
    const abort = new AbortController();
    const waits = [semaphore.acquire({ timeoutMs: 1 }), semaphore.acquire({ signal: abort.signal })];
    abort.abort('no longer');
    const ends = await Promise.allSettled(waits);
    assert.ok(ends.every(({ status }) => status === 'rejected'));
    permit.release();
    await turn();
    assert.equal(semaphore.value, 1);
    await assert.rejects(
      semaphore.acquire({ signal: AbortSignal.abort('now') }),
      (reason) => reason === 'now',
    );
    assert.equal(semaphore.value, 1);
  }
});

test('A wait for a permit refuses a bad timeoutMs even when there is one', async () => {
  for (const semaphore of [new Semaphore(1), new BoundedSemaphore(1)]) {
    for (const timeoutMs of [-1, Number.NaN]) {
      assert.throws(() => semaphore.acquireSync({ timeoutMs }), RangeError);
      await assert.rejects(semaphore.acquire({ timeoutMs }), RangeError);
    }
    assert.throws(() => semaphore.acquireSync({ timeoutMs: '1' as never }), TypeError);
    assert.equal(semaphore.value, 1);
  }
});

test('A fair semaphore serves in the order of arrival, and lets nobody in before who waits', async () => {
  for (const semaphore of [new Semaphore(1, { fair: true }), new BoundedSemaphore(1, { fair: true })]) {
    const permit = semaphore.acquireSync();
    const order: number[] = [];
    const waits = [0, 1, 2].map(async (index) => {
      const own = await semaphore.acquire(HANG_GUARD);
      order.push(index);
      own.release();
      assert.equal(index === 2 || semaphore.tryAcquire() === undefined, true);
    });
    permit.release();
    assert.equal(semaphore.tryAcquire(), undefined);
    assert.throws(() => semaphore.acquireSync({ timeoutMs: 0 }), timedOut);
    await assert.rejects(semaphore.acquire({ timeoutMs: 0 }), timedOut);
    await Promise.all(waits);
    assert.deepEqual(order, [0, 1, 2]);
    semaphore.tryAcquire()?.release();
    assert.equal(semaphore.value, 1);
  }
});

test('A wait at a fair semaphore that gives up leaves its place to the next', async () => {
  for (const semaphore of [new Semaphore(1, { fair: true }), new BoundedSemaphore(1, { fair: true })]) {
    const permit = semaphore.acquireSync();
    const abort = new AbortController();
    const gone = [semaphore.acquire({ signal: abort.signal }), semaphore.acquire({ timeoutMs: 1 })];
    const heard = Promise.allSettled(gone);
    const stays = semaphore.acquire(HANG_GUARD);
    abort.abort();
    assert.ok((await heard).every(({ status }) => status === 'rejected'));
    assert.throws(() => semaphore.acquireSync({ timeoutMs: 1 }), timedOut);
    permit.release();
    (await stays).release();
    semaphore.acquireSync({ timeoutMs: 0 }).release();
    await assert.rejects(
      semaphore.acquire({ signal: AbortSignal.abort('now') }),
      (reason) => reason === 'now',
    );
    assert.equal(semaphore.value, 1);
  }
});

test('Semaphore.named() gives one semaphore to all who ask for the name and the same number', () => {
  const one = Semaphore.named('gate', 2);
  assert.equal(Semaphore.named('gate', 2), one);
  assert.equal(Semaphore.named('gate'), one);
  assert.equal(Semaphore.named('other gate').value, 1);
  one.release();
  assert.equal(Semaphore.named('gate', 2).value, 3);
  assert.throws(() => Semaphore.named('gate', 3), {
    name: 'RangeError',
    message: /"gate" with 3.*made with 2/,
  });
  assert.throws(() => Semaphore.named('gate', -1), RangeError);
  assert.throws(() => BoundedSemaphore.named('gate', 2), { name: 'TypeError', message: /semaphore/ });
  assert.throws(() => Event.named('gate'), TypeError);
  assert.equal(Semaphore.named('gate', 2, { fair: false }), one);
  assert.throws(() => Semaphore.named('gate', 2, { fair: true }), { name: 'RangeError', message: /fair/ });
  assert.throws(() => Semaphore.named(''), RangeError);
  assert.throws(() => new Semaphore(1, { name: '' }), RangeError);
});

test('A semaphore that comes home is the very same object', async () => {
  const queue = new Queue();
  for (const semaphore of [new Semaphore(), new BoundedSemaphore()]) {
    await queue.put([semaphore]);
    assert.deepEqual(await queue.get(), [semaphore]);
    queue.putSync(semaphore);
    assert.equal(queue.getSync(), semaphore);
  }
});

test('What is no semaphore has no methods of one', () => {
  const { acquireSync, release } = Semaphore.prototype;
  assert.throws(() => acquireSync.call({} as Semaphore), TypeError);
  assert.throws(() => release.call(new BoundedSemaphore() as never), TypeError);
});

test('A semaphore gives its memory back when nobody has it any more', async () => {
  const before = await restingBytes();
  (() => {
    for (let index = 0; index < 50; index++) {
      new Semaphore(2).acquireSync();
      new BoundedSemaphore(2).acquireSync();
    }
  })();
  await assertGivenBack(before);
});
