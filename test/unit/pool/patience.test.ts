/** How long to look is learned from what came: tried here on sequences of gaps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Patience } from '../../../src/pool/patience.ts';

test('Who finds things by looking looks for about twice as long as they took, a tenth of a ms at least', () => {
  const patience = new Patience();
  patience.learn(0.4, false);
  assert.equal(patience.ms, 0.8);
  for (let times = 0; times < 200; times++) patience.learn(0.001, false);
  assert.equal(patience.ms, 0.1);
});

test('Who slept and was woken soon looks for longer the next time', () => {
  const patience = new Patience();
  patience.learn(0.16, true);
  assert.equal(patience.ms, 0.32);
  patience.learn(0.15, false);
  assert.ok(patience.ms >= 0.3);
  patience.learn(0.9, true);
  assert.equal(patience.ms, 1, 'a millisecond at most');
});

test('Who looks for longer in vain gives that up for a while, for longer each time, until it helps', () => {
  const patience = new Patience();
  const restOf = (): number => {
    patience.learn(0.16, true);
    patience.learn(0.5, true); // in vain
    let count = 0;
    for (; patience.ms < 0.1; count++) patience.learn(0.06, true);
    return count;
  };
  assert.deepEqual([restOf(), restOf(), restOf()], [8, 16, 32]);
  patience.learn(0.05, false);
  assert.equal(restOf(), 8);
});

test('What takes a millisecond and more is not looked for', () => {
  const patience = new Patience();
  patience.learn(20, true);
  assert.ok(patience.ms < 0.1);
});
