/** A shared object as bytes: what is written into its header is read there by everybody, and nothing else moves. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SLOT_LIMIT } from '../../../src/memory/arena.ts';
import { BODY_OFFSET, NAME_LIMIT_BYTES, SharedObject } from '../../../src/memory/object.ts';
import { Actor, smallHeap } from './small-arena.ts';

const SIZE = 512;

function makeObject(facts: { runOffset?: number; dataBytes?: number } = {}): {
  object: SharedObject;
  again: () => SharedObject;
  runOffset: number;
} {
  const { arena, heap } = smallHeap();
  const offset = heap.take(SIZE, 1);
  const { runOffset = 0, dataBytes = 64 } = facts;
  const run = runOffset && heap.take(runOffset, 1);
  SharedObject.begin(arena, offset, { kind: 7, serial: 0x7fffffff, runOffset: run, dataBytes });
  const again = (): SharedObject => new SharedObject(arena, new Actor(), offset, SIZE);
  return { object: again(), again, runOffset: run };
}

test('What is fixed when an object is made is what every access to it shows', () => {
  const { object, again } = makeObject({ dataBytes: 192 });
  for (const access of [object, again()]) {
    assert.deepEqual(
      [access.kind, access.serial, access.currentSerial, access.dataBytes, access.runOffset],
      [7, 0x7fffffff, 0x7fffffff, 192, 0],
    );
  }
});

test('A new object is held by nobody, in no message, and has no flags and no label', () => {
  const { object } = makeObject();
  assert.deepEqual([object.isHeld, object.flights, object.flags, object.label], [false, 0, 0, '']);
  assert.deepEqual([object.isDoubtful, object.freer, object.guard.isFree], [false, 0, true]);
});

test('Each participant has a mark of its own', () => {
  const { object, again } = makeObject();
  for (let slot = 0; slot < SLOT_LIMIT; slot++) {
    object.setHolder(slot, true);
    assert.deepEqual(
      [again().isHeldBy(slot), again().isHeld, again().isHeldBeside(slot)],
      [true, true, false],
    );
    assert.equal(again().isHeldBeside((slot + 1) % SLOT_LIMIT), true);
    assert.equal(again().isHeldBy((slot + 1) % SLOT_LIMIT), false);
    object.setHolder(slot, false);
    assert.equal(again().isHeld, false);
  }
  object.setHolder(31, true);
  object.setHolder(63, true);
  assert.deepEqual(
    [object.isHeldBeside(31), object.isHeldBeside(63), object.isHeldBeside(0)],
    [true, true, true],
  );
  for (let slot = 0; slot < SLOT_LIMIT; slot++) object.setHolder(slot, true);
  for (let slot = 0; slot < SLOT_LIMIT; slot++) object.setHolder(slot, slot === 31);
  assert.deepEqual([object.isHeldBy(31), object.isHeldBy(63), object.isHeldBeside(31)], [true, false, false]);
});

test('Each change of holders and of handles raises the version, also around its end', () => {
  const { object, again } = makeObject();
  const changes = [
    () => object.setHolder(3, true),
    () => object.setHolder(3, false),
    () => (object.flights = 2),
    () => (object.flights = 0),
  ];
  for (const start of [0, 2 ** 31 - 2]) {
    object.words[10] = start;
    const versions = changes.map((change) => {
      change();
      return again().version;
    });
    assert.equal(new Set([start, ...versions]).size, 5);
  }
});

test('Every field has its own bytes', () => {
  const { object, again } = makeObject();
  object.label = '道'.repeat(NAME_LIMIT_BYTES / 3);
  object.flags = 3;
  object.flights = 5;
  object.isDoubtful = true;
  object.freer = 99;
  object.setHolder(0, true);
  object.setHolder(SLOT_LIMIT - 1, true);
  new Uint8Array(object.data(64)).fill(0xff);
  object.words.fill(-1, BODY_OFFSET / 4, BODY_OFFSET / 4 + 16);
  const access = again();
  assert.deepEqual(
    [access.label, access.flags, access.flights, access.isDoubtful, access.freer],
    ['道'.repeat(NAME_LIMIT_BYTES / 3), 3, 5, true, 99],
  );
  assert.deepEqual(
    [access.isHeldBy(0), access.isHeldBy(1), access.isHeldBy(SLOT_LIMIT - 1)],
    [true, false, true],
  );
  assert.deepEqual([access.kind, access.serial, access.dataBytes], [7, 0x7fffffff, 64]);
  assert.equal(access.guard.isFree, true);
});

test('The data follow the body, or lie in a run of their own', () => {
  const inline = makeObject({ dataBytes: 128 });
  new Uint8Array(inline.object.data(64))[5] = 9;
  assert.equal(new Uint8Array(inline.object.words.buffer)[BODY_OFFSET + 64 + 5], 9);
  const { object, again, runOffset } = makeObject({ runOffset: 65_536, dataBytes: 50_000 });
  assert.equal(object.runOffset, runOffset);
  new Uint8Array(object.data(64))[49_999] = 8;
  assert.equal(new Uint8Array(again().data(64))[49_999], 8);
  assert.equal(object.data(64).byteLength, 50_000);
});

test('An access knows by the serial number that another object has its place', () => {
  const { object, again } = makeObject();
  object.words[3] = 5;
  assert.deepEqual([object.serial, object.currentSerial, again().serial], [0x7fffffff, 5, 5]);
});
