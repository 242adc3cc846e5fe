/** The set of those who sleep for an object: bits, their count, and the order of ringing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SLOT_LIMIT } from '../../../src/memory/arena.ts';
import type { Bell } from '../../../src/memory/bell.ts';
import { WAIT_SET_WORDS, WaitSet } from '../../../src/memory/wait-set.ts';

const COUNT = WAIT_SET_WORDS;

function makeSet(): { set: WaitSet; words: Int32Array } {
  const words = new Int32Array(WAIT_SET_WORDS + 1);
  return { set: new WaitSet(words, 0, COUNT), words };
}

/** A bell that notes whom it rang, and what the set looked like then. */
function listener(set: WaitSet): { bell: Bell; rung: number[]; wasIn: boolean[] } {
  const rung: number[] = [];
  const wasIn: boolean[] = [];
  const ring = (slot: number): void => {
    rung.push(slot);
    wasIn.push(set.has(slot));
  };
  return { bell: { ring } as unknown as Bell, rung, wasIn };
}

test('add() and remove() set a bit once, for every slot there can be', () => {
  const { set, words } = makeSet();
  for (const slot of [0, 1, 31, 32, 63, 100, SLOT_LIMIT - 1]) {
    set.add(slot);
    set.add(slot);
    assert.ok(set.has(slot));
    assert.equal(words[COUNT], 1);
    set.remove(slot);
    set.remove(slot);
    assert.ok(!set.has(slot));
    assert.ok(set.isEmpty);
  }
});

test('ringAll() rings everybody while they are still in the set, and empties it then', () => {
  const { set, words } = makeSet();
  const slots = [3, 31, 32, 200, SLOT_LIMIT - 1];
  for (const slot of slots) set.add(slot);
  const { bell, rung, wasIn } = listener(set);
  set.ringAll(bell);
  assert.deepEqual(rung, slots);
  assert.ok(wasIn.every(Boolean), 'a death between ringing and emptying leaves nobody out');
  assert.ok(set.isEmpty);
  assert.deepEqual([...words], new Array(WAIT_SET_WORDS + 1).fill(0));
});

test('ringAll() of an empty set rings nobody', () => {
  const { set } = makeSet();
  const { bell, rung } = listener(set);
  set.ringAll(bell);
  assert.deepEqual(rung, []);
});

test('recount() makes the count right again after a death between a bit and its count', () => {
  const { set, words } = makeSet();
  for (const slot of [5, 37, 500]) set.add(slot);
  words[COUNT] = 0;
  assert.ok(set.isEmpty, 'as a dead participant may have left it');
  set.recount();
  assert.equal(words[COUNT], 3);
});
