/** The heap after deaths at any step: derived words are derived anew, and whatever is done, it stays whole. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DuodaoError } from '../../../src/base/index.ts';
import { AT, EXTENT_BYTES } from '../../../src/memory/arena.ts';
import { CLASSES, PER_SLAB } from '../../../src/memory/slab-shape.ts';
import {
  AT_ENTRY,
  bodyOf,
  bytesOf,
  dieInside,
  ENTRY,
  extentOf,
  fillUp,
  KINDS,
  tableOf,
  type World,
} from './heap-world.ts';
import { smallHeap } from './small-arena.ts';

const { FREE, SLAB, RUN, TAIL, CLEARING } = KINDS;
const { KIND, COUNT, OWNER, USED } = AT_ENTRY;

test('What a death left of taking a run is free again', () => {
  const world = smallHeap();
  const table = tableOf(world);
  dieInside(world, () => {
    for (const extent of [3, 4, 5]) table[extent * ENTRY + KIND] = TAIL;
    table[2 * ENTRY + COUNT] = 4;
    table[2 * ENTRY + OWNER] = 1;
  });
  world.heap.give(0, 0);
  assert.deepEqual(
    [2, 3, 4, 5].map((extent) => table[extent * ENTRY + KIND]),
    [FREE, FREE, FREE, FREE],
  );
  const all = world.heap.take(world.arena.extentCount * EXTENT_BYTES, 1);
  assert.equal(all, world.arena.heapOffset);
});

test('What a death left of giving a run back is given back', () => {
  for (let left = 0; left <= 4; left++) {
    const world = smallHeap();
    const table = tableOf(world);
    const before = world.heap.take(EXTENT_BYTES, 1);
    const run = world.heap.take(3 * EXTENT_BYTES, 1);
    const behind = world.heap.take(2 * EXTENT_BYTES, 1);
    bytesOf(world, run).fill(7);
    const extent = extentOf(world, run);
    dieInside(world, () => {
      table[extent * ENTRY + KIND] = CLEARING;
      if (left >= 1) table[extent * ENTRY + OWNER] = FREE;
      for (let tail = 1; tail < left; tail++) if (tail < 3) table[(extent + tail) * ENTRY + KIND] = FREE;
    });
    assert.equal(world.heap.take(3 * EXTENT_BYTES, 2), run);
    assert.ok(bytesOf(world, run).every((byte) => byte === 0));
    assert.deepEqual(
      [before, run, behind].map((offset) => world.heap.ownerOf(offset)),
      [1, 2, 1],
    );
  }
});

test('What a death left of taking and giving a block is counted anew', () => {
  for (const wrong of [-1, 1, 1000]) {
    const world = smallHeap();
    const table = tableOf(world);
    const block = world.heap.take(8192, 1);
    const extent = Math.floor(extentOf(world, block));
    dieInside(world, () => {
      table[extent * ENTRY + USED]! += wrong;
      world.arena.header[AT.extentTop] = 0;
      world.arena.header[AT.classHints + CLASSES.indexOf(8192)] = world.arena.extentCount;
    });
    assert.equal(fillUp(world, 8192).length + 1, world.arena.extentCount * PER_SLAB[CLASSES.indexOf(8192)]!);
    assert.equal(table[extent * ENTRY + KIND], SLAB);
  }
});

test('A death in the repair leads to the next repair', () => {
  const world = smallHeap();
  const table = tableOf(world);
  dieInside(world, () => (table[3 * ENTRY] = TAIL));
  dieInside(world);
  world.heap.give(0, 0);
  assert.equal(table[3 * ENTRY + KIND], FREE);
  assert.equal(world.guard.isFree, true);
});

interface Taken {
  readonly offset: number;
  readonly sizeBytes: number;
  owner: number;
  readonly mark: number;
}

/** Everything that holds of a heap in which these pieces are in use. */
function check(world: World, taken: readonly Taken[]): void {
  const { heap, arena } = world;
  const pieces = [...heap.pieces()];
  const wanted = taken.map(({ offset, owner }) => ({ offset, sizeBytes: heap.sizeOf(offset), owner }));
  const byOffset = (a: { offset: number }, b: { offset: number }): number => a.offset - b.offset;
  assert.deepEqual(pieces.sort(byOffset), wanted.sort(byOffset));
  pieces.forEach(({ offset, sizeBytes }, index) => {
    assert.ok(offset >= arena.heapOffset && offset % 64 === 0);
    assert.ok(offset + sizeBytes <= (pieces[index + 1]?.offset ?? arena.sizeBytes), 'pieces do not overlap');
  });
  for (const { offset, sizeBytes, mark } of taken) {
    const bytes = new Uint8Array(arena.view(offset, sizeBytes));
    assert.ok(bytes[sizeBytes - 1] === mark && bytes[sizeBytes >> 1] === mark && bytes[0] === mark);
  }
  assert.equal(
    heap.usage().usedBytes,
    pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
}

test('Whatever is taken, handed over and given back, and whoever dies, the heap stays whole', () => {
  const step = fc.record({
    what: fc.constantFrom('take', 'take', 'give', 'handOver', 'die'),
    size: fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 9000, max: 300_000 })),
    which: fc.nat(),
    tag: fc.integer({ min: 1, max: 2 ** 26 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = smallHeap();
      const { heap, arena } = world;
      const table = tableOf(world);
      const taken: Taken[] = [];
      let marks = 0;
      const take = (sizeBytes: number, owner: number): void => {
        const offset = heap.take(sizeBytes, owner);
        assert.ok(bodyOf(world, offset).every((byte) => byte === 0));
        const mark = (marks++ % 255) + 1;
        new Uint8Array(arena.view(offset, sizeBytes)).fill(mark);
        taken.push({ offset, sizeBytes, owner, mark });
      };
      for (const { what, size, which, tag } of steps) {
        const piece = taken[which % taken.length];
        if (what === 'take') {
          try {
            take(size, tag);
          } catch (error) {
            assert.equal((error as DuodaoError).code, 'no-space');
          }
        } else if (what === 'give' && piece) {
          heap.give(piece.offset, piece.owner);
          taken.splice(taken.indexOf(piece), 1);
        } else if (what === 'handOver' && piece) {
          heap.handOver(piece.offset, piece.owner, -tag);
          piece.owner = -tag;
        } else if (what === 'die') {
          dieInside(world, () => {
            const extent = which % arena.extentCount;
            if (table[extent * ENTRY] === FREE) table[extent * ENTRY] = TAIL;
            else if (table[extent * ENTRY] === SLAB) table[extent * ENTRY + USED] = 0;
          });
          heap.give(0, 0); // any step repairs first
        }
        check(world, taken);
      }
      for (const { offset, owner } of taken) heap.give(offset, owner);
      assert.equal(heap.usage().usedBytes, 0);
      const kinds = Array.from({ length: arena.extentCount }, (_, extent) => table[extent * ENTRY]!);
      assert.ok(kinds.every((kind) => kind === FREE || kind === SLAB));
      assert.equal(fillUp(world, EXTENT_BYTES).length, kinds.filter((kind) => kind === FREE).length);
      assert.ok(kinds.every((kind, extent) => kind === SLAB || table[extent * ENTRY] === RUN));
    }),
    { numRuns: 25 },
  );
});
