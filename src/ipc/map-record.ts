/**
 * The records of a map, as bytes: one for each entry. How they hang together is told in map-half.ts.
 *
 *     offset  size  field   meaning
 *     0       4     next    where the next record of the chain is; 0: this is the last
 *     4       4     hash    of the key
 *     8       8     id      the change that wrote it: unique in the map
 *     16      8     birth   id of the first record since the key came into the map: the order of entries
 *     24      4     key     bytes of key, times two, plus one if they are two for each character
 *     28      4     value   bytes of value, times two, plus one if it refers to shared objects or functions
 *     32      …     the key, and from the next multiple of 8 on the value
 *
 * A record is aligned to 8 bytes and never changes once a chain leads to it, but for `next`.
 *
 * @module
 */
import { DuodaoError, layout } from '../base/index.ts';
import { isKey, keyBytes, type MapKey, readKey, writeKey } from './map-key.ts';

const RECORD = layout('map record', 32, {
  next: [0, 'u32'],
  hash: [4, 'u32'],
  id: [8, 'f64'],
  birth: [16, 'f64'],
  key: [24, 'u32'],
  value: [28, 'u32'],
});

const NEXT = RECORD.next / 4;
const HASH = RECORD.hash / 4;
const ID = RECORD.id / 8;
const BIRTH = RECORD.birth / 8;
const KEY = RECORD.key / 4;
const VALUE = RECORD.value / 4;

/** The smallest record there can be. */
export const RECORD_BYTES_MIN: number = RECORD.sizeBytes;
/** Below this, copying word by word is cheaper than a call of `set`. */
const SMALL_BYTES = 192;

/** What is written into a record. */
export interface NewEntry {
  readonly key: MapKey;
  readonly id: number;
  readonly birth: number;
  readonly value: Uint8Array;
  readonly hasLinks: boolean;
}

/** How much memory an entry takes. Exact for any size: what is too large must be seen to be. */
export function recordBytes(key: MapKey, valueBytes: number): number {
  return sizeOf(keyBytes(key.shape), valueBytes);
}

function sizeOf(keySize: number, valueSize: number): number {
  return RECORD.sizeBytes + aligned(keySize) + aligned(valueSize);
}

function aligned(size: number): number {
  return size + (-size & 7);
}

/** Records by their positions: bytes from the start of the memory that they share. */
export class MapRecords {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(memory: ArrayBuffer, offset: number, sizeBytes: number) {
    this.#words = new Int32Array(memory, offset, sizeBytes / 4);
    this.#floats = new Float64Array(memory, offset, sizeBytes / 8);
    this.#bytes = new Uint8Array(memory, offset, sizeBytes);
  }

  /** Index of the word that leads to the next record. */
  linkAt(position: number): number {
    return (position >> 2) + NEXT;
  }

  next(position: number): number {
    return this.#words[(position >> 2) + NEXT] as number;
  }

  hash(position: number): number {
    return this.#words[(position >> 2) + HASH] as number;
  }

  id(position: number): number {
    return this.#floats[(position >> 3) + ID] as number;
  }

  birth(position: number): number {
    return this.#floats[(position >> 3) + BIRTH] as number;
  }

  hasLinks(position: number): boolean {
    return ((this.#words[(position >> 2) + VALUE] as number) & 1) !== 0;
  }

  /** Bytes of the whole record. */
  sizeAt(position: number): number {
    return sizeOf(keyBytes(this.#shape(position)), this.#valueBytes(position));
  }

  #shape(position: number): number {
    return this.#words[(position >> 2) + KEY] as number;
  }

  #valueBytes(position: number): number {
    return (this.#words[(position >> 2) + VALUE] as number) >>> 1;
  }

  isOf(position: number, key: MapKey): boolean {
    if (this.hash(position) !== key.hash || this.#shape(position) !== key.shape) return false;
    return isKey(key, this.#bytes, position + RECORD.sizeBytes);
  }

  key(position: number): string {
    return readKey(this.#bytes, position + RECORD.sizeBytes, this.#shape(position));
  }

  /** A copy of the value. */
  value(position: number): Uint8Array {
    const start = this.#valueAt(position);
    return this.#bytes.slice(start, start + this.#valueBytes(position));
  }

  #valueAt(position: number): number {
    return position + RECORD.sizeBytes + aligned(keyBytes(this.#shape(position)));
  }

  write(position: number, { key, id, birth, value, hasLinks }: NewEntry, next: number): void {
    const word = position >> 2;
    this.#words[word + NEXT] = next;
    this.#words[word + HASH] = key.hash;
    this.#floats[(position >> 3) + ID] = id;
    this.#floats[(position >> 3) + BIRTH] = birth;
    this.#words[word + KEY] = key.shape;
    this.#words[word + VALUE] = value.length * 2 + (hasLinks ? 1 : 0);
    writeKey(key, this.#bytes, position + RECORD.sizeBytes);
    this.#bytes.set(value, this.#valueAt(position));
  }

  /** Writes a copy of a record that lies elsewhere, with another `next`. */
  copy(position: number, source: MapRecords, from: number, next: number): void {
    const sizeBytes = source.sizeAt(from);
    if (sizeBytes > SMALL_BYTES) this.#bytes.set(source.#bytes.subarray(from, from + sizeBytes), position);
    else {
      const [to, start] = [position >> 2, from >> 2];
      for (let word = 0; word < sizeBytes / 4; word++)
        this.#words[to + word] = source.#words[start + word] as number;
    }
    this.#words[(position >> 2) + NEXT] = next;
  }
}

export function broken(why: string): DuodaoError {
  return new DuodaoError('broken', `The memory of this map makes no sense, as ${why}`);
}
