/** How a process ended, in one number and in words. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { describeExit, exitCodeOf } from '../../../src/process/exit.ts';

test('exitCodeOf() is N for an exit code, −N for a signal, 1 where nothing was started', () => {
  for (const code of [0, 1, 3, 255]) assert.equal(exitCodeOf({ how: 'exited', code }), code);
  for (const [signal, number] of Object.entries(constants.signals))
    assert.equal(exitCodeOf({ how: 'killed', signal: signal as NodeJS.Signals }), -number);
  assert.equal(exitCodeOf({ how: 'not-started', reason: new Error('no such file') }), 1);
});

test('describeExit() names the code, the signal, or the reason', () => {
  assert.equal(describeExit({ how: 'exited', code: 3 }), 'it exited with code 3');
  assert.equal(describeExit({ how: 'killed', signal: 'SIGKILL' }), 'it was killed by SIGKILL');
  assert.match(describeExit({ how: 'not-started', reason: new Error('spawn ENOENT') }), /spawn ENOENT/);
});
