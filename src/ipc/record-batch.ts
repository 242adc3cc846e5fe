/**
 * Records outside of the ring: many that go in together, and many that came out together.
 *
 * They lie one behind the other as they do in the ring (record-ring.ts), so that a batch crosses in one copy.
 *
 * @module
 */
import { READY, RECORD_AT, recordBytes } from './record-ring.ts';

const LEAST_BYTES = 4096;

/** Records on their way in: READY, without ids. */
export class RecordBatch {
  #bytes: Uint8Array = new Uint8Array(LEAST_BYTES);
  #words: Int32Array = new Int32Array(this.#bytes.buffer);
  /** Where each record begins, and where the last one ends. */
  readonly #starts: number[] = [0];

  get count(): number {
    return this.#starts.length - 1;
  }

  /** How many bytes all records take. */
  get sizeBytes(): number {
    return this.#starts[this.count] as number;
  }

  add(payload: Uint8Array, links: number): void {
    const start = this.sizeBytes;
    const end = start + recordBytes(payload.length);
    if (end > this.#bytes.length) this.#grow(end);
    const word = start >> 2;
    this.#words[word] = payload.length;
    this.#words[word + RECORD_AT.state / 4] = READY;
    this.#words[word + RECORD_AT.links / 4] = links;
    this.#bytes.set(payload, start + RECORD_AT.payload);
    this.#starts.push(end);
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(bytes + 8, this.#bytes.length * 2) & ~7);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#words = new Int32Array(grown.buffer);
  }

  /** How many of the records, from the `first` on, fit into so many bytes. */
  fitting(first: number, bytes: number): number {
    const limit = (this.#starts[first] as number) + bytes;
    let end = this.count;
    // The most likely answer is all of them; else the one place where the ring ends.
    while ((this.#starts[end] as number) > limit) end--;
    return end - first;
  }

  /** Bytes of `count` records from the `first` on. */
  sizeOf(first: number, count: number): number {
    return (this.#starts[first + count] as number) - (this.#starts[first] as number);
  }

  /** `count` records from the `first` on. */
  records(first: number, count: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[first], this.#starts[first + count]);
  }
}

/** The payloads of records that came out together. */
export function* payloadsIn(records: Uint8Array): Generator<Uint8Array> {
  const words = new Int32Array(records.buffer, records.byteOffset, records.length >> 2);
  for (let at = 0; at < records.length; ) {
    const length = words[at >> 2] as number;
    const start = at + RECORD_AT.payload;
    yield records.subarray(start, start + length);
    at += recordBytes(length);
  }
}
