/** How a process ended, in one number and in words. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { describeExit, exitCodeOf, exitOfWords, exitWords } from '../../../../src/process/record/exit.ts';

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

test('exitOfWords() tells onlookers what exitWords() put into two words', () => {
  assert.deepEqual(exitOfWords(...exitWords({ how: 'exited', code: 3 })), { how: 'exited', code: 3 });
  const killed = { how: 'killed', signal: 'SIGSEGV' } as const;
  assert.deepEqual(exitOfWords(...exitWords(killed)), killed);
  const words = exitWords({ how: 'not-started', reason: new Error('no such file') });
  assert.deepEqual(exitOfWords(...words), { how: 'not-started' });
});

test('exitOfWords() takes any words', () => {
  assert.equal(exitOfWords(0, 0), null);
  assert.equal(exitOfWords(0xffffffff, -1), null);
  assert.deepEqual(exitOfWords(2, 999), { how: 'killed', signal: 'signal 999' });
});
