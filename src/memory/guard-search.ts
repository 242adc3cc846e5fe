/**
 * Looking for guards that certain threads are inside of, from outside.
 *
 * A thread that is stopped inside a guard stops everybody who wants it, so whoever stops a process must know. There is
 * no count of it anywhere, as entering a guard is the hottest path we have; but each guard's word says whose it is. All
 * guards are looked at: those of the house, and those at the start of all blocks in slabs, in use or not: somebody with
 * out-of-date knowledge may be inside the guard of a block that is free by now, and another object's in a moment.
 *
 * What is found is true for as long as the threads are stopped, and only then.
 *
 * @module
 */
import { SLAB } from './allocator.ts';
import {
  AT,
  EXTENT_BYTES,
  EXTENT_ENTRY_BYTES,
  EXTENTS_OFFSET,
  HOUSE_GUARDS,
  houseGuardOffset,
} from './arena.ts';
import { ownerThread } from './guard.ts';
import { here } from './here.ts';
import { CLASSES, firstBlock, PER_SLAB } from './slab-shape.ts';

/** Kind and class of an extent: the first words of its entry in the table, see allocator.ts. */
const KIND = 0;
const COUNT = 1;

interface Slab {
  readonly words: Int32Array;
  readonly blocks: number;
  /** Between the starts of two blocks, in words. */
  readonly stride: number;
}

let table: Int32Array | undefined;
let house: readonly Int32Array[] | undefined;
/** By extent: an extent that became a slab stays one, of the same size. */
const slabs: Map<number, Slab> = new Map();

/** Whether any of the threads with these ids, as the kernel counts them, is inside a guard. */
export function isInsideGuard(tids: ReadonlySet<number>): boolean {
  const { arena } = here();
  house ??= (Object.keys(HOUSE_GUARDS) as (keyof typeof HOUSE_GUARDS)[]).map(
    (name) => new Int32Array(arena.view(houseGuardOffset(name), 4)),
  );
  if (house.some((line) => tids.has(ownerThread(line, 0)))) return true;
  const top = Math.min(Atomics.load(arena.header, AT.extentTop), arena.extentCount);
  for (let extent = 0; extent < top; extent++) {
    const slab = slabs.get(extent) ?? slabAt(extent);
    if (slab && hasOneInside(slab, tids)) return true;
  }
  return false;
}

function hasOneInside({ words, blocks, stride }: Slab, tids: ReadonlySet<number>): boolean {
  for (let block = 0; block < blocks; block++) if (tids.has(ownerThread(words, block * stride))) return true;
  return false;
}

function slabAt(extent: number): Slab | undefined {
  const { arena } = here();
  table ??= new Int32Array(arena.view(EXTENTS_OFFSET, arena.extentCount * EXTENT_ENTRY_BYTES));
  const entry = (extent * EXTENT_ENTRY_BYTES) / 4;
  const index = table[entry + COUNT] as number;
  if (Atomics.load(table, entry + KIND) !== SLAB || index >= CLASSES.length) return undefined;
  const blocks = PER_SLAB[index] as number;
  const blockBytes = CLASSES[index] as number;
  const first = arena.heapOffset + extent * EXTENT_BYTES + firstBlock(blocks);
  const words = new Int32Array(arena.view(first, blocks * blockBytes));
  const slab = { words, blocks, stride: blockBytes / 4 };
  slabs.set(extent, slab);
  return slab;
}
