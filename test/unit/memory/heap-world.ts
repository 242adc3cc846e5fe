/**
 * A heap of its own for a test, its table of extents, and deaths inside it: played by leaving the guard as a dead
 * owner does, after what he may have written.
 *
 * @module
 */
import { DuodaoError } from '../../../src/base/index.ts';
import { EXTENT_BYTES, EXTENTS_OFFSET } from '../../../src/memory/arena.ts';
import { BLOCK_LIMIT_BYTES } from '../../../src/memory/slab-shape.ts';
import { smallHeap } from './small-arena.ts';

export type World = ReturnType<typeof smallHeap>;

// As the header of allocator.ts has it.
export const KINDS = { FREE: 0, SLAB: 1, RUN: 2, TAIL: 3, CLEARING: 4 } as const;
export const AT_ENTRY = { KIND: 0, COUNT: 1, OWNER: 2, USED: 3 } as const;
export const ENTRY: number = 4;

export function tableOf({ arena }: World): Int32Array {
  return new Int32Array(arena.view(EXTENTS_OFFSET, arena.extentCount * ENTRY * 4));
}

export function bytesOf({ arena, heap }: World, offset: number): Uint8Array {
  return new Uint8Array(arena.view(offset, heap.sizeOf(offset)));
}

/** The bytes of a piece that do not belong to the guard at its start. */
export function bodyOf(world: World, offset: number): number[] {
  const bytes = [...bytesOf(world, offset)];
  return bytes.length > BLOCK_LIMIT_BYTES ? bytes : [...bytes.slice(8, 24), ...bytes.slice(40)];
}

/** Leaves the guard as somebody does who dies inside, after he has written what `write` writes. */
export function dieInside({ guard }: World, write: () => void = () => {}): void {
  guard.take();
  write();
  guard.give(false);
}

export function extentOf({ arena }: World, offset: number): number {
  return (offset - arena.heapOffset) / EXTENT_BYTES;
}

export function fillUp({ heap }: World, sizeBytes: number): number[] {
  const offsets: number[] = [];
  try {
    for (;;) offsets.push(heap.take(sizeBytes, 1));
  } catch (error) {
    if (!(error instanceof DuodaoError && error.code === 'no-space')) throw error;
    return offsets;
  }
}
