/**
 * Writes frames into one ring, by the side that fills it.
 *
 * @module
 */
import type { Reference } from '../../memory/index.ts';
import {
  FORM,
  FRAME_WORDS_LIMIT,
  HEAD_WORDS,
  headOf,
  nextRound,
  RING_MASK,
  RING_WORDS,
  wrapHead,
} from './line-shape.ts';
import { stage, type Packed } from './load.ts';

const PARCEL_WORDS = 5;

/** What is said beside the load. */
export interface FrameFacts {
  readonly type: number;
  readonly isFinal: boolean;
  /** Word 1. */
  readonly about: number;
}

export class FrameWriter {
  readonly #ring: Int32Array;
  readonly #bytes: Uint8Array;
  /** Behind the last frame: words written so far. */
  position = 0;

  constructor(ring: Int32Array) {
    this.#ring = ring;
    this.#bytes = new Uint8Array(ring.buffer, ring.byteOffset, RING_WORDS * 4);
  }

  /** Whether packed bytes go into a frame; else they need a parcel. */
  static fits({ bytes }: Packed): boolean {
    return HEAD_WORDS + ((bytes.length + 3) >> 2) <= FRAME_WORDS_LIMIT;
  }

  /** Writes what is staged. `used` is where the oldest frame begins that is still needed. False without room. */
  cells(facts: FrameFacts, count: number, staged: number, used: number): boolean {
    const size = HEAD_WORDS + staged;
    const start = this.#reserve(size, used);
    if (start < 0) return false;
    const ring = this.#ring;
    ring[start] = headOf(facts.type, FORM.cells, facts.isFinal, false, size);
    ring[start + 1] = facts.about;
    ring[start + 2] = count;
    for (let index = 0; index < staged; index++) ring[start + 3 + index] = stage[index] as number;
    return true;
  }

  bytes(facts: FrameFacts, { bytes, hasLinks }: Packed, used: number): boolean {
    const size = HEAD_WORDS + ((bytes.length + 3) >> 2);
    const start = this.#reserve(size, used);
    if (start < 0) return false;
    const ring = this.#ring;
    ring[start] = headOf(facts.type, FORM.bytes, facts.isFinal, hasLinks, size);
    ring[start + 1] = facts.about;
    ring[start + 2] = bytes.length;
    this.#bytes.set(bytes, (start + HEAD_WORDS) * 4);
    return true;
  }

  parcel(facts: FrameFacts, reference: Reference, used: number): boolean {
    const start = this.#reserve(PARCEL_WORDS, used);
    if (start < 0) return false;
    const ring = this.#ring;
    ring[start] = headOf(facts.type, FORM.parcel, facts.isFinal, true, PARCEL_WORDS);
    ring[start + 1] = facts.about;
    ring[start + 2] = reference.kind;
    ring[start + 3] = reference.offset;
    ring[start + 4] = reference.serial;
    return true;
  }

  /** The index of so many words in one piece; −1 if there are not so many. */
  #reserve(size: number, used: number): number {
    let at = this.position;
    if ((at & RING_MASK) + size > RING_WORDS) at = nextRound(at);
    if (((at + size - used) | 0) > RING_WORDS) return -1;
    if (at !== this.position) this.#ring[this.position & RING_MASK] = wrapHead;
    this.position = (at + size) >>> 0;
    return at & RING_MASK;
  }
}
