/** What the exit code says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf, RUN_FAILED } from '../../../../src/cli/map/exit-code.ts';

const fine = { failed: 0, isEnough: false, signal: undefined, failure: undefined };

test('The exit code counts the items that have failed, up to 101', () => {
  const codes = [0, 1, 100, 101, 5000].map((failed) => exitCodeOf({ ...fine, failed }));
  assert.deepEqual(codes, [0, 1, 100, 101, 101]);
});

test('The exit code is 0 when there were as many successes as there were to be', () => {
  assert.equal(exitCodeOf({ ...fine, failed: 3, isEnough: true }), 0);
});

test('A signal and a failure of the run come before what the items say', () => {
  const failure = new Error('the disk is full');
  assert.equal(exitCodeOf({ ...fine, failed: 3, failure }), RUN_FAILED);
  assert.equal(exitCodeOf({ ...fine, failed: 3, failure, signal: 'SIGINT' }), 130);
  assert.equal(exitCodeOf({ ...fine, signal: 'SIGTERM' }), 143);
});
