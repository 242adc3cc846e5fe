/** The bounds of a queue: absurd ones are refused before anything is made, the rest is rounded up, never down. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Queue, type QueueOptions } from '../../../src/index.ts';
import { UNBOUNDED } from '../../../src/ipc/queue-fields.ts';
import { checkQueueOptions, ringBytesFor } from '../../../src/ipc/queue-options.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { usedBytes } from '../../harness/tree.ts';

endsClean();

const MIB = 2 ** 20;

test('A queue without bounds has 4 MiB, and any number of items', () => {
  assert.deepEqual(checkQueueOptions({}), { capacity: UNBOUNDED, bytes: 4 * MIB, deathLimit: 5 });
  assert.equal(checkQueueOptions({ deathLimit: Number.POSITIVE_INFINITY }).deathLimit, 0);
  assert.equal(new Queue().deathLimit, 5);
  assert.equal(new Queue({ deathLimit: Number.POSITIVE_INFINITY }).deathLimit, Number.POSITIVE_INFINITY);
  assert.equal(new Queue().capacity, Number.POSITIVE_INFINITY);
  assert.equal(new Queue({ capacity: Number.POSITIVE_INFINITY }).capacity, Number.POSITIVE_INFINITY);
  assert.equal(new Queue({ capacity: 7 }).capacity, 7);
  assert.equal(new Queue({ capacity: 2 ** 31 - 1 }).capacity, 2 ** 31 - 1);
});

test('An absurd capacity or size is refused with a sentence that says what and how, and nothing is made', () => {
  const before = usedBytes();
  const numbers = [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, '5', 5n, null, {}, true];
  const absurd: unknown[] = [
    ...[...numbers, 2 ** 31].map((capacity) => ({ capacity })),
    ...[...numbers, 256].map((deathLimit) => ({ deathLimit })),
    ...[...numbers, 2 ** 30 + 1, Number.POSITIVE_INFINITY].map((bytes) => ({ bytes })),
  ];
  for (const options of absurd as QueueOptions[]) {
    const [[name, value]] = Object.entries(options) as [[string, unknown]];
    assert.throws(() => new Queue(options), {
      name: 'RangeError',
      message: new RegExp(
        `^Cannot make a queue as its ${name} must be .*current value is ${String(value)}`.replaceAll(
          '[',
          '\\[',
        ),
      ),
    });
  }
  assert.equal(usedBytes(), before);
});

test('A bad name is refused, and nothing is made', () => {
  const before = usedBytes();
  assert.throws(() => new Queue({ name: '' }), RangeError);
  assert.throws(() => new Queue({ name: 'x'.repeat(64) }), RangeError);
  assert.throws(() => new Queue({ name: 5 as never }), TypeError);
  assert.equal(usedBytes(), before);
});

test('The ring is the next power of two, and not smaller than 256 bytes', () => {
  for (const bytes of [1, 200, 256]) assert.equal(ringBytesFor(bytes), 256);
  for (let power = 9; power <= 30; power++) {
    const size = 2 ** power;
    assert.equal(ringBytesFor(size / 2 + 1), size);
    assert.equal(ringBytesFor(size - 1), size);
    assert.equal(ringBytesFor(size), size);
  }
});
