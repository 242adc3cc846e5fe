/** The last line on standard error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryLine } from '../../../../src/cli/map/summary.ts';

const run = { succeeded: 9_997, failed: 3, skipped: 20, stopped: 2, because: '--halt', seconds: 10 };

test('summaryLine says how items ended, how long it took, and why it is over before its time', () => {
  assert.equal(
    summaryLine(run),
    '9,997 succeeded, 3 failed, 20 done before, 2 stopped in 10 s (1,000/s); ended by --halt',
  );
});

test('summaryLine leaves out what has not been', () => {
  const calm = { ...run, succeeded: 4, failed: 0, skipped: 0, stopped: 0, because: undefined, seconds: 0.25 };
  assert.equal(summaryLine(calm), '4 succeeded in 250 ms');
});
