/** Time limits of many connections with one timer. */
import assert from 'node:assert/strict';
import { after, beforeEach, mock, test } from 'node:test';
import { unwatch, watch, type Watched } from '../../../../src/net/connection/watch.ts';

const { timers } = mock;
let clock = 1_000_000;
mock.method(performance, 'now', () => clock);
timers.enable({ apis: ['setTimeout'] });
after(() => mock.reset());

function pass(ms: number): void {
  for (let at = 0; at < ms; at++) {
    clock++;
    timers.tick(1);
  }
}

const watching = new Set<Watched>();
beforeEach(() => {
  for (const one of watching) unwatch(one);
  watching.clear();
});

function watched(shortestLimitMs: number, onCheck?: (one: Watched) => void): number[] {
  const checks: number[] = [];
  const one: Watched = {
    check: (now) => {
      checks.push(now);
      onCheck?.(one);
    },
  };
  watching.add(one);
  watch(one, shortestLimitMs);
  return checks;
}

test('Something is checked four times in its shortest limit, with the time in whole milliseconds', () => {
  clock += 0.25;
  const from = Math.round(clock);
  const checks = watched(400);
  pass(400);
  clock = Math.round(clock);
  assert.deepEqual(
    checks,
    [100, 200, 300, 400].map((ms) => from + ms),
  );
});

test('Nothing is checked more often than each 10 ms, nor less often than each second', () => {
  const often = watched(1);
  pass(100);
  assert.equal(often.length, 10);
  for (const one of watching) unwatch(one);
  const seldom = watched(Number.POSITIVE_INFINITY);
  pass(3000);
  assert.equal(seldom.length, 3);
});

test('One with a shorter limit is checked in its time, though another one came first', () => {
  const seldom = watched(4000);
  pass(10);
  const often = watched(40);
  pass(20);
  assert.deepEqual([seldom.length, often.length], [2, 2], 'all are checked with each tick');
});

test('When the one with the shortest limit is gone, the others are checked as seldom as they may be', () => {
  const seldom = watched(4000);
  const often = watched(40, unwatch);
  pass(10);
  assert.deepEqual([seldom.length, often.length], [1, 1]);
  pass(10); // the tick that was set already
  const before = seldom.length;
  pass(999);
  assert.equal(seldom.length, before);
  pass(1);
  assert.equal(seldom.length, before + 1);
  assert.equal(often.length, 1);
});

test('While nothing is watched there is no timer, and after that it begins anew', () => {
  const one = watched(40, unwatch);
  pass(10);
  assert.equal(one.length, 1);
  const set = mock.method(globalThis, 'setTimeout');
  try {
    pass(5000);
    assert.equal(set.mock.callCount(), 0);
    const other = watched(40);
    assert.equal(set.mock.callCount(), 1);
    pass(10);
    assert.equal(other.length, 1);
  } finally {
    set.mock.restore();
  }
});
