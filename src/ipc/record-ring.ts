/**
 * A ring of records of any size, as bytes. It knows where records lie and what they say; who may change what, and
 * when, is the queue's business (queue-body.ts).
 *
 *     offset  size  field      meaning
 *     0       4     length     bytes of payload; of a PAD: bytes of the whole record
 *     4       4     state      bits 2..0 what it is, the rest more about it:
 *                              CLAIMED by the tag of a putter, who is still copying the payload in
 *                              READY, after so many deaths of takers
 *                              LEASED to the tag of a taker
 *                              DONE
 *                              PAD
 *                              DEAD: a dead letter, after so many deaths
 *     8       8     id         unique in the queue
 *     16      4     deliveries bits 23..0 how often it was handed out, bits 31..24 how often its taker died
 *     20      4     links      how many shared objects and functions its payload refers to
 *     24      …     payload
 *
 * Records are aligned to 8 bytes and never cut in two by the end of the ring: a PAD, of which only the first 8 bytes
 * need to exist, fills up to it. A position counts bytes modulo 2^32; the ring's size is a power of two.
 *
 * @module
 */
import { DuodaoError, layout } from '../base/index.ts';

const RECORD = layout('queue record', 24, {
  length: [0, 'u32'],
  state: [4, 'u32'],
  id: [8, 'f64'],
  deliveries: [16, 'u32'],
  links: [20, 'u32'],
});

const HEADER_BYTES = RECORD.sizeBytes;
/** Where the parts of a record are that others need. */
export const RECORD_AT: Readonly<Record<'state' | 'links' | 'payload', number>> = {
  state: RECORD.state,
  links: RECORD.links,
  payload: RECORD.sizeBytes,
};
const STATE = RECORD.state / 4;
const ID = RECORD.id / 8;
const DELIVERIES = RECORD.deliveries / 4;
const LINKS = RECORD.links / 4;

/** What a record is: the low bits of its state. */
export const READY = 1;
export const LEASED = 2;
export const DONE = 3;
export const PAD = 4;
export const CLAIMED = 5;
export const DEAD = 6;
const KIND_BITS = 3;
const KIND_MASK = (1 << KIND_BITS) - 1;

/** What a record in this state is: READY, LEASED … */
export function kindOfState(state: number): number {
  return state & KIND_MASK;
}

/** The state of a record that is leased to the participant with this tag. */
export function leasedTo(tag: number): number {
  return (tag << KIND_BITS) | LEASED;
}

/** The state of a record into which the participant with this tag still copies. */
export function claimedBy(tag: number): number {
  return (tag << KIND_BITS) | CLAIMED;
}

/** The state of a record that waits for a taker, or for somebody to look why so many have died of it. */
export function restingAfter(deaths: number, kind: typeof READY | typeof DEAD): number {
  return (deaths << KIND_BITS) | kind;
}

/** The deaths that a READY or DEAD state tells of. */
export function deathsIn(state: number): number {
  return state >>> KIND_BITS;
}

/** More deaths than these are not counted. */
export const MOST_DEATHS = 255;
const DEATHS_SHIFT = 24;
const DELIVERIES_MASK = (1 << DEATHS_SHIFT) - 1;

/** How much of a ring an item takes whose payload has this many bytes. */
export function recordBytes(payloadBytes: number): number {
  return (HEADER_BYTES + payloadBytes + 7) & ~7;
}

/** Below this, copying word by word is cheaper than a call of `set` or `slice`. */
const SMALL_BYTES = 192;

// Views cost more than what is copied through them, so these are made once for each thread.
const borrowed: Int32Array = new Int32Array(SMALL_BYTES / 4 + 1);
const borrowedBytes: readonly Uint8Array[] = Array.from(
  { length: SMALL_BYTES + 1 },
  (_, length) => new Uint8Array(borrowed.buffer, 0, length),
);
/** The memory that payloads come from most of the time: the encoder's. */
let source: Int32Array = new Int32Array(0);
const SOURCE_BYTES_MOST = 2 ** 20;

export class RecordRing {
  readonly sizeBytes: number;
  readonly #mask: number;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(memory: ArrayBuffer) {
    this.sizeBytes = memory.byteLength;
    if (this.sizeBytes < 8 || this.sizeBytes & (this.sizeBytes - 1))
      throw broken('its ring is not a power of two');
    this.#mask = this.sizeBytes - 1;
    this.#words = new Int32Array(memory);
    this.#floats = new Float64Array(memory);
    this.#bytes = new Uint8Array(memory);
  }

  /** Bytes from a position to the end of the ring. */
  toEnd(position: number): number {
    return this.sizeBytes - (position & this.#mask);
  }

  /** Writes a READY record. It does not exist until the tail is moved behind it. */
  write(position: number, id: number, bytes: Uint8Array, links: number): void {
    this.writeHeader(position, READY, id, bytes.length, links);
    this.#copyIn(bytes, (position & this.#mask) + HEADER_BYTES);
  }

  /** Writes a record without its payload. */
  writeHeader(position: number, state: number, id: number, length: number, links: number): void {
    const offset = position & this.#mask;
    const word = offset >> 2;
    this.#words[word] = length;
    this.#words[word + STATE] = state;
    this.#floats[(offset >> 3) + ID] = id;
    this.#words[word + DELIVERIES] = 0;
    this.#words[word + LINKS] = links;
  }

  /** Writes a PAD, up to the end of the ring if nothing else is said. */
  writePad(position: number, sizeBytes: number = this.toEnd(position)): void {
    const word = (position & this.#mask) >> 2;
    this.#words[word] = sizeBytes;
    this.#words[word + STATE] = PAD;
  }

  /** Copies all that a record says, but for its length and its state, into another place. */
  copyInside(from: number, to: number): void {
    const [source, target] = [from & this.#mask, to & this.#mask];
    const end = source + HEADER_BYTES + this.length(from);
    this.#bytes.copyWithin(target + RECORD.id, source + RECORD.id, end);
  }

  #copyIn(bytes: Uint8Array, offset: number): void {
    const { length } = bytes;
    const { buffer, byteOffset } = bytes;
    if (length > SMALL_BYTES || byteOffset & 3 || buffer.byteLength > SOURCE_BYTES_MOST) {
      this.#bytes.set(bytes, offset);
      return;
    }
    if (source.buffer !== buffer) source = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    const words = this.#words;
    const [from, to, count] = [byteOffset >> 2, offset >> 2, length >> 2];
    for (let i = 0; i < count; i++) words[to + i] = source[from + i] as number;
    for (let i = count << 2; i < length; i++) this.#bytes[offset + i] = bytes[i] as number;
  }

  /** How long the payload is. */
  length(position: number): number {
    return this.#words[(position & this.#mask) >> 2] as number;
  }

  setLength(position: number, length: number): void {
    Atomics.store(this.#words, (position & this.#mask) >> 2, length);
  }

  /** The payload itself, in shared memory. */
  payloadView(position: number): Uint8Array {
    const offset = (position & this.#mask) + HEADER_BYTES;
    return this.#bytes.subarray(offset, offset + this.length(position));
  }

  /** A copy of the payload. */
  payload(position: number): Uint8Array {
    const offset = position & this.#mask;
    const length = this.#words[offset >> 2] as number;
    return this.#bytes.slice(offset + HEADER_BYTES, offset + HEADER_BYTES + length);
  }

  /** A copy of the payload that is good until the next one is borrowed, by anybody of this thread. */
  borrow(position: number): Uint8Array {
    const word = (position & this.#mask) >> 2;
    const length = this.#words[word] as number;
    const bytes = borrowedBytes[length];
    if (!bytes) return this.payload(position);
    const words = this.#words;
    const [from, count] = [word + HEADER_BYTES / 4, (length + 3) >> 2];
    for (let i = 0; i < count; i++) borrowed[i] = words[from + i] as number;
    return bytes;
  }

  /** A copy of everything from one position up to another that is not beyond the end of the ring. */
  copy(position: number, sizeBytes: number): Uint8Array {
    const offset = position & this.#mask;
    return this.#bytes.slice(offset, offset + sizeBytes);
  }

  /** Writes ready-made records, all before the end of the ring, the ids from `id` on. */
  writeAll(position: number, records: Uint8Array, id: number): void {
    const offset = position & this.#mask;
    this.#bytes.set(records, offset);
    const end = offset + records.length;
    for (let at = offset, next = id; at < end; next++) {
      this.#floats[(at >> 3) + ID] = next;
      at += recordBytes(this.#words[at >> 2] as number);
    }
  }

  id(position: number): number {
    return this.#floats[((position & this.#mask) >> 3) + ID] as number;
  }

  links(position: number): number {
    return this.#words[((position & this.#mask) >> 2) + LINKS] as number;
  }

  /** Counts a delivery of a record at rest in this state, and gives the number so far. */
  countDelivery(position: number, state: number): number {
    const word = ((position & this.#mask) >> 2) + DELIVERIES;
    const deliveries = ((this.#words[word] as number) & DELIVERIES_MASK) + 1;
    this.#words[word] = (deathsIn(state) << DEATHS_SHIFT) | (deliveries & DELIVERIES_MASK);
    return deliveries;
  }

  /** Takes back the last count of a delivery that came to nothing. */
  uncountDelivery(position: number): void {
    const word = ((position & this.#mask) >> 2) + DELIVERIES;
    this.#words[word] = (this.#words[word] as number) - 1;
  }

  /** How many takers had died of a record when it was handed out last. */
  deaths(position: number): number {
    return (this.#words[((position & this.#mask) >> 2) + DELIVERIES] as number) >>> DEATHS_SHIFT;
  }

  state(position: number): number {
    return Atomics.load(this.#words, ((position & this.#mask) >> 2) + STATE);
  }

  setState(position: number, state: number): void {
    Atomics.store(this.#words, ((position & this.#mask) >> 2) + STATE, state);
  }

  /**
   * Where the next record begins.
   *
   * @throws DuodaoError `broken` when the record would reach beyond `tail` or the end of the ring, whatever its
   * bytes say.
   */
  after(position: number, tail: number): number {
    const used = (tail - position) >>> 0;
    if (used > this.sizeBytes || position & 7) throw broken('its records lie where none can be');
    const length = (this.#words[(position & this.#mask) >> 2] as number) >>> 0;
    const left = Math.min(used, this.toEnd(position));
    // First the length alone: one near 2^32 would come out of recordBytes() as a small number.
    const sizeBytes = length > left || this.state(position) === PAD ? length : recordBytes(length);
    if (sizeBytes < 8 || sizeBytes & 7 || sizeBytes > left) throw broken('a record reaches beyond its end');
    return (position + sizeBytes) | 0;
  }

  /**
   * The positions of all records from `head` up to `tail`, each of which lies where it says.
   *
   * @throws DuodaoError `broken` at the first that does not.
   */
  *positions(head: number, tail: number): Generator<number> {
    let position = head;
    while (position !== tail) {
      const next = this.after(position, tail);
      yield position;
      position = next;
    }
  }
}

export function broken(why: string): DuodaoError {
  return new DuodaoError('broken', `The memory of this queue makes no sense, as ${why}`);
}
