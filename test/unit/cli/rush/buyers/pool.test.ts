/** The orders of the buyers: each with one at a time, back when its connection breaks, done when answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderPool } from '../../../../../src/cli/rush/buyers/pool.ts';
import { order } from '../listen/counter-jobs.ts';

test('OrderPool gives each order once, and those that come back first', () => {
  const pool = new OrderPool([order(1), order(2), order(3)]);
  const first = pool.take()!;
  pool.giveBack([first]);
  assert.deepEqual([pool.take()?.id, pool.take()?.id, pool.take()?.id, pool.take()], [1, 2, 3, undefined]);
  assert.deepEqual([pool.askedAgain, pool.done, pool.size, pool.isOver], [1, 0, 3, false]);
});

test('OrderPool tells who has nothing to do of what comes back, and of the end', () => {
  const pool = new OrderPool([order(1)]);
  const [one] = [pool.take()!];
  const heard: string[] = [];
  const leave = pool.onNews(() => heard.push(pool.isOver ? 'over' : 'news'));
  pool.giveBack([]);
  pool.giveBack([one]);
  pool.take();
  pool.answered();
  leave();
  pool.stop();
  assert.deepEqual(heard, ['news', 'over']);
});

test('OrderPool that is stopped gives nothing more', () => {
  const pool = new OrderPool([order(1), order(2)]);
  pool.stop();
  assert.deepEqual([pool.take(), pool.isOver], [undefined, true]);
  assert.equal(new OrderPool([]).isOver, true);
});
