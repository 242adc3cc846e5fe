/**
 * One half of a map's memory, as bytes: a table of chains, and a log of records (map-record.ts). It knows how they
 * hang together; who may change what, and when, is the map's business (map-body.ts).
 *
 *     offset  size  field    meaning
 *     0       4     buckets  how many chains there are: a power of two
 *     4       4     tail     where the next record will be written
 *     8       4     entries  how many records are in chains (derived)
 *     12      4     live     how many bytes these have (derived)
 *     16      4·n   table    for each chain, where its first record is; 0: it is empty
 *     …             log      records, one behind the other; those that no chain leads to are garbage
 *
 * A key is in one chain, once. To add, to replace and to take out a record is to store one link. The tail moves
 * before that, so no chain ever leads beyond it.
 *
 * Whatever the bytes say, nothing outside the half is read or written, and every walk ends: a link that leads
 * nowhere, or in a circle, is a DuodaoError `broken`.
 *
 * @module
 */
import { FAULTY, layout, pass } from '../base/index.ts';
import type { MapKey } from './map-key.ts';
import { broken, MapRecords, type NewEntry, RECORD_BYTES_MIN, recordBytes } from './map-record.ts';

const HALF = layout('half of a map', 16, {
  buckets: [0, 'u32'],
  tail: [4, 'u32'],
  entries: [8, 'u32'],
  live: [12, 'u32'],
});

const BUCKETS = HALF.buckets / 4;
const TAIL = HALF.tail / 4;
const ENTRIES = HALF.entries / 4;
const LIVE = HALF.live / 4;
const TABLE = HALF.sizeBytes / 4;

/** The fewest chains; more than one, so that the log begins at a multiple of 8. */
export const BUCKETS_MIN = 2;

/** What a half needs beside its records. */
export function overheadBytes(buckets: number): number {
  return HALF.sizeBytes + buckets * 4;
}

/** A place in a chain: the word that leads to a record, and where that is; 0 at the end of the chain. */
export interface Place {
  readonly link: number;
  readonly position: number;
}

export class MapHalf {
  readonly sizeBytes: number;
  readonly records: MapRecords;
  readonly #memory: ArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: ArrayBuffer, offset: number = 0, sizeBytes: number = memory.byteLength) {
    this.sizeBytes = sizeBytes;
    this.records = new MapRecords(memory, offset, sizeBytes);
    this.#memory = memory;
    this.#words = new Int32Array(memory, offset, sizeBytes / 4);
  }

  /** Makes it an empty half with so many chains. */
  begin(buckets: number): void {
    const log = overheadBytes(buckets);
    this.#words[BUCKETS] = buckets;
    this.#words[TAIL] = log;
    this.#words[ENTRIES] = 0;
    this.#words[LIVE] = 0;
    this.#words.fill(0, TABLE, log / 4);
  }

  get buckets(): number {
    return this.#words[BUCKETS] as number;
  }
  /** How many records are in chains. */
  get entries(): number {
    return this.#words[ENTRIES] as number;
  }
  /** Bytes of the records in chains. */
  get liveBytes(): number {
    return this.#words[LIVE] as number;
  }
  /** Bytes of the records that no chain leads to any more. */
  get garbageBytes(): number {
    return this.#tail - this.#log() - this.liveBytes;
  }
  /** Bytes behind the last record. */
  get freeBytes(): number {
    return this.sizeBytes - this.#tail;
  }

  get #tail(): number {
    return this.#words[TAIL] as number;
  }

  /** Where the log begins, if the header makes sense. */
  #log(): number {
    const { buckets } = this;
    const tail = this.#tail;
    const log = overheadBytes(buckets);
    if (buckets < BUCKETS_MIN || buckets & (buckets - 1)) throw broken('its table has no possible size');
    if (tail < log || tail > this.sizeBytes || tail & 7) throw broken('its log ends nowhere');
    return log;
  }

  /** Looks a key up: its place, or the end of the chain that it would be in. */
  find(key: MapKey): Place {
    const log = this.#log();
    const tail = this.#tail;
    let link = TABLE + (key.hash & (this.buckets - 1));
    let position = this.#words[link] as number;
    for (let left = tail - log; position !== 0; left -= RECORD_BYTES_MIN) {
      this.#check(position, log, tail, left);
      if (this.records.isOf(position, key)) break;
      link = this.records.linkAt(position);
      position = this.#words[link] as number;
    }
    return { link, position };
  }

  /** Positions of all records in chains. */
  *positions(): Generator<number, void, void> {
    const log = this.#log();
    const tail = this.#tail;
    let left = tail - log;
    for (let link = TABLE; link < log / 4; link++) {
      for (
        let position = this.#words[link] as number;
        position !== 0;
        position = this.records.next(position)
      ) {
        left -= this.#check(position, log, tail, left);
        yield position;
      }
    }
  }

  /**
   * Checks the record at a position, and gives its size.
   *
   * @param left - Bytes of the log that the records seen before on this walk leave over: a circle uses them up.
   */
  #check(position: number, log: number, tail: number, left: number): number {
    if (position < log || position & 7 || position > tail - RECORD_BYTES_MIN)
      throw broken('a link leads nowhere');
    const sizeBytes = this.records.sizeAt(position);
    if (sizeBytes > tail - position) throw broken('a record reaches beyond its end');
    if (sizeBytes > left) throw broken('a chain has no end');
    if (!(this.records.id(position) > 0)) throw broken('a record has no number');
    return sizeBytes;
  }

  /** Writes an entry behind all records, and makes it the one at this place. */
  put({ link, position: old }: Place, entry: NewEntry): void {
    const position = this.#tail;
    const sizeBytes = recordBytes(entry.key, entry.value.length);
    if (sizeBytes > this.freeBytes) throw broken('it counts fewer bytes than there are');
    const oldBytes = old === 0 ? 0 : this.records.sizeAt(old);
    if (FAULTY) pass('map.writing');
    this.records.write(position, entry, old === 0 ? 0 : this.records.next(old));
    this.#words[TAIL] = position + sizeBytes;
    if (FAULTY) pass('map.written');
    Atomics.store(this.#words, link, position); // the commit
    if (FAULTY) pass('map.committed');
    if (old === 0) this.#words[ENTRIES] = this.entries + 1;
    this.#words[LIVE] = this.liveBytes + sizeBytes - oldBytes;
  }

  /** Takes the record at this place out of its chain. */
  remove({ link, position }: Place): void {
    const sizeBytes = this.records.sizeAt(position);
    Atomics.store(this.#words, link, this.records.next(position)); // the commit
    this.#words[ENTRIES] = this.entries - 1;
    this.#words[LIVE] = this.liveBytes - sizeBytes;
  }

  /** Takes over a record of another half whose key is not in this one. Only while nobody else uses this half. */
  adopt(source: MapRecords, from: number): void {
    const position = this.#tail;
    const sizeBytes = source.sizeAt(from);
    if (sizeBytes > this.freeBytes) throw broken('it counts fewer bytes than there are');
    const link = TABLE + (source.hash(from) & (this.buckets - 1));
    this.records.copy(position, source, from, this.#words[link] as number);
    this.#words[link] = position;
    this.#words[TAIL] = position + sizeBytes;
    this.#words[ENTRIES] = this.entries + 1;
    this.#words[LIVE] = this.liveBytes + sizeBytes;
  }

  /** Derives what is derived. */
  recount(): void {
    let entries = 0;
    let live = 0;
    for (const position of this.positions()) {
      entries++;
      live += this.records.sizeAt(position);
    }
    this.#words[ENTRIES] = entries;
    this.#words[LIVE] = live;
  }

  /** All of it that is in use, in memory of its own. */
  copy(): MapHalf {
    this.#log();
    const start = this.#words.byteOffset;
    return new MapHalf(this.#memory.slice(start, start + this.#tail));
  }
}
