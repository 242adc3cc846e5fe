/** Who arrived in which round: an entry counts for the round that it names and no other. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Barrier } from '../../../src/index.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { BARRIER_DATA_BYTES, BarrierTable } from '../../../src/sync/barrier-table.ts';
import { BARRIER_BODY_BYTES } from '../../../src/sync/barrier-words.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const CAUSE = 3;

function made(): BarrierTable {
  const reference = referenceOf(new Barrier(2));
  assert.ok(reference);
  const object = here().objects.open(reference);
  assert.equal(object.dataBytes, BARRIER_DATA_BYTES);
  return new BarrierTable(object, BARRIER_BODY_BYTES);
}

test('Arrivals are counted for each participant and round', () => {
  const table = made();
  table.arrive(4, 1);
  table.arrive(4, 1);
  table.arrive(511, 1);
  assert.deepEqual([table.arrived(4, 1), table.arrived(511, 1), table.arrived(5, 1)], [2, 1, 0]);
  assert.deepEqual([table.arrivedOfAll(1), table.arrivedOfAll(2)], [3, 0]);
  table.arrive(4, 2);
  assert.deepEqual([table.arrived(4, 1), table.arrived(4, 2)], [0, 1]);
  assert.deepEqual([table.arrivedOfAll(1), table.arrivedOfAll(2)], [1, 1]);
});

test('An arrival that is cut short at any store leaves the entry of the round before, or is made', (t) => {
  for (const most of [0, 1, 2]) {
    const table = made();
    table.arrive(4, 1);
    let stores = 0;
    const { store } = Atomics;
    t.mock.method(Atomics, 'store', (...args: Parameters<typeof store>) => {
      if (stores++ === most) throw new Error('killed here');
      return store(...args);
    });
    if (most < 2) assert.throws(() => table.arrive(4, 2), /killed/);
    else table.arrive(4, 2);
    t.mock.restoreAll();
    assert.equal(table.arrived(4, 1) + table.arrived(4, 2), 1, `after ${most} stores`);
    assert.equal(table.arrived(4, 2), most < 2 ? 0 : 1);
  }
});

test('A failure is noted for those who arrived in the round, and for no later one', () => {
  const table = made();
  table.arrive(4, 7);
  table.noteFailed(7, CAUSE);
  table.noteFailed(7, CAUSE);
  assert.equal(table.causeOfFailure(4, 7), CAUSE);
  assert.equal(table.causeOfFailure(5, 7), 0);
  assert.equal(table.causeOfFailure(4, 8), 0);
  table.arrive(4, 8);
  assert.equal(table.causeOfFailure(4, 7), CAUSE);
});

test('The action is known in a round if somebody who arrived in it knows it', () => {
  const table = made();
  table.setKnowsAction(4, true);
  table.arrive(5, 1);
  assert.equal(table.isActionKnown(1), false);
  table.arrive(4, 1);
  assert.equal(table.isActionKnown(1), true);
  assert.equal(table.isActionKnown(2), false);
  table.setKnowsAction(4, false);
  assert.equal(table.isActionKnown(1), false);
});

test('Nothing is left of a participant that is forgotten', () => {
  const table = made();
  table.setKnowsAction(4, true);
  table.arrive(4, 1);
  table.noteFailed(1, CAUSE);
  table.forget(4);
  table.forget(4);
  assert.deepEqual([table.arrived(4, 1), table.causeOfFailure(4, 1)], [0, 0]);
  assert.equal(table.knowsAction(4), false);
  assert.equal(table.arrived(4, 0), 0);
});
