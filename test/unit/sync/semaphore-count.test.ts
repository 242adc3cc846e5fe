/** Which numbers are refused as a count, and in which words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkCount, MOST_COUNT } from '../../../src/sync/semaphore-count.ts';

test('A count is a whole number from its least to 2^31 − 1', () => {
  for (const count of [0, 1, 7, MOST_COUNT]) checkCount('count', 'it', count, 0);
  checkCount('count', 'it', 1, 1);
  for (const count of [
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    MOST_COUNT + 1,
  ])
    assert.throws(() => checkCount('count', 'it', count, 0), RangeError);
  assert.throws(() => checkCount('count', 'it', 0, 1), RangeError);
});

test('What is no number is refused as such', () => {
  for (const count of ['1', 1n, null, undefined, {}, [2]])
    assert.throws(() => checkCount('count', 'it', count, 0), TypeError);
});

test('The refusal of a count says what was asked for, and what it was', () => {
  assert.throws(() => checkCount('make a thing', 'its size', -2, 0), {
    message:
      'Cannot make a thing as its size must be a whole number from 0 to 2147483647: current value is -2',
  });
  assert.throws(() => checkCount('make a thing', 'its size', '2', 0), {
    message: 'Cannot make a thing as its size must be a number: current value is 2',
  });
});
