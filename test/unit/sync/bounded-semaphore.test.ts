/**
 * Permits with owners. What is the same for both kinds of semaphore is tested in semaphore.test.ts; what happens when
 * owners die, in test/conformance/semaphore-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoundedSemaphore } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

test('BoundedSemaphore has as many permits as it is told, and never more', () => {
  const semaphore = new BoundedSemaphore(2);
  assert.deepEqual([semaphore.value, semaphore.capacity], [2, 2]);
  assert.throws(() => semaphore.release(), {
    name: 'RangeError',
    message: /released too many times.*holds 0/,
  });
  assert.deepEqual(semaphore.stats(), { value: 2, waiting: 0, capacity: 2 });
  assert.equal(new BoundedSemaphore().capacity, 1);
});

test('BoundedSemaphore refuses a count that is none', () => {
  for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 31])
    assert.throws(() => new BoundedSemaphore(capacity), RangeError);
  assert.throws(() => new BoundedSemaphore('2' as never), TypeError);
});

test('BoundedSemaphore.release() gives back what this thread took, and not one more', () => {
  const semaphore = new BoundedSemaphore(3);
  for (let taken = 0; taken < 3; taken++) semaphore.acquireSync();
  assert.throws(() => semaphore.release(4), RangeError);
  assert.equal(semaphore.value, 0);
  semaphore.release(2);
  assert.equal(semaphore.value, 2);
  for (const permits of [0, -1, 1.5, Number.NaN]) assert.throws(() => semaphore.release(permits), RangeError);
  assert.equal(semaphore.value, 2);
  semaphore.release();
  assert.throws(() => semaphore.release(), RangeError);
});

test('BoundedSemaphore lets no more than its capacity in at once', async () => {
  const semaphore = new BoundedSemaphore(3);
  let [inside, most] = [0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise(setImmediate);
    inside--;
  };
  await Promise.all(Array.from({ length: 50 }, () => semaphore.use(work, HANG_GUARD)));
  assert.equal(most, 3);
  assert.equal(semaphore.value, 3);
});

test('BoundedSemaphore.named() gives one semaphore to all who ask for the name and the same number', () => {
  const one = BoundedSemaphore.named('desks', 2);
  assert.equal(BoundedSemaphore.named('desks', 2), one);
  assert.equal(BoundedSemaphore.named('desks'), one);
  assert.throws(() => BoundedSemaphore.named('desks', 3), {
    name: 'RangeError',
    message: /"desks" with 3.*has 2/,
  });
  assert.throws(() => BoundedSemaphore.named('desks', 2, { fair: true }), {
    name: 'RangeError',
    message: /fair/,
  });
  assert.throws(() => BoundedSemaphore.named('desks', 0), RangeError);
  assert.throws(() => BoundedSemaphore.named(''), RangeError);
  assert.throws(() => new BoundedSemaphore(1, { name: '' }), RangeError);
});
