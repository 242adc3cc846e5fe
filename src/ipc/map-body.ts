/**
 * A map as bytes: two halves (map-half.ts), one of which is in use, and the steps that change it.
 *
 *     offset  size  field    meaning
 *     0       4     active   which half is in use: 0 or 1. To store it is the commit of a rebuilding
 *     4       4     broken   1: the memory was found to make no sense; everything is refused from then on
 *     8       8     changes  number of the last change; raised before its commit, so gaps may be, repeats not
 *     16      4     seed     where the hash of keys begins
 *     20      44    -
 *
 * Everything happens inside the object's guard. A change is one store. In the half in use it is a link: to a
 * record that was written behind all others, or past one that goes. When there is no room behind the others,
 * when more of the log is garbage than not, or when the chains have become long, the other half is written: what
 * lives, and the change with it. Then `active` is stored. So a death anywhere leaves the old state or the new,
 * and repair() counts the rest anew.
 *
 * Rebuilding costs as many copied bytes as live. It comes after as many were written, unless the map is nearly full.
 *
 * Checked by stopping at each single store, and by properties against a plain Map (test/unit/ipc).
 *
 * @module
 */
import { DuodaoError, FAULTY, layout, pass } from '../base/index.ts';
import { BODY_OFFSET, type SharedObject } from '../memory/index.ts';
import { BUCKETS_MIN, MapHalf, overheadBytes } from './map-half.ts';
import type { MapKey } from './map-key.ts';
import { broken, recordBytes } from './map-record.ts';

const MAP = layout('map', 64, {
  active: [0, 'u32'],
  broken: [4, 'u32'],
  changes: [8, 'f64'],
  seed: [16, 'u32'],
  spare: [20, 'pad', 44],
});

export const MAP_BODY_BYTES: number = MAP.sizeBytes;

const ACTIVE = (BODY_OFFSET + MAP.active) / 4;
const BROKEN = (BODY_OFFSET + MAP.broken) / 4;
const CHANGES = (BODY_OFFSET + MAP.changes) / 8;
const SEED = (BODY_OFFSET + MAP.seed) / 4;

/** How many chains a map begins with. */
const BUCKETS_FIRST = 16;
/** So much garbage is no reason to rebuild: small maps stay in the processor's cache all the same. */
const GARBAGE_BYTES = 64 * 1024;

/** An entry as its reader sees it. */
export interface Entry {
  readonly id: number;
  /** Whether its value refers to shared objects or functions. */
  readonly hasLinks: boolean;
  /** A copy, the reader's own. */
  readonly value: Uint8Array;
}

/** What came of a change. */
export interface Outcome {
  /** `changed`: the entry is not the expected one any more; `full`: there is no room. Nothing was done then. */
  readonly how: 'done' | 'changed' | 'full';
  /** The value that is gone, if it referred to shared objects or functions. */
  readonly dropped?: Uint8Array | undefined;
}

const DONE: Outcome = { how: 'done' };
const CHANGED: Outcome = { how: 'changed' };
const FULL: Outcome = { how: 'full' };
/** The id of an entry that is not there. */
export const ABSENT = 0;

/** What of a shared object is a map's. */
export type MapMemory = Pick<SharedObject, 'words' | 'data'>;

export class MapBody {
  readonly halfBytes: number;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #halves: readonly [MapHalf, MapHalf];

  constructor(object: MapMemory) {
    this.#words = object.words;
    this.#floats = new Float64Array(object.words.buffer);
    const memory = object.data(MAP_BODY_BYTES);
    this.halfBytes = memory.byteLength / 2;
    this.#halves = [
      new MapHalf(memory, 0, this.halfBytes),
      new MapHalf(memory, this.halfBytes, this.halfBytes),
    ];
  }

  /** Writes the body of a new map. */
  static init(object: MapMemory, seed: number): void {
    object.words[SEED] = seed;
    const body = new MapBody(object);
    body.#halves[0].begin(body.#bucketsFor(0, 0));
  }

  get seed(): number {
    return this.#words[SEED] as number;
  }
  /** The number of the last change. */
  get changes(): number {
    return this.#floats[CHANGES] as number;
  }
  get entries(): number {
    return this.#inUse().entries;
  }
  /** Bytes of all that is in the map, keys and values. */
  get liveBytes(): number {
    return this.#inUse().liveBytes;
  }
  /** Bytes of the half in use that were written to. */
  get writtenBytes(): number {
    return this.halfBytes - this.#inUse().freeBytes;
  }

  #inUse(): MapHalf {
    const active = this.#words[ACTIVE];
    if (this.#words[BROKEN] !== 0 || (active !== 0 && active !== 1)) throw broken('it was found so before');
    return this.#halves[active];
  }

  /** Whether an entry of this size could be put into the map if it were alone. */
  canHold(sizeBytes: number): boolean {
    return this.#fits(sizeBytes, BUCKETS_MIN);
  }

  #fits(sizeBytes: number, buckets: number): boolean {
    return overheadBytes(buckets) + sizeBytes <= this.halfBytes;
  }

  /** How many chains are best for so many entries, as far as there is room beside their bytes. */
  #bucketsFor(entries: number, sizeBytes: number): number {
    let buckets = BUCKETS_FIRST;
    while (buckets < entries) buckets *= 2;
    while (buckets > BUCKETS_MIN && !this.#fits(sizeBytes, buckets)) buckets /= 2;
    return buckets;
  }

  get(key: MapKey): Entry | undefined {
    const half = this.#inUse();
    const { position } = half.find(key);
    if (position === 0) return undefined;
    return {
      id: half.records.id(position),
      hasLinks: half.records.hasLinks(position),
      value: half.records.value(position),
    };
  }

  /** The id of an entry, without its value. */
  idOf(key: MapKey): number {
    const half = this.#inUse();
    const { position } = half.find(key);
    return position === 0 ? ABSENT : half.records.id(position);
  }

  /** Sets an entry; if `expected` is given, only if that is the id of the entry there is. */
  put(key: MapKey, value: Uint8Array, hasLinks: boolean, expected?: number): Outcome {
    const half = this.#inUse();
    const place = half.find(key);
    const old = place.position;
    if (expected !== undefined && expected !== (old === 0 ? ABSENT : half.records.id(old))) return CHANGED;
    const sizeBytes = recordBytes(key, value.length);
    const entries = half.entries + (old === 0 ? 1 : 0);
    const liveBytes = half.liveBytes + sizeBytes - (old === 0 ? 0 : half.records.sizeAt(old));
    if (!this.#fits(liveBytes, BUCKETS_MIN)) return FULL;
    const outcome = this.#dropping(half, old);
    const buckets = this.#bucketsFor(entries, liveBytes);
    const id = this.#nextChange();
    const entry = { key, id, birth: old === 0 ? id : half.records.birth(old), value, hasLinks };
    const isLittered = half.garbageBytes > half.liveBytes + GARBAGE_BYTES;
    if (sizeBytes <= half.freeBytes && buckets < half.buckets * 4 && !isLittered) half.put(place, entry);
    else {
      const other = this.#rebuild(half, old, buckets);
      other.put(other.find(key), entry);
      this.#use(other);
    }
    return outcome;
  }

  /** Takes an entry out; if `expected` is given, only if that is its id. Undefined if there is none. */
  remove(key: MapKey, expected?: number): Outcome | undefined {
    const half = this.#inUse();
    const place = half.find(key);
    if (place.position === 0) return undefined;
    if (expected !== undefined && expected !== half.records.id(place.position)) return CHANGED;
    const outcome = this.#dropping(half, place.position);
    this.#nextChange();
    half.remove(place);
    return outcome;
  }

  /** Takes all entries out, and gives the values among them that referred to shared objects or functions. */
  clear(): Uint8Array[] {
    const half = this.#inUse();
    const dropped = [...this.#valuesWithLinks(half)];
    this.#nextChange();
    const other = this.#other(half);
    other.begin(this.#bucketsFor(0, 0));
    this.#use(other);
    return dropped;
  }

  #dropping(half: MapHalf, position: number): Outcome {
    return position !== 0 && half.records.hasLinks(position)
      ? { how: 'done', dropped: half.records.value(position) }
      : DONE;
  }

  #nextChange(): number {
    const number = this.changes + 1;
    if (!(number >= 1 && number < Number.MAX_SAFE_INTEGER)) throw broken('it counts no changes');
    this.#floats[CHANGES] = number;
    return number;
  }

  #other(half: MapHalf): MapHalf {
    return half === this.#halves[0] ? this.#halves[1] : this.#halves[0];
  }

  /** Writes all entries but one into the other half. */
  #rebuild(half: MapHalf, except: number, buckets: number): MapHalf {
    const other = this.#other(half);
    other.begin(buckets);
    for (const position of half.positions()) if (position !== except) other.adopt(half.records, position);
    return other;
  }

  #use(half: MapHalf): void {
    if (FAULTY) pass('map.rebuilt');
    Atomics.store(this.#words, ACTIVE, half === this.#halves[0] ? 0 : 1); // the commit
  }

  /** All that is in the map now, in memory of the caller's own. */
  copy(): MapHalf {
    return this.#inUse().copy();
  }

  /**
   * Derives everything that is derived. Memory that makes no sense is marked: whoever repairs has other things to
   * do.
   */
  repair(): void {
    try {
      this.#inUse().recount();
    } catch (error) {
      if (!(error instanceof DuodaoError)) throw error;
      Atomics.store(this.#words, BROKEN, 1);
    }
  }

  /** All values that refer to shared objects or functions; none if the memory makes no sense. */
  valuesWithLinks(): Uint8Array[] {
    try {
      return [...this.#valuesWithLinks(this.#inUse())];
    } catch (error) {
      if (!(error instanceof DuodaoError)) throw error;
      return [];
    }
  }

  *#valuesWithLinks(half: MapHalf): Generator<Uint8Array> {
    for (const position of half.positions())
      if (half.records.hasLinks(position)) yield half.records.value(position);
  }
}
