/** When a run ends early, in the words of GNU parallel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReached, parseHalt } from '../../../../src/cli/map/halt.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

test('parseHalt reads when, what, and how many or which share', () => {
  assert.equal(parseHalt('never'), undefined);
  assert.deepEqual(parseHalt('now,fail=1'), { when: 'now', what: 'fail', count: 1, isShare: false });
  assert.deepEqual(parseHalt('soon,fail=10%'), { when: 'soon', what: 'fail', count: 10, isShare: true });
  assert.deepEqual(parseHalt('soon,success=3'), { when: 'soon', what: 'success', count: 3, isShare: false });
  assert.deepEqual(parseHalt('now,done=7'), { when: 'now', what: 'done', count: 7, isShare: false });
});

test('parseHalt refuses everything else with the form', () => {
  for (const text of ['', 'now', 'now,fail', 'later,fail=1', 'now,fail=0', 'now,fail=-1', 'now,fail=1.5'])
    assert.throws(() => parseHalt(text), UsageError);
  for (const text of ['now,fail=101%', 'now,fail=0%', 'now,done=10%', 'now,fail=1 ', 'NOW,fail=1'])
    assert.throws(() => parseHalt(text), /such as now,fail=1/);
});

test('A number is reached when so many of the kind have come', () => {
  const tally = { succeeded: 4, failed: 2 };
  const reached = (text: string): boolean => isReached(parseHalt(text)!, tally);
  assert.deepEqual(
    ['fail=2', 'fail=3', 'success=4', 'success=5', 'done=6', 'done=7'].map((text) => reached(`now,${text}`)),
    [true, false, true, false, true, false],
  );
});

test('A share is of those that are done, and says nothing before three of the kind', () => {
  const half = parseHalt('soon,fail=50%')!;
  assert.equal(isReached(half, { succeeded: 0, failed: 2 }), false);
  assert.equal(isReached(half, { succeeded: 3, failed: 3 }), true);
  assert.equal(isReached(half, { succeeded: 4, failed: 3 }), false);
  assert.equal(isReached(parseHalt('soon,success=50%')!, { succeeded: 3, failed: 3 }), true);
});
