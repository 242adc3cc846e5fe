/** How many in a second: over the last two, not over all time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rate } from '../../../../../src/cli/rush/listen/rate.ts';

test('Rate is what came in the last two seconds', () => {
  const rate = new Rate(0);
  assert.equal(rate.perSecond(0, 0), 0);
  assert.equal(rate.perSecond(1000, 500), 500);
  assert.equal(rate.perSecond(2000, 1000), 500);
  assert.equal(rate.perSecond(3000, 1000), 250);
  assert.equal(rate.perSecond(4000, 1000), 0);
  assert.equal(rate.perSecond(60_000, 1000), 0);
});

test('Rate of something that is looked at often is as right', () => {
  const rate = new Rate(0);
  for (let ms = 100; ms < 10_000; ms += 100) rate.perSecond(ms, ms);
  assert.equal(rate.perSecond(10_000, 10_000), 1000);
  assert.equal(rate.perSecond(11_000, 10_000), 500);
});
