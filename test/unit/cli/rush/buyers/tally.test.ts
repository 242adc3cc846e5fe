/** What buyers were told, counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../../../../src/cli/rush/buyers/tally.ts';

test('Tally counts by what was said', () => {
  const tally = new Tally();
  tally.countSold(2);
  tally.countSold(3);
  for (const reason of ['sold-out', 'bad-seats', 'sold-out'] as const) tally.countRefused(reason);
  tally.countError('no');
  tally.countError('no');
  assert.deepEqual([tally.sold, tally.seats, tally.refused, tally.failed], [2, 5, 3, 2]);
  assert.deepEqual(Object.fromEntries(tally.reasons), { 'sold-out': 2, 'bad-seats': 1 });
});

test('Tally tells the middle, the 99th of 100 and the slowest', () => {
  const tally = new Tally();
  assert.equal(tally.times(), undefined);
  for (let ms = 100; ms > 0; ms--) tally.took(ms);
  assert.deepEqual(tally.times(), { half: 51, most: 100, slowest: 100 });
  const one = new Tally();
  one.took(7);
  assert.deepEqual(one.times(), { half: 7, most: 7, slowest: 7 });
});
