/**
 * How an extent of 64 KiB is cut into blocks of one size.
 *
 * @module
 */
import { EXTENT_BYTES } from './arena.ts';

/** Sizes of the blocks in slabs. Larger pieces take whole extents. */
export const CLASSES: readonly number[] = [
  320, 384, 448, 512, 640, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192,
];

/** Blocks of one class in an extent; the owner words come first, rounded up to a cache line. */
export const PER_SLAB: readonly number[] = CLASSES.map((size) => {
  let blocks = Math.floor(EXTENT_BYTES / size);
  while (firstBlock(blocks) + blocks * size > EXTENT_BYTES) blocks--;
  return blocks;
});

/** Where the first block lies in its extent: behind one owner word for each block. */
export function firstBlock(blocks: number): number {
  return Math.ceil((blocks * 4) / 64) * 64;
}

/** The largest piece that is a block; anything larger takes whole extents. */
export const BLOCK_LIMIT_BYTES: number = CLASSES.at(-1) as number;
