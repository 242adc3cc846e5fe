/** How long an item may run, also as a share of what items take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitNow, Median, parseTimeLimit } from '../../../../src/cli/map/time-limit.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { seededRandom } from '../../../../src/cli/random.ts';

test('parseTimeLimit reads times with units, seconds without, and shares', () => {
  const ms = { '500ms': 500, '2s': 2000, '2': 2000, '0.5': 500, '1.5m': 90_000, '1h': 3_600_000 };
  for (const [text, expected] of Object.entries(ms)) assert.deepEqual(parseTimeLimit(text), { ms: expected });
  assert.deepEqual(parseTimeLimit('200%'), { percent: 200 });
});

test('parseTimeLimit refuses what is no time, or longer than a timer holds', () => {
  for (const text of ['', '0', '0%', '-1', '2 s', '2d', '1e3', 's', '0.1ms', '1000h', '%'])
    assert.throws(() => parseTimeLimit(text), UsageError, text);
});

test('Median is the middle one to 2 %, of any order', () => {
  const random = seededRandom(7);
  const median = new Median();
  const seen: number[] = [];
  for (let index = 0; index < 2001; index++) {
    const ms = 10 ** (random() * 6 - 2);
    seen.push(ms);
    median.add(ms);
    if (index < 2 || index % 100 !== 0) continue;
    const middle = seen.toSorted((a, b) => a - b)[Math.floor((seen.length - 1) / 2)]!;
    assert.ok(Math.abs(median.value! / middle - 1) < 0.021, `${median.value} is not ${middle}`);
  }
});

test('Median takes what took no time, and what took days', () => {
  const median = new Median();
  for (const ms of [0, 1e12, 0]) median.add(ms);
  assert.equal(median.value, 0.001);
});

test('A share is no limit before three have been seen, and never one that a busy machine breaks', () => {
  const median = new Median();
  const limit = parseTimeLimit('200%');
  for (const expected of [undefined, undefined]) {
    median.add(1000);
    assert.equal(limitNow(limit, median), expected);
  }
  median.add(1000);
  assert.ok(Math.abs(limitNow(limit, median)! - 2000) < 50);
  const short = new Median();
  for (let count = 0; count < 3; count++) short.add(0.01);
  assert.equal(limitNow(limit, short), 50);
  assert.equal(limitNow({ ms: 7 }, short), 7);
});
