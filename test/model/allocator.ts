/**
 * Model of the heap: extents given out as runs or cut into blocks, and taken back, safe against a kill at any
 * store.
 *
 *     take a block   in a slab with room, or make a free extent one: count, used, kind SLAB (a commit);
 *                    owner word := me (the commit); used + 1
 *     take a run     top behind it; TAILs; count, owner; kind RUN (the commit)
 *     hand over      without the guard: owner word from one name to another, if it is the first
 *     give           in the name of the owner. A block: owner word := free (the commit); used - 1
 *                    A run: kind CLEARING (the commit); punch its pages out; no owner; TAILs FREE; FREE
 *     repair         whoever enters after a death inside: finish what is CLEARING, free TAILs that no run
 *                    covers, count used anew, top no lower than what is in use
 *
 * Names: FREE is none; a tag is positive, what it names is free again when its participant dies; what is
 * finished has a negative name, of its own.
 *
 * An extent's first words are here as well: the owner words of a slab's blocks, or data of a run. A run is full
 * of junk as soon as its owner has written, until its pages are punched out.
 *
 * Slabs have two blocks of one size or one of another. The order of stores is that of the sources. Who does
 * what, and what is promised: allocator-world.ts.
 *
 * @module
 */
import type { Stores } from './stores.ts';

export const FREE = 0;
export const SLAB = 1;
export const RUN = 2;
export const TAIL = 3;
export const CLEARING = 4;
export const JUNK = 99;
/** Blocks in a slab, by class. */
export const PER_SLAB: readonly number[] = [2, 1];
export const WORDS = 2;

export type HeapMutation =
  | 'the head of a run is marked before its tails'
  | 'a run is marked before its count and owner'
  | 'the top is raised after the commit'
  | 'an extent is FREE before its pages are punched out'
  | 'a piece is given back whoever has it'
  | 'an empty slab becomes one of another size'
  | 'repair forgets uncovered tails'
  | 'repair forgets what is being cleared'
  | 'repair does not count';

/** The table of extents, and the first words of each. */
export interface HeapWords {
  top: number;
  readonly kind: number[];
  readonly count: number[];
  readonly owner: number[];
  readonly used: number[];
  readonly data: readonly number[][];
}

/** A piece by what its offset says: where it begins and, for a block, of which size. */
export interface Piece {
  readonly extent: number;
  /** Number of the block in its slab; -1: a run. */
  readonly block: number;
  /** Size class of a block; extents of a run. */
  readonly count: number;
}

export function emptyHeap(extents: number): HeapWords {
  const zeros = (length: number): number[] => Array<number>(length).fill(0);
  const data = zeros(extents).map(() => zeros(WORDS));
  return {
    top: 0,
    kind: zeros(extents),
    count: zeros(extents),
    owner: zeros(extents),
    used: zeros(extents),
    data,
  };
}

export function copyHeap(h: HeapWords): HeapWords {
  const { top, kind, count, owner, used, data } = h;
  return {
    top,
    kind: kind.slice(),
    count: count.slice(),
    owner: owner.slice(),
    used: used.slice(),
    data: data.map((words) => words.slice()),
  };
}

/** Where the owner word of a piece is; undefined where none can begin. */
export function placeOf(
  h: HeapWords,
  { extent, block, count }: Piece,
): { words: number[]; at: number } | undefined {
  const kind = h.kind[extent];
  if (block < 0) return kind === RUN ? { words: h.owner, at: extent } : undefined;
  return kind === SLAB && h.count[extent] === count
    ? { words: h.data[extent] as number[], at: block }
    : undefined;
}

/** Operations on one state of the heap. */
export class Heap {
  readonly #h: HeapWords;
  readonly #stores: Stores;
  readonly #mutation: HeapMutation | undefined;

  constructor(words: HeapWords, stores: Stores, mutation: HeapMutation | undefined) {
    this.#h = words;
    this.#stores = stores;
    this.#mutation = mutation;
  }

  takeBlock(size: number, tag: number): Piece | undefined {
    const h = this.#h;
    const blocks = PER_SLAB[size] as number;
    const found = h.kind.findIndex(
      (kind, e) => kind === SLAB && h.count[e] === size && (h.used[e] as number) < blocks,
    );
    const extent = found >= 0 ? found : this.#newSlab(size);
    if (extent < 0) return undefined;
    const words = h.data[extent] as number[];
    const block = words.indexOf(FREE);
    this.#stores.set(words, block, tag);
    this.#stores.set(h.used, extent, (h.used[extent] as number) + 1);
    return { extent, block, count: size };
  }

  #newSlab(size: number): number {
    const h = this.#h;
    const set = this.#stores;
    const empty = h.kind.findIndex((kind, e) => kind === SLAB && h.used[e] === 0);
    if (empty >= 0 && this.#mutation === 'an empty slab becomes one of another size') {
      set.set(h.count, empty, size);
      return empty;
    }
    const extent = this.#findRun(1);
    if (extent < 0) return -1;
    set.set(h.count, extent, size);
    set.set(h.used, extent, 0);
    set.set(h.kind, extent, SLAB);
    this.#raiseTop(extent + 1, true);
    return extent;
  }

  takeRun(count: number, tag: number): Piece | undefined {
    const h = this.#h;
    const set = this.#stores;
    const extent = this.#findRun(count);
    if (extent < 0) return undefined;
    if (this.#mutation === 'the head of a run is marked before its tails') {
      this.#markHead(extent, count, tag);
      this.#markTails(extent, count, TAIL);
    } else if (this.#mutation === 'a run is marked before its count and owner') {
      this.#markTails(extent, count, TAIL);
      set.set(h.kind, extent, RUN);
      set.set(h.count, extent, count);
      set.set(h.owner, extent, tag);
    } else {
      this.#markTails(extent, count, TAIL);
      this.#markHead(extent, count, tag);
    }
    this.#raiseTop(extent + count, true);
    return { extent, block: -1, count };
  }

  #markHead(extent: number, count: number, tag: number): void {
    this.#stores.set(this.#h.count, extent, count);
    this.#stores.set(this.#h.owner, extent, tag);
    this.#stores.set(this.#h.kind, extent, RUN);
  }

  #markTails(extent: number, count: number, kind: number): void {
    for (let tail = extent + 1; tail < extent + count; tail++) this.#stores.set(this.#h.kind, tail, kind);
  }

  /** First fit. */
  #findRun(count: number): number {
    const { kind } = this.#h;
    const extent = kind.findIndex((_, e) => {
      const run = kind.slice(e, e + count);
      return run.length === count && run.every((each) => each === FREE);
    });
    if (extent >= 0) this.#raiseTop(extent + count, false);
    return extent;
  }

  #raiseTop(top: number, isLate: boolean): void {
    if (isLate === (this.#mutation === 'the top is raised after the commit') && top > this.#h.top)
      this.#stores.set(this.#h, 'top', top);
  }

  give(piece: Piece, owner: number): void {
    const h = this.#h;
    const place = placeOf(h, piece);
    const actual = place?.words[place.at];
    if (!place || actual === FREE) return;
    if (actual !== owner && this.#mutation !== 'a piece is given back whoever has it') return;
    const { extent, block } = piece;
    if (block < 0) return this.#clear(extent);
    this.#stores.set(place.words, place.at, FREE);
    this.#stores.set(h.used, extent, (h.used[extent] as number) - 1);
  }

  #clear(extent: number): void {
    const h = this.#h;
    const isEarly = this.#mutation === 'an extent is FREE before its pages are punched out';
    this.#stores.set(h.kind, extent, CLEARING);
    const count = h.count[extent] as number;
    if (isEarly) this.#free(extent, count);
    for (let e = extent; e < extent + count; e++) {
      this.#stores.next();
      h.data[e]?.fill(0);
    }
    if (!isEarly) this.#free(extent, count);
  }

  #free(extent: number, count: number): void {
    this.#stores.set(this.#h.owner, extent, FREE);
    this.#markTails(extent, count, FREE);
    this.#stores.set(this.#h.kind, extent, FREE);
  }

  repair(): void {
    const h = this.#h;
    let covered = 0;
    let top = 0;
    for (const extent of h.kind.keys()) {
      const kind = h.kind[extent];
      if (kind === CLEARING && this.#mutation !== 'repair forgets what is being cleared') this.#clear(extent);
      else if (kind === RUN) covered = extent + (h.count[extent] as number);
      else if (kind === TAIL && extent >= covered && this.#mutation !== 'repair forgets uncovered tails')
        this.#stores.set(h.kind, extent, FREE);
      else if (kind === SLAB && this.#mutation !== 'repair does not count')
        this.#stores.set(h.used, extent, usedIn(h, extent));
      if (h.kind[extent] !== FREE) top = extent + 1;
    }
    this.#stores.set(h, 'top', Math.max(top, h.top));
  }
}

/** How many blocks of a slab are in use, as its owner words say. */
export function usedIn({ data, count }: HeapWords, extent: number): number {
  const blocks = PER_SLAB[count[extent] as number] ?? 0;
  return data[extent]?.slice(0, blocks).filter((owner) => owner !== FREE).length ?? 0;
}
