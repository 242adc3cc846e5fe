/**
 * Slots: who takes part, named so that nobody is ever mistaken for another, dead when the kernel says so.
 * Deaths are played here by the mark that the kernel leaves; real ones are in here.test.ts and guard.test.ts.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { AT, SLOT_BYTES, SLOT_LIMIT } from '../../../src/memory/arena.ts';
import { OWNER_DIED } from '../../../src/memory/guard.ts';
import { type Slots, slotOfTag } from '../../../src/memory/slots.ts';
import { RobustList, startTimeOf } from '../../../src/platform/index.ts';
import { smallSlots } from './small-arena.ts';

const WORDS = SLOT_BYTES / 4;
// As the header of slots.ts has it.
const [LIFE, GENERATION, STATE, PID, START_TIME] = [0, 1, 2, 3, 10];
const [FREE, JOINING, LIVE] = [0, 1, 2];

function die(slots: Slots, slot: number): void {
  Atomics.or(slots.words, slot * WORDS + LIFE, OWNER_DIED);
}

/** Writes a slot as somebody left it who was just joining. */
function leaveJoining(slots: Slots, slot: number, pid: number, startTime: number): void {
  slots.words[slot * WORDS + PID] = pid;
  new Float64Array(slots.words.buffer)[(slot * WORDS + START_TIME) / 2] = startTime;
  slots.words[slot * WORDS + LIFE] = 0;
  slots.words[slot * WORDS + STATE] = JOINING;
}

test('join() takes a slot that shows who it is', () => {
  const { slots, join } = smallSlots();
  const { slot, tag } = join('Worker-1', 7);
  assert.equal(slotOfTag(tag), slot);
  assert.equal(slots.tagOf(slot), tag);
  assert.deepEqual(slots.describe(tag), { pid: process.pid, name: 'Worker-1', thread: 7 });
  assert.equal(slots.pid(slot), process.pid);
  assert.deepEqual([slots.isTaken(slot), slots.isAlive(tag), slots.isDead(slot)], [true, true, false]);
  assert.equal(slots.words[slot * WORDS + LIFE], new RobustList().tid);
});

test('join() gives each participant a slot and a tag of its own', () => {
  const { slots, join } = smallSlots();
  const joined = Array.from({ length: 40 }, () => join());
  assert.equal(new Set(joined.map(({ slot }) => slot)).size, 40);
  assert.equal(new Set(joined.map(({ tag }) => tag)).size, 40);
  assert.ok(joined.every(({ tag }) => tag !== 0 && slots.isAlive(tag)));
  assert.equal(slots.top, 40);
});

test('A tag names nobody else before 65,536 others have used its slot', () => {
  const { slots, join } = smallSlots();
  const { slot } = join();
  const seen = new Set<number>();
  for (let use = 0; use < 65_536; use++) {
    slots.words[slot * WORDS + GENERATION]! += 1;
    const tag = slots.tagOf(slot);
    assert.ok(tag > 0 && slotOfTag(tag) === slot);
    seen.add(tag);
  }
  assert.equal(seen.size, 65_536);
});

test('A participant is dead once the kernel has marked its life, and is not taken for alive', () => {
  const { slots, join } = smallSlots();
  const { slot, tag } = join();
  die(slots, slot);
  assert.deepEqual([slots.isTaken(slot), slots.isAlive(tag), slots.isDead(slot)], [true, false, true]);
  assert.ok(slots.describe(tag), 'people may still ask who it was');
});

test('bury() frees the slot of the dead, who keeps his name until somebody else comes', () => {
  const { arena, slots, guard, join } = smallSlots();
  const former = join('first');
  die(slots, former.slot);
  slots.bury(guard, former.tag);
  assert.deepEqual([slots.isTaken(former.slot), slots.isDead(former.slot)], [false, false]);
  assert.equal(arena.header[AT.deaths], 1);
  assert.equal(slots.describe(former.tag)?.name, 'first');
  const later = join('second');
  assert.equal(later.slot, former.slot);
  assert.notEqual(later.tag, former.tag);
  assert.deepEqual([slots.isAlive(former.tag), slots.isAlive(later.tag)], [false, true]);
  assert.equal(slots.describe(former.tag), undefined);
});

test('bury() does nothing to the living, and nothing to who came after the dead', () => {
  const { arena, slots, guard, join } = smallSlots();
  const former = join();
  slots.bury(guard, former.tag);
  assert.equal(slots.isAlive(former.tag), true);
  die(slots, former.slot);
  slots.bury(guard, former.tag);
  slots.bury(guard, former.tag);
  const later = join();
  slots.bury(guard, former.tag);
  die(slots, later.slot);
  slots.bury(guard, former.tag);
  assert.equal(slots.isDead(later.slot), true);
  assert.equal(arena.header[AT.deaths], 1);
});

test('join() refuses one participant more than there are slots, and leaves everything as it was', () => {
  const { slots, guard, join } = smallSlots();
  for (let slot = 0; slot < SLOT_LIMIT; slot++) slots.words[slot * WORDS + STATE] = LIVE;
  const before = slots.words.slice();
  assert.throws(() => join(), {
    name: 'DuodaoError',
    code: 'over-limit',
    facts: { limit: SLOT_LIMIT },
  });
  assert.deepEqual(slots.words, before);
  assert.equal(guard.isFree, true);
  slots.words[300 * WORDS + STATE] = FREE;
  assert.equal(join().slot, 300);
});

test('join() takes a slot again that somebody left who died while he joined, and no other', () => {
  const { pid: deadPid } = spawnSync('true');
  const alive = startTimeOf(process.pid);
  const { slots, join } = smallSlots();
  leaveJoining(slots, 0, process.pid, alive); // is still joining
  leaveJoining(slots, 1, deadPid, 12_345); // its process is gone
  leaveJoining(slots, 2, process.pid, alive - 1); // its process is gone, and has given its pid to us
  leaveJoining(slots, 3, process.pid, alive); // its thread has ended
  slots.words[3 * WORDS + LIFE] = OWNER_DIED;
  assert.deepEqual([join().slot, join().slot, join().slot, join().slot], [1, 2, 3, 4]);
  assert.equal(slots.words[0 * WORDS + STATE], JOINING);
});

test('Who is still joining is neither taken nor alive nor dead', () => {
  const { slots } = smallSlots();
  leaveJoining(slots, 0, process.pid, startTimeOf(process.pid));
  assert.deepEqual([slots.isTaken(0), slots.isAlive(slots.tagOf(0)), slots.isDead(0)], [false, false, false]);
});

test('A tag that is none names nobody', () => {
  const { slots, join } = smallSlots();
  join();
  for (const tag of [0, -1, 0x3ff, 0x7fffffff]) {
    assert.equal(slots.isAlive(tag), false);
    assert.equal(slots.describe(tag), undefined);
  }
});

test('A name that is too long is cut at a whole character, and can be changed', () => {
  const { slots, join } = smallSlots();
  const { slot, tag } = join('多'.repeat(40));
  assert.equal(slots.describe(tag)?.name, '多'.repeat(21));
  slots.rename(slot, '道');
  assert.equal(slots.describe(tag)?.name, '道');
});

test('Each slot has a bell of its own, that begins at 0', () => {
  const { slots, arena, join } = smallSlots();
  const [one, other] = [join(), join()];
  assert.equal(
    slots.bellAddress(other.slot) - slots.bellAddress(one.slot),
    SLOT_BYTES * (other.slot - one.slot),
  );
  const index = (slots.bellAddress(one.slot) - arena.addressOf(0)) % 4;
  assert.equal(index, 0);
  assert.equal(slots.words[(slots.constructor as typeof Slots).bellIndex(one.slot)], 0);
});
