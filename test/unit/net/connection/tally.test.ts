/** Rows of counts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AT,
  COUNTS,
  newRow,
  ROW_LENGTH,
  SERVING,
  sumOf,
  TAKEN,
} from '../../../../src/net/connection/tally.ts';

test('Each count has a place of its own in a row, and so has the mark of who serves', () => {
  const places = [...COUNTS.map((name) => AT[name]), SERVING, TAKEN];
  assert.deepEqual(places, [...places.keys()]);
  assert.equal(newRow().length, ROW_LENGTH);
  assert.equal(places.length, ROW_LENGTH);
  assert.ok(newRow().every((count) => count === 0));
});

test('Rows are added up count by count, wherever they lie', () => {
  const shared = new Float64Array(new SharedArrayBuffer(3 * ROW_LENGTH * 8));
  const rows = [0, 1, 2].map((seat) => shared.subarray(seat * ROW_LENGTH, (seat + 1) * ROW_LENGTH));
  for (const [seat, row] of rows.entries()) {
    for (const name of COUNTS) row[AT[name]] = (AT[name] + 1) * 10 ** seat;
    row[SERVING] = 1;
  }
  const sum = sumOf(rows);
  assert.deepEqual(sum, Object.fromEntries(COUNTS.map((name, place) => [name, (place + 1) * 111])));
});

test('No rows are nothing of each', () => {
  assert.deepEqual(sumOf([]), Object.fromEntries(COUNTS.map((name) => [name, 0])));
});
