/** How extents are cut: every block lies inside, on a cache line, and beside the owner words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { EXTENT_BYTES } from '../../../src/memory/arena.ts';
import { BLOCK_LIMIT_BYTES, CLASSES, firstBlock, PER_SLAB } from '../../../src/memory/slab-shape.ts';

test('Blocks of every class lie on cache lines, behind the owner words, inside the extent', () => {
  for (const [index, size] of CLASSES.entries()) {
    const blocks = PER_SLAB[index] as number;
    assert.equal(size % 64, 0, `blocks of ${size} bytes keep guards on lines of their own`);
    assert.equal(firstBlock(blocks) % 64, 0);
    assert.ok(firstBlock(blocks) >= blocks * 4, 'each block has an owner word');
    assert.ok(firstBlock(blocks) + blocks * size <= EXTENT_BYTES);
    assert.ok(firstBlock(blocks + 1) + (blocks + 1) * size > EXTENT_BYTES, 'no room is wasted');
  }
});

test('Classes grow, and the largest is the limit of a block', () => {
  assert.deepEqual(
    [...CLASSES],
    [...CLASSES].toSorted((a, b) => a - b),
  );
  assert.equal(BLOCK_LIMIT_BYTES, CLASSES.at(-1));
});
