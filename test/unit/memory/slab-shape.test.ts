/** How extents are cut: every block lies inside, aligned, and behind the owner words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { EXTENT_BYTES } from '../../../src/memory/arena.ts';
import { BLOCK_LIMIT_BYTES, CLASSES, firstBlock, PER_SLAB } from '../../../src/memory/slab-shape.ts';

test('Sizes of blocks rise and are whole cache lines, as a guard lies at the start of each', () => {
  assert.deepEqual(
    [...CLASSES],
    [...new Set(CLASSES)].sort((a, b) => a - b),
  );
  assert.ok(CLASSES.every((size) => size % 64 === 0));
  assert.equal(BLOCK_LIMIT_BYTES, CLASSES.at(-1));
});

test('Blocks of every size fit into an extent, behind a word for each, and one more would not', () => {
  for (const [index, size] of CLASSES.entries()) {
    const blocks = PER_SLAB[index]!;
    const first = firstBlock(blocks);
    assert.ok(blocks > 0 && first >= blocks * 4 && first % 64 === 0);
    assert.ok(first + blocks * size <= EXTENT_BYTES);
    assert.ok(firstBlock(blocks + 1) + (blocks + 1) * size > EXTENT_BYTES);
  }
});
