/** The numbers of the line about a run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, Pace, standingLine } from '../../../../src/cli/map/pace.ts';

test('Pace is that of the last ten seconds, so that a run that stands still says so', () => {
  const pace = new Pace(0);
  let done = 0;
  for (let ms = 100; ms <= 20_000; ms += 100) pace.note((done += 10), ms);
  assert.ok(Math.abs(pace.rate(done, 20_000) - 100) < 2);
  for (let ms = 20_100; ms <= 31_000; ms += 100) pace.note(done, ms);
  assert.equal(pace.rate(done, 31_000), 0);
});

test('Pace has no rate at its first moment', () => {
  assert.equal(new Pace(5).rate(3, 5), 0);
});

test('standingLine says how many of how many, how fast, how long still, and how many have failed', () => {
  const line = standingLine({ done: 12_000, failed: 3, total: 20_000, rate: 4000 });
  assert.equal(line, '12,000/20,000 (60 %), 4,000/s, 2 s left, 3 failed');
});

test('standingLine promises nothing where the total is not known, or nothing moves', () => {
  assert.equal(standingLine({ done: 12, failed: 0, total: undefined, rate: 2.25 }), '12 done, 2.3/s');
  assert.equal(standingLine({ done: 0, failed: 0, total: 3, rate: 0 }), '0/3 (0 %)');
  assert.equal(standingLine({ done: 3, failed: 0, total: 3, rate: 5 }), '3/3 (100 %), 5.0/s');
  assert.equal(standingLine({ done: 0, failed: 0, total: 0, rate: 0 }), '0/0 (100 %)');
});

test('durationText speaks in seconds, minutes and hours', () => {
  const texts = [0.2, 59.5, 200, 3599.5, 7500].map((seconds) => durationText(seconds));
  assert.deepEqual(texts, ['1 s', '1 min 00 s', '3 min 20 s', '1 h 00 min', '2 h 05 min']);
});
