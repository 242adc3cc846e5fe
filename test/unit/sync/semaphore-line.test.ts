/** The line of those who wait: the lowest ticket of all is served, and it is taken back from who leaves. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SLOTS } from '../../../src/sync/bounded-slots.ts';
import { LINE_BYTES, WaitLine } from '../../../src/sync/semaphore-line.ts';

const MINE = 3;
const OTHER = 500;

function made(last = 0): { line: WaitLine; other: WaitLine; tickets: Int32Array } {
  const tickets = new Int32Array(LINE_BYTES / 4);
  const words = new Int32Array([last]);
  return {
    line: new WaitLine(tickets, words, 0, () => SLOTS),
    other: new WaitLine(tickets, words, 0, () => SLOTS),
    tickets,
  };
}

test('Nobody needs a ticket while nobody waits', () => {
  const { line, other } = made();
  assert.equal(line.isTurnOf(0), true);
  const ticket = other.join(OTHER);
  assert.equal(line.isTurnOf(0), false);
  assert.equal(other.isTurnOf(0), false);
  assert.equal(other.isTurnOf(ticket), true);
});

test('The lowest ticket of all is next, wherever it was drawn', () => {
  const { line, other, tickets } = made();
  const [first, second, third] = [line.join(MINE), other.join(OTHER), line.join(MINE)];
  assert.deepEqual([tickets[MINE], tickets[OTHER]], [first, second]);
  assert.deepEqual(
    [line.isTurnOf(first), other.isTurnOf(second), line.isTurnOf(third)],
    [true, false, false],
  );
  tickets[MINE] = line.takeFirst();
  assert.deepEqual([other.isTurnOf(second), line.isTurnOf(third)], [true, false]);
  tickets[OTHER] = other.takeFirst();
  assert.equal(line.isTurnOf(third), true);
  tickets[MINE] = line.takeFirst();
  assert.deepEqual([tickets[MINE], tickets[OTHER]], [0, 0]);
});

test('A ticket that is given up is in nobody’s way, first or not', () => {
  const { line, other, tickets } = made();
  const [first, second, third] = [line.join(MINE), line.join(MINE), other.join(OTHER)];
  line.leave(MINE, second);
  line.leave(MINE, second);
  assert.equal(tickets[MINE], first);
  line.leave(MINE, first);
  assert.equal(tickets[MINE], 0);
  assert.equal(other.isTurnOf(third), true);
});

test('Tickets come again after 2^32 of them, and none is 0', () => {
  for (const last of [2 ** 31 - 2, -3]) {
    const { line, other, tickets } = made(last);
    for (let turn = 0; turn < 5; turn++) {
      const [first, second] = [line.join(MINE), other.join(OTHER)];
      assert.ok(first !== 0 && second !== 0);
      assert.deepEqual([line.isTurnOf(first), other.isTurnOf(second)], [true, false]);
      tickets[MINE] = line.takeFirst();
      tickets[OTHER] = other.takeFirst();
    }
  }
});
