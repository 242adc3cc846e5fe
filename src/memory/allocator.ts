/**
 * Where shared objects live: pieces of the arena, given out and taken back, whoever dies meanwhile.
 *
 * The heap is a row of extents of 64 KiB. The table of extents says what each one is:
 *
 *     offset  size  field  meaning
 *     0       4     kind   FREE, SLAB (blocks of one size), RUN (first extent of a run), TAIL (the others),
 *                          CLEARING (first extent of a run whose pages are being given back)
 *     4       4     count  SLAB: size class. RUN and CLEARING: extents in the run
 *     8       4     owner  RUN: who has it
 *     12      4     used   SLAB: blocks in use (derived)
 *
 * A slab begins with one owner word for each of its blocks. An owner word is
 *
 *     0        free
 *     tag      positive: being built by that participant, and free again when it dies
 *     OBJECT   a block that holds a finished object
 *     -serial  a run that holds the data of the object with that serial number
 *
 * These words are all there is: no free list, nothing to be torn. Taking, finishing and giving back are one store
 * each; whatever is derived is counted anew when an owner of the heap's guard died inside. A run's pages are punched
 * out before it is FREE, so that runs are zero when they are given out.
 *
 * Blocks are type-stable: an extent that became a slab stays one, of the same size. So the guard at the start of a
 * block is a guard for ever, and who enters it with out-of-date knowledge does no harm: he finds another serial
 * number inside and leaves. Therefore take() does not touch a block's guard and zeroes only the rest.
 *
 * Sources: one owner word per cell and nothing else, iceoryx2's RobustUniqueIndexSet; type stability, Greenwald and
 * Cheriton, "The Synergy Between Non-blocking Synchronization and Operating System Structure" (1996).
 *
 * @module
 */
import { DuodaoError, FAULTY, pass } from '../base/index.ts';
import { punchHole } from '../platform/index.ts';
import { type Arena, AT, EXTENT_BYTES, EXTENT_ENTRY_BYTES, EXTENTS_OFFSET } from './arena.ts';
import { GUARD_NODE, type Guard } from './guard.ts';
import { CLASSES, firstBlock, PER_SLAB } from './slab-shape.ts';
import type { Tag } from './slots.ts';

const ENTRY = EXTENT_ENTRY_BYTES / 4;
const COUNT = 1;
const OWNER = 2;
const USED = 3;

const FREE = 0;
/** Blocks of one size. What guard-search.ts knows of the table, too. */
export const SLAB = 1;
const RUN = 2;
const TAIL = 3;
const CLEARING = 4;

/** The owner word of a block that holds a finished object. */
export const OBJECT: number = -(2 ** 31);

/** A piece in use: where it is, how large, and its owner word. */
export interface Piece {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly owner: number;
}

export class Allocator {
  readonly #arena: Arena;
  readonly #guard: Guard;
  readonly #table: Int32Array;
  /** Views of the owner words of slabs, by extent, made when first needed. */
  readonly #slabs: Map<number, Int32Array> = new Map();

  constructor(arena: Arena, guard: Guard) {
    this.#arena = arena;
    this.#guard = guard;
    this.#table = new Int32Array(arena.view(EXTENTS_OFFSET, arena.extentCount * EXTENT_ENTRY_BYTES));
  }

  /**
   * Takes a zeroed piece of at least `sizeBytes` and gives its offset: a block if it fits into one, else a run.
   *
   * @throws DuodaoError `no-space` when the arena has no room; nothing has changed then.
   */
  take(sizeBytes: number, tag: Tag): number {
    const index = CLASSES.findIndex((size) => size >= sizeBytes);
    const offset = this.#guard.inside(this.#repair, () =>
      index < 0 ? this.#takeRun(Math.ceil(sizeBytes / EXTENT_BYTES), tag) : this.#takeBlock(index, tag),
    );
    if (offset < 0) throw this.#full(sizeBytes);
    // The block is ours already, so there is no need to be inside the guard for this.
    if (index >= 0) this.#zero(offset, CLASSES[index] as number);
    return offset;
  }

  #zero(offset: number, sizeBytes: number): void {
    const bytes = new Uint8Array(this.#arena.view(offset, sizeBytes));
    bytes.fill(0, GUARD_NODE.wordEnd, GUARD_NODE.start);
    bytes.fill(0, GUARD_NODE.end);
  }

  /** Changes who has a piece. Of no effect unless `before` has it. */
  handOver(offset: number, before: number, after: number): void {
    // Without the guard, so by now the piece may be gone, and its extent anything.
    const place = this.#place(offset);
    if (place && before !== FREE) Atomics.compareExchange(place.words, place.index, before, after);
  }

  /** Gives a piece back. Of no effect unless `owner` has it: so it may be asked twice. */
  give(offset: number, owner: number): void {
    this.#guard.inside(this.#repair, () => {
      const place = this.#place(offset);
      if (!place || owner === FREE || place.words[place.index] !== owner) return;
      const extent = this.#extentOf(offset);
      if (this.#kind(extent) === RUN) this.#clear(extent);
      else {
        Atomics.store(place.words, place.index, FREE); // the commit
        if (FAULTY) pass('heap.giving');
        this.#table[extent * ENTRY + USED]! -= 1;
      }
    });
  }

  /** The owner word of the piece that begins at `offset`; 0 where none in use begins. */
  ownerOf(offset: number): number {
    const place = this.#place(offset);
    return place ? Atomics.load(place.words, place.index) : FREE;
  }

  /** Where the owner word of the piece lies that begins at `offset`; undefined where none can begin. */
  #place(offset: number): { readonly words: Int32Array; readonly index: number } | undefined {
    const extent = this.#extentOf(offset);
    if (extent < 0 || extent >= this.#arena.extentCount) return undefined;
    const kind = this.#kind(extent);
    if (kind === RUN && offset === this.#offsetOf(extent))
      return { words: this.#table, index: extent * ENTRY + OWNER };
    const block = kind === SLAB ? this.#blockOf(extent, offset) : -1;
    return block < 0 ? undefined : { words: this.#owners(extent), index: block };
  }

  /** How many bytes the piece that begins at `offset` has. */
  sizeOf(offset: number): number {
    const extent = this.#extentOf(offset);
    const count = this.#table[extent * ENTRY + COUNT] as number;
    return this.#kind(extent) === RUN ? count * EXTENT_BYTES : (CLASSES[count] ?? 0);
  }

  /** All pieces in use. Without the guard, so each is to be believed only after another look. */
  *pieces(): Generator<Piece> {
    const top = this.#top;
    for (let extent = 0; extent < top; extent++) {
      const kind = this.#kind(extent);
      const count = this.#table[extent * ENTRY + COUNT] as number;
      if (kind === RUN) {
        const owner = Atomics.load(this.#table, extent * ENTRY + OWNER);
        if (owner !== FREE) yield { offset: this.#offsetOf(extent), sizeBytes: count * EXTENT_BYTES, owner };
      } else if (kind === SLAB && count < CLASSES.length) {
        const owners = this.#owners(extent);
        const sizeBytes = CLASSES[count] as number;
        const blocks = PER_SLAB[count] as number;
        const first = this.#offsetOf(extent) + firstBlock(blocks);
        for (let block = 0; block < blocks; block++) {
          const owner = Atomics.load(owners, block);
          if (owner !== FREE) yield { offset: first + block * sizeBytes, sizeBytes, owner };
        }
      }
    }
  }

  /** Bytes given out, and bytes there are. */
  usage(): { readonly usedBytes: number; readonly limitBytes: number } {
    let usedBytes = 0;
    for (const block of this.pieces()) usedBytes += block.sizeBytes;
    return { usedBytes, limitBytes: this.#arena.extentCount * EXTENT_BYTES };
  }

  #takeBlock(index: number, tag: Tag): number {
    const { header } = this.#arena;
    const hint = (header[AT.classHints + index] as number) - 1;
    let extent = hint >= 0 && this.#hasRoom(hint, index) ? hint : -1;
    for (let other = 0; extent < 0 && other < this.#top; other++)
      if (this.#hasRoom(other, index)) extent = other;
    if (extent < 0) extent = this.#newSlab(index);
    if (extent < 0) return -1;
    header[AT.classHints + index] = extent + 1;
    const block = this.#owners(extent).indexOf(FREE);
    if (FAULTY) pass('heap.taking');
    Atomics.store(this.#owners(extent), block, tag); // the commit
    if (FAULTY) pass('heap.taken');
    this.#table[extent * ENTRY + USED]! += 1;
    const blocks = PER_SLAB[index] as number;
    return this.#offsetOf(extent) + firstBlock(blocks) + block * (CLASSES[index] as number);
  }

  #hasRoom(extent: number, index: number): boolean {
    const entry = extent * ENTRY;
    return (
      this.#kind(extent) === SLAB &&
      this.#table[entry + COUNT] === index &&
      (this.#table[entry + USED] as number) < (PER_SLAB[index] as number)
    );
  }

  #newSlab(index: number): number {
    const extent = this.#findRun(1);
    if (extent < 0) return -1;
    this.#table[extent * ENTRY + COUNT] = index;
    this.#table[extent * ENTRY + USED] = 0;
    Atomics.store(this.#table, extent * ENTRY, SLAB);
    return extent;
  }

  #takeRun(count: number, tag: Tag): number {
    const extent = this.#findRun(count);
    if (extent < 0) return -1;
    for (let tail = extent + 1; tail < extent + count; tail++) this.#table[tail * ENTRY] = TAIL;
    this.#table[extent * ENTRY + COUNT] = count;
    this.#table[extent * ENTRY + OWNER] = tag;
    Atomics.store(this.#table, extent * ENTRY, RUN); // the commit: tails without a head are freed by repair
    return this.#offsetOf(extent);
  }

  /** Gives the pages of a run back to the system, and then the run. Repeated by repair if we die on the way. */
  #clear(extent: number): void {
    Atomics.store(this.#table, extent * ENTRY, CLEARING); // the commit
    const count = this.#table[extent * ENTRY + COUNT] as number;
    punchHole(this.#arena.fd, this.#offsetOf(extent), count * EXTENT_BYTES);
    this.#table[extent * ENTRY + OWNER] = FREE;
    for (let tail = extent + 1; tail < extent + count; tail++) this.#table[tail * ENTRY] = FREE;
    Atomics.store(this.#table, extent * ENTRY, FREE);
  }

  /** First fit. */
  #findRun(count: number): number {
    const { extentCount, header } = this.#arena;
    let run = 0;
    for (let extent = 0; extent < extentCount; extent++) {
      run = this.#kind(extent) === FREE ? run + 1 : 0;
      if (run < count) continue;
      if (extent + 1 > this.#top) Atomics.store(header, AT.extentTop, extent + 1);
      return extent - count + 1;
    }
    return -1;
  }

  /** Derives everything anew from the kinds and owner words. May itself be cut short and begun again. */
  readonly #repair = (): void => {
    const { extentCount, header } = this.#arena;
    let covered = 0; // extents before this one belong to a run
    let top = 0;
    for (let extent = 0; extent < extentCount; extent++) {
      const kind = this.#kind(extent);
      if (kind === CLEARING) this.#clear(extent);
      else if (kind === RUN) covered = extent + (this.#table[extent * ENTRY + COUNT] as number);
      else if (kind === TAIL && extent >= covered) Atomics.store(this.#table, extent * ENTRY, FREE);
      else if (kind === SLAB) {
        const used = this.#owners(extent).reduce((sum, owner) => sum + (owner === FREE ? 0 : 1), 0);
        this.#table[extent * ENTRY + USED] = used;
      }
      if (this.#kind(extent) !== FREE) top = extent + 1;
    }
    Atomics.store(header, AT.extentTop, Math.max(top, this.#top));
  };

  #owners(extent: number): Int32Array {
    let owners = this.#slabs.get(extent);
    if (!owners) {
      const blocks = PER_SLAB[this.#table[extent * ENTRY + COUNT] as number] ?? 1;
      owners = new Int32Array(this.#arena.view(this.#offsetOf(extent), blocks * 4));
      this.#slabs.set(extent, owners);
    }
    return owners;
  }

  #blockOf(extent: number, offset: number): number {
    const index = this.#table[extent * ENTRY + COUNT] as number;
    const blocks = PER_SLAB[index] ?? 0;
    const inside = offset - this.#offsetOf(extent) - firstBlock(blocks);
    const block = inside / (CLASSES[index] ?? 1);
    return Number.isInteger(block) && block >= 0 && block < blocks ? block : -1;
  }

  get #top(): number {
    return Math.min(Atomics.load(this.#arena.header, AT.extentTop), this.#arena.extentCount);
  }

  #kind(extent: number): number {
    return Atomics.load(this.#table, extent * ENTRY);
  }

  #extentOf(offset: number): number {
    return Math.floor((offset - this.#arena.heapOffset) / EXTENT_BYTES);
  }

  #offsetOf(extent: number): number {
    return this.#arena.heapOffset + extent * EXTENT_BYTES;
  }

  #full(sizeBytes: number): DuodaoError {
    const { usedBytes, limitBytes } = this.usage();
    return new DuodaoError(
      'no-space',
      `Cannot find ${sizeBytes} bytes of shared memory: ${usedBytes} of ${limitBytes} are in use. ` +
        'Release objects, or start with a larger DUODAO_ARENA_MIB',
      { sizeBytes, usedBytes, limitBytes },
    );
  }
}
