/** What a barrier refuses to be made of, and how it says why it is broken. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type BarrierCause, DuodaoError } from '../../../src/index.ts';
import { brokenBarrier, checkBarrier, codeOfCause } from '../../../src/sync/barrier-options.ts';

const CAUSES: readonly BarrierCause[] = [
  'timed-out',
  'aborted',
  'died',
  'abort',
  'reset',
  'action-failed',
  'no-action',
];

test('A barrier is refused for what is no number of parties, no time and no action', () => {
  checkBarrier(1, {});
  checkBarrier(2 ** 31 - 1, { timeoutMs: 0, action: () => undefined });
  for (const parties of [0, -1, 1.5, Number.NaN, 2 ** 31])
    assert.throws(() => checkBarrier(parties, {}), RangeError);
  assert.throws(() => checkBarrier('2', {}), TypeError);
  for (const timeoutMs of [-1, Number.NaN]) assert.throws(() => checkBarrier(1, { timeoutMs }), RangeError);
  assert.throws(() => checkBarrier(1, { timeoutMs: '1' as never }), TypeError);
  assert.throws(() => checkBarrier(1, { action: 'work' as never }), TypeError);
});

test('Each cause has a number of its own above 0, and an error that names it', () => {
  const codes = CAUSES.map(codeOfCause);
  assert.equal(new Set(codes).size, CAUSES.length);
  for (const [index, code] of codes.entries()) {
    assert.ok(code > 0);
    const error = brokenBarrier(code);
    assert.ok(error instanceof DuodaoError);
    assert.equal(error.code, 'broken');
    assert.deepEqual(error.facts, { cause: CAUSES[index] });
  }
  assert.deepEqual(brokenBarrier(99).facts, { cause: 'unknown' });
});
