/** What a failure tells a program, and that our own broken beliefs are another kind of error. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assert as believe, DuodaoError } from '../../../src/base/errors.ts';

test('DuodaoError carries its code, its facts and its message', () => {
  const error = new DuodaoError('timed-out', 'Taking the lock did not happen', { timeoutMs: 5 });
  assert.ok(error instanceof Error);
  assert.equal(error.code, 'timed-out');
  assert.deepEqual(error.facts, { timeoutMs: 5 });
  assert.equal(error.message, 'Taking the lock did not happen');
});

test('DuodaoError has no facts and no cause when it is given none', () => {
  const error = new DuodaoError('closed', 'It is closed');
  assert.deepEqual(error.facts, {});
  assert.ok(!('cause' in error));
});

test('DuodaoError keeps the cause that it is given, undefined included', () => {
  const cause = new TypeError('inside');
  assert.equal(new DuodaoError('remote', 'x', {}, { cause }).cause, cause);
  assert.ok(Object.hasOwn(new DuodaoError('remote', 'x', {}, { cause: undefined }), 'cause'));
});

test('DuodaoError says its name in text and stack, and the name is not a field of each error', () => {
  const error = new DuodaoError('broken', 'It makes no sense');
  assert.equal(error.name, 'DuodaoError');
  assert.equal(String(error), 'DuodaoError: It makes no sense');
  assert.match(error.stack ?? '', /^DuodaoError: It makes no sense\n.*errors\.test\.ts/);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'facts']);
});

test('assert() lets pass what is true', () => {
  for (const belief of [true, 1, 'x', {}]) believe(belief, 'this holds');
});

test('assert() stops on what is not, with an error that is no DuodaoError', () => {
  for (const belief of [false, 0, '', null, undefined, Number.NaN]) {
    assert.throws(
      () => believe(belief, 'water is dry'),
      (error: unknown) =>
        error instanceof Error &&
        !(error instanceof DuodaoError) &&
        /^Broken belief: water is dry\b/.test(error.message),
    );
  }
});
