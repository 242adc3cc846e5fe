/** How a thread ended is told from its exit code, from the force that was used, and from what it answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitOfThread, isOutOfMemory, noAnswer } from '../../../../src/process/thread/thread-end.ts';

const KILLED = { how: 'killed', signal: 'SIGKILL' } as const;

test('A thread that nobody ended by force exited with its code, whatever it answered', () => {
  for (const outcome of ['none', 'value', 'error'] as const) {
    for (const code of [0, 1, 7])
      assert.deepEqual(exitOfThread({ code, isForced: false, isTooLarge: false, outcome }), {
        how: 'exited',
        code,
      });
  }
});

test('A thread that was ended by force is killed, unless it was faster', () => {
  const forced = (code: number, outcome: 'none' | 'value' | 'error'): unknown =>
    exitOfThread({ code, isForced: true, isTooLarge: false, outcome });
  assert.deepEqual(forced(1, 'none'), KILLED);
  assert.deepEqual(forced(0, 'none'), KILLED); // before it had begun
  assert.deepEqual(forced(1, 'value'), KILLED); // it lived on after its answer
  assert.deepEqual(forced(0, 'value'), { how: 'exited', code: 0 });
  assert.deepEqual(forced(1, 'error'), { how: 'exited', code: 1 });
  assert.deepEqual(forced(7, 'none'), { how: 'exited', code: 7 });
});

test('A thread whose heap came to its limit is killed for that reason, whoever else ended it', () => {
  const tooLarge = { ...KILLED, reason: 'memory-limit' } as const;
  for (const isForced of [true, false]) {
    for (const code of [0, 1])
      assert.deepEqual(exitOfThread({ code, isForced, isTooLarge: true, outcome: 'error' }), tooLarge);
  }
  const failure = Object.assign(new Error('no heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
  assert.deepEqual([failure, new Error('other'), undefined].map(isOutOfMemory), [true, false, false]);
  const error = noAnswer('seller', 3, tooLarge, failure);
  assert.match(error.message, /^seller ended without an answer: .* heap .* limit: .* memory\.hardBytes$/);
  assert.deepEqual([error.facts['exitCode'], error.cause], [-9, failure]);
});

test('noAnswer() says how the thread ended, with what is known as facts and as the cause', () => {
  const reason = new Error('no room');
  const killed = noAnswer('seller', 3, { how: 'killed', signal: 'SIGKILL' }, undefined);
  assert.equal(killed.message, 'seller ended without an answer: it was ended by force');
  assert.deepEqual([killed.code, killed.facts], ['exited', { name: 'seller', tid: 3, exitCode: -9 }]);
  assert.ok(!('cause' in killed));
  const failed = noAnswer('seller', 3, { how: 'exited', code: 1 }, reason);
  assert.equal(failed.message, 'seller ended without an answer: it exited with code 1');
  assert.equal(failed.cause, reason);
  const idle = noAnswer('seller', undefined, { how: 'not-started', reason }, undefined);
  assert.equal(idle.message, 'seller ended without an answer: it did not start: no room');
  assert.deepEqual([idle.facts, idle.cause], [{ name: 'seller' }, reason]);
});
