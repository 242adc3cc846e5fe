/** What all connections hold together. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Budget, type Holder } from '../../../../src/net/connection/budget.ts';

interface Own extends Holder {
  heldBytes: number;
  sacrificed: number;
}

/** One that lets go of what it holds when it is ended. */
function holder(budget: Budget): Own & { hold(bytes: number): void } {
  const one = {
    heldBytes: 0,
    sacrificed: 0,
    hold(bytes: number): void {
      const change = bytes - one.heldBytes;
      one.heldBytes = bytes;
      budget.change(one, change, bytes);
    },
    sacrifice(limitBytes: number): void {
      assert.equal(limitBytes, budget.limitBytes);
      one.sacrificed++;
      one.hold(0);
    },
  };
  return one;
}

test('What holders hold is added up, and up to the limit nobody is ended', () => {
  const budget = new Budget(100);
  const [one, two] = [holder(budget), holder(budget)];
  one.hold(60);
  two.hold(40);
  assert.equal(budget.heldBytes, 100);
  one.hold(10);
  two.hold(90);
  assert.equal(budget.heldBytes, 100);
  one.hold(0);
  two.hold(0);
  assert.equal(budget.heldBytes, 0);
  assert.deepEqual([one.sacrificed, two.sacrificed], [0, 0]);
});

test('Beyond the limit the one that holds most is ended, and not the one that came last', () => {
  const budget = new Budget(100);
  const [small, large, last] = [holder(budget), holder(budget), holder(budget)];
  small.hold(30);
  large.hold(60);
  last.hold(20);
  assert.deepEqual([small.sacrificed, large.sacrificed, last.sacrificed], [0, 1, 0]);
  assert.equal(budget.heldBytes, 50);
  last.hold(80);
  assert.deepEqual([small.sacrificed, large.sacrificed, last.sacrificed], [0, 1, 1], 'it holds most itself');
  assert.equal(budget.heldBytes, 30);
});

test('One that holds nothing any more is not ended', () => {
  const budget = new Budget(100);
  const [gone, other] = [holder(budget), holder(budget)];
  gone.hold(100);
  gone.hold(0);
  gone.heldBytes = 1000; // whatever it says: it is not among them
  other.hold(101);
  assert.deepEqual([gone.sacrificed, other.sacrificed], [0, 1]);
});

test('Less is no reason to end anybody, though it is still too much', () => {
  const budget = new Budget(100);
  let ended = 0;
  const stubborn = { heldBytes: 200, sacrifice: () => void ended++ };
  budget.change(stubborn, 200, 200);
  assert.equal(ended, 1);
  stubborn.heldBytes = 150;
  budget.change(stubborn, -50, 150);
  assert.deepEqual([ended, budget.heldBytes], [1, 150]);
});
