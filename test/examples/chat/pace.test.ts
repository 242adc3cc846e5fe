/** How fast somebody may go on, with a clock that the test turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../examples/chat/pace.ts';

test('So many may come at once, and those behind them evenly', () => {
  const pace = new Pace({ perSecond: 10, burst: 3 });
  const delays = [0, 0, 0, 0, 0].map((nowMs) => pace.delayMs(nowMs));
  assert.deepEqual(delays, [0, 0, 0, 100, 200]);
});

test('Who waits as long as he is told keeps the pace, and a pause gives back a burst, not more', () => {
  const pace = new Pace({ perSecond: 10, burst: 3 });
  let nowMs = 50_000;
  for (let count = 0; count < 103; count++) nowMs += pace.delayMs(nowMs);
  assert.equal(nowMs, 60_000);
  nowMs += 1_000_000;
  assert.deepEqual(
    [nowMs, nowMs, nowMs, nowMs].map((at) => pace.delayMs(at)),
    [0, 0, 0, 100],
  );
});
