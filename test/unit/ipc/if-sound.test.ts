/** Memory that makes no sense is the trouble of its users only. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { ifSound } from '../../../src/ipc/if-sound.ts';
import { broken } from '../../../src/ipc/record-ring.ts';

test('ifSound() gives what comes of a step, unless the memory makes no sense', () => {
  assert.equal(
    ifSound(() => 3),
    3,
  );
  assert.equal(
    ifSound(() => {
      throw broken('it is so');
    }),
    undefined,
  );
  const error = new Error('another');
  assert.throws(() => ifSound(() => assert.fail(error)), error);
});
