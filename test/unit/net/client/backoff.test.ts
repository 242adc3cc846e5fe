/** Delays between tries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../../src/net/client/backoff.ts';

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.next());
}

test('Delays double from the shortest to the longest, and begin anew after a reset', () => {
  const backoff = new Backoff(50, 500, false);
  assert.deepEqual(delays(backoff, 6), [50, 100, 200, 400, 500, 500]);
  backoff.reset();
  assert.deepEqual(delays(backoff, 2), [50, 100]);
});

test('A delay that was the longest for ever so long is still a number', () => {
  const backoff = new Backoff(1, 2 ** 31 - 1, false);
  assert.ok(delays(backoff, 5000).every((delay) => delay <= 2 ** 31 - 1));
});

test('Jitter spreads delays over all from nothing to their ceiling', () => {
  const backoff = new Backoff(1000, 1000, true);
  const some = delays(backoff, 2000);
  assert.ok(some.every((delay) => delay >= 0 && delay < 1000));
  // That one quarter of the interval is missed by 2,000 even draws happens once in 10^249 runs.
  for (const quarter of [0, 250, 500, 750])
    assert.ok(some.some((delay) => delay >= quarter && delay < quarter + 250));
});

test('A jitter of the user is asked with the ceiling, and held to it', () => {
  const asked: number[] = [];
  const backoff = new Backoff(10, 40, (ceiling) => {
    asked.push(ceiling);
    return ceiling / 2;
  });
  assert.deepEqual(delays(backoff, 4), [5, 10, 20, 20]);
  assert.deepEqual(asked, [10, 20, 40, 40]);
  for (const wrong of [-1, Number.NaN, 11, Number.POSITIVE_INFINITY, '5' as unknown as number])
    assert.throws(() => new Backoff(10, 10, () => wrong).next(), /from 0 to 10: current value is/);
});
