/** How waits are told to end early: what is a good limit, and what a wait that reached it says. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError } from '../../../src/base/errors.ts';
import { deadlineOf, timedOut, type WaitSync } from '../../../src/base/wait.ts';

const NONE = Number.POSITIVE_INFINITY;

test('deadlineOf() gives no deadline when there is no limit', () => {
  assert.equal(deadlineOf(undefined), NONE);
  assert.equal(deadlineOf({}), NONE);
  assert.equal(deadlineOf({ timeoutMs: undefined }), NONE);
  assert.equal(deadlineOf({ timeoutMs: NONE }), NONE);
});

test('deadlineOf() gives the moment that is so many milliseconds from now', () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: 1e12, noNaN: true }), (timeoutMs) => {
      const before = performance.now();
      const deadline = deadlineOf({ timeoutMs });
      assert.ok(deadline >= before + timeoutMs && deadline <= performance.now() + timeoutMs);
    }),
  );
});

test('deadlineOf() gives a moment that is over when the limit is 0', () => {
  assert.equal(deadlineOf({ timeoutMs: 0 }), 0);
  assert.equal(deadlineOf({ timeoutMs: -0 }), 0);
});

test('deadlineOf() refuses a negative limit and NaN', () => {
  for (const timeoutMs of [-1, -5e-324, Number.NEGATIVE_INFINITY, Number.NaN]) {
    assert.throws(
      () => deadlineOf({ timeoutMs }),
      (error: unknown) =>
        error instanceof RangeError &&
        /^Cannot wait as timeoutMs must be .*: current value is /.test(error.message) &&
        error.message.endsWith(` ${timeoutMs}`),
    );
  }
});

test('deadlineOf() refuses a limit that is no number', () => {
  for (const timeoutMs of ['5', null, 5n, {}, Symbol('now'), new Date()]) {
    assert.throws(() => deadlineOf({ timeoutMs } as unknown as WaitSync), {
      name: 'TypeError',
      message: /^Cannot wait as timeoutMs must be a number/,
    });
  }
});

test('timedOut() is a failure that says what did not happen, and after how long', () => {
  const error = timedOut('Taking the lock', { timeoutMs: 20 });
  assert.ok(error instanceof DuodaoError);
  assert.equal(error.code, 'timed-out');
  assert.deepEqual(error.facts, { timeoutMs: 20 });
  assert.match(error.message, /^Taking the lock .*20 ms$/);
});
