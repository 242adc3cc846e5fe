/** What a server tells of itself. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { AT, COUNTS, newRow, type Row } from '../../../../src/net/connection/tally.ts';
import { statsOf } from '../../../../src/net/server/stats.ts';

function row(accepted: number, active: number): Row {
  const one = newRow();
  one[AT.accepted] = accepted;
  one[AT.active] = active;
  return one;
}

test('Stats are the sum of all rows, and tell of each worker what its own row says', () => {
  const workers = [
    { pid: 10, thread: 0 },
    { pid: 11, thread: 3 },
  ];
  const past = row(100, 0);
  past[AT.failed] = 2;
  const stats = statsOf([row(5, 2), row(7, 3), past], workers, 4);
  assert.deepEqual(
    [stats.accepted, stats.active, stats.closed, stats.failed, stats.replaced],
    [112, 5, 107, 2, 4],
  );
  assert.deepEqual(stats.workers, [
    { pid: 10, thread: 0, active: 2, accepted: 5 },
    { pid: 11, thread: 3, active: 3, accepted: 7 },
  ]);
  assert.deepEqual(Object.keys(stats).sort(), [...COUNTS, 'closed', 'replaced', 'workers'].sort());
});

test('A worker without a row has done nothing', () => {
  assert.deepEqual(statsOf([], [{ pid: 1, thread: 0 }], 0).workers, [
    { pid: 1, thread: 0, active: 0, accepted: 0 },
  ]);
});
