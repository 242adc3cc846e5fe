/**
 * The heap: what it gives out is zeroed, aligned and nobody else's, and comes back. What deaths do to it is in
 * allocator-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import { fstatSync } from 'node:fs';
import test from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import { Allocator, OBJECT } from '../../../src/memory/allocator.ts';
import { EXTENT_BYTES } from '../../../src/memory/arena.ts';
import { BLOCK_LIMIT_BYTES, CLASSES, PER_SLAB } from '../../../src/memory/slab-shape.ts';
import { bodyOf, bytesOf, fillUp } from './heap-world.ts';
import { Actor, houseGuard, smallHeap } from './small-arena.ts';

test('take() gives a piece that is large enough, aligned, zeroed, and owned by who took it', () => {
  const world = smallHeap(2);
  for (const sizeBytes of [1, 320, 321, 4096, BLOCK_LIMIT_BYTES, BLOCK_LIMIT_BYTES + 1, 200_000]) {
    const offset = world.heap.take(sizeBytes, 77);
    assert.ok(world.heap.sizeOf(offset) >= sizeBytes);
    assert.equal(offset % (sizeBytes > BLOCK_LIMIT_BYTES ? EXTENT_BYTES : 64), 0);
    assert.ok(bodyOf(world, offset).every((byte) => byte === 0));
    assert.equal(world.heap.ownerOf(offset), 77);
  }
});

test('take() of a place that was used before gives zeros, but for the words of its guard', () => {
  for (const sizeBytes of [320, BLOCK_LIMIT_BYTES]) {
    const world = smallHeap();
    const offset = world.heap.take(sizeBytes, 1);
    bytesOf(world, offset).fill(0xab);
    world.heap.give(offset, 1);
    assert.equal(world.heap.take(sizeBytes, 2), offset);
    assert.ok(bodyOf(world, offset).every((byte) => byte === 0));
    const bytes = bytesOf(world, offset);
    assert.ok([...bytes.slice(0, 8), ...bytes.slice(24, 40)].every((byte) => byte === 0xab));
  }
});

test('take() of a run that was used before gives zeros, and its memory was given back meanwhile', () => {
  const world = smallHeap();
  const spent = (): number => fstatSync(world.arena.fd).blocks * 512;
  const before = spent();
  const offset = world.heap.take(5 * EXTENT_BYTES, 1);
  bytesOf(world, offset).fill(0xab);
  assert.ok(spent() >= before + 5 * EXTENT_BYTES);
  world.heap.give(offset, 1);
  assert.ok(spent() <= before + 8192);
  assert.equal(world.heap.take(5 * EXTENT_BYTES, 1), offset);
  assert.ok(bytesOf(world, offset).every((byte) => byte === 0));
});

test('take() that finds no room says how much there is, and changes nothing', () => {
  const world = smallHeap();
  const { heap } = world;
  const { limitBytes } = heap.usage();
  const small = heap.take(320, 1);
  const pieces = [...heap.pieces()];
  for (const sizeBytes of [limitBytes, limitBytes + 1, 2 ** 31, 2 ** 40]) {
    assert.throws(
      () => heap.take(sizeBytes, 1),
      (error: unknown) => {
        assert.ok(error instanceof DuodaoError && error.code === 'no-space');
        assert.deepEqual(error.facts, { sizeBytes, usedBytes: heap.sizeOf(small), limitBytes });
        return true;
      },
    );
    assert.deepEqual([...heap.pieces()], pieces);
  }
  assert.equal(world.guard.isFree, true);
});

test('A full heap has given out every block there is, and gives out again what comes back', () => {
  for (const [index, sizeBytes] of CLASSES.entries()) {
    const world = smallHeap();
    const offsets = fillUp(world, sizeBytes);
    assert.equal(offsets.length, world.arena.extentCount * PER_SLAB[index]!);
    assert.equal(new Set(offsets).size, offsets.length);
    const given = offsets.filter((_, at) => at % 7 === 3);
    for (const offset of given) world.heap.give(offset, 1);
    assert.deepEqual(new Set(given.map(() => world.heap.take(sizeBytes, 2))), new Set(given));
    assert.throws(() => world.heap.take(sizeBytes, 2), { code: 'no-space' });
  }
});

test('give() and handOver() are of no effect for who does not have the piece', () => {
  const world = smallHeap();
  const { heap } = world;
  for (const sizeBytes of [320, 100_000]) {
    const offset = heap.take(sizeBytes, 5);
    for (const stranger of [0, 4, -5, OBJECT]) {
      heap.give(offset, stranger);
      heap.handOver(offset, stranger, 9);
    }
    assert.equal(heap.ownerOf(offset), 5);
    heap.handOver(offset, 5, OBJECT);
    heap.handOver(offset, 5, 6);
    heap.give(offset, 5);
    assert.equal(heap.ownerOf(offset), OBJECT);
    heap.give(offset, OBJECT);
    heap.give(offset, OBJECT);
    heap.handOver(offset, 0, 7);
    assert.equal(heap.ownerOf(offset), 0);
  }
  assert.equal(heap.usage().usedBytes, 0);
});

test('Asking after a place where nothing begins gives nothing and breaks nothing', () => {
  const world = smallHeap();
  const { heap, arena } = world;
  const run = heap.take(3 * EXTENT_BYTES, 1);
  const block = heap.take(320, 1);
  const former = heap.take(4 * EXTENT_BYTES, 1);
  heap.give(former, 1);
  const places = [
    0,
    64,
    arena.heapOffset - 64,
    run + 64,
    run + EXTENT_BYTES,
    block + 64,
    former,
    former + EXTENT_BYTES,
  ];
  for (const offset of [...places, arena.sizeBytes, arena.sizeBytes + EXTENT_BYTES, 2 ** 40]) {
    assert.equal(heap.ownerOf(offset), 0);
    heap.handOver(offset, 1, 2);
    heap.handOver(offset, 0, 2);
    heap.give(offset, 1);
    heap.give(offset, 0);
  }
  assert.deepEqual(
    [...heap.pieces()].map(({ offset }) => offset),
    [run, block],
  );
  assert.equal(fillUp(world, 512).length, (arena.extentCount - 4) * PER_SLAB[CLASSES.indexOf(512)]!);
});

test('Two allocators of the same arena are one heap', () => {
  const { arena, heap } = smallHeap();
  const other = new Allocator(arena, houseGuard(arena, 'heap', new Actor()));
  const taken = [heap.take(320, 1), other.take(320, 2), heap.take(90_000, 3), other.take(90_000, 4)];
  assert.equal(new Set(taken).size, 4);
  assert.deepEqual([...heap.pieces()], [...other.pieces()]);
  taken.forEach((offset, index) => (index % 2 ? heap : other).give(offset, index + 1));
  assert.equal(other.usage().usedBytes, 0);
});
