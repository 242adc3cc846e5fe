/** Who sleeps until an object changes: exactly those who were added, each rung once, all of them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Bell } from '../../../src/memory/bell.ts';
import { SLOT_LIMIT } from '../../../src/memory/arena.ts';
import { WAIT_SET_WORDS, WaitSet } from '../../../src/memory/wait-set.ts';

const FIRST = 4;
const COUNT = 1;

/** A wait set amid words that it must not touch, and what its bells hear. */
function world(): { set: WaitSet; words: Int32Array; rung: number[]; ringAll: () => void } {
  const words = new Int32Array(FIRST + WAIT_SET_WORDS + 4).fill(77);
  words.fill(0, FIRST, FIRST + WAIT_SET_WORDS);
  words[COUNT] = 0;
  const set = new WaitSet(words, FIRST, COUNT);
  const rung: number[] = [];
  const bell = { ring: (slot: number) => rung.push(slot) } as unknown as Bell;
  return { set, words, rung, ringAll: () => set.ringAll(bell) };
}

const slots = fc.integer({ min: 0, max: SLOT_LIMIT - 1 });

test('A wait set has a place for every slot', () => {
  assert.equal(WAIT_SET_WORDS * 32, SLOT_LIMIT);
  const { set, rung, ringAll } = world();
  for (let slot = 0; slot < SLOT_LIMIT; slot++) set.add(slot);
  ringAll();
  assert.deepEqual(rung, [...Array(SLOT_LIMIT).keys()]);
});

test('A wait set holds who was added and not removed, whatever the order, however often', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom<'add' | 'remove'>('add', 'remove'), slots), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, slots, (done, stranger) => {
      const { set, words, rung, ringAll } = world();
      const model = new Set<number>();
      for (const [step, slot] of done) {
        set[step](slot);
        if (step === 'add') model.add(slot);
        else model.delete(slot);
        assert.equal(set.has(slot), step === 'add');
        assert.equal(set.isEmpty, model.size === 0);
        assert.equal(words[COUNT], model.size);
      }
      assert.equal(set.has(stranger), model.has(stranger));
      ringAll();
      assert.deepEqual(
        rung,
        [...model].sort((a, b) => a - b),
      );
      assert.equal(set.isEmpty, true);
      assert.ok(words.subarray(FIRST, FIRST + WAIT_SET_WORDS).every((word) => word === 0));
      assert.deepEqual([words[0], words[2], words[3], words.at(-4), words.at(-1)], [77, 77, 77, 77, 77]);
    }),
  );
});

test('ringAll() rings before it takes anybody out, so that a death between leaves everybody in', () => {
  const { set, words } = world();
  set.add(3);
  set.add(400);
  const seen: boolean[] = [];
  const bell = { ring: () => seen.push(set.has(3) && set.has(400) && words[COUNT] === 2) };
  set.ringAll(bell as unknown as Bell);
  assert.deepEqual(seen, [true, true]);
});

test('recount() counts the bits anew after a death between a bit and its count', () => {
  const { set, words, rung, ringAll } = world();
  for (const slot of [0, 31, 32, 511]) set.add(slot);
  for (const wrong of [0, 3, 5]) {
    words[COUNT] = wrong;
    set.recount();
    assert.equal(words[COUNT], 4);
  }
  ringAll();
  assert.deepEqual(rung, [0, 31, 32, 511]);
});
