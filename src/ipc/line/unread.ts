/**
 * What lies in a ring of answers and has not been read: whoever counts handles has to count those in there, too.
 *
 * Frames without links are read by the caller outside of the guard, so the server may write over what is being looked
 * at here. After each look at a frame `head` is asked for again: if it has passed the frame, what was seen means
 * nothing. Frames with links are published and passed inside the guard, in which we are.
 *
 * @module
 */
import type { Reference } from '../../memory/index.ts';
import { handlesIn } from '../crossing.ts';
import {
  AT,
  FORM,
  formOf,
  HEAD_WORDS,
  hasLinks,
  isWrap,
  nextRound,
  RING_MASK,
  RING_WORDS,
  sizeOf,
} from './line-shape.ts';

/** The handles in frames that were published and not yet read. To be called inside the guard of the line. */
export function handlesInAnswers(words: Int32Array, ring: Int32Array): Reference[] {
  const found: Reference[] = [];
  const tail = Atomics.load(words, AT.tail) >>> 0;
  let at = Atomics.load(words, AT.head) >>> 0;
  while (at !== tail) {
    const start = at & RING_MASK;
    const head = ring[start] as number;
    const size = sizeOf(head);
    const isWhole = !isWrap(head) && size >= HEAD_WORDS && start + size <= RING_WORDS;
    const references = isWhole && hasLinks(head) ? referencesIn(ring, start, head) : [];
    const read = Atomics.load(words, AT.head) >>> 0;
    if (((read - at) | 0) > 0) at = read;
    else {
      found.push(...references);
      at = isWhole ? (at + size) >>> 0 : nextRound(at);
    }
    if (((tail - at) | 0) < 0) break; // what was read was no frame any more, and neither is what follows
  }
  return found;
}

function referencesIn(ring: Int32Array, start: number, head: number): readonly Reference[] {
  if (formOf(head) === FORM.parcel) return [parcelIn(ring, start)];
  return handlesIn(bytesIn(ring, start));
}

/** The reference of the parcel that a frame stands for. */
export function parcelIn(ring: Int32Array, start: number): Reference {
  return {
    kind: ring[start + 2] as number,
    offset: (ring[start + 3] as number) >>> 0,
    serial: (ring[start + 4] as number) >>> 0,
  };
}

/** The packed bytes of a frame, as a view: good until the frame has been passed. */
export function bytesIn(ring: Int32Array, start: number): Uint8Array {
  const length = Math.min((ring[start + 2] as number) >>> 0, (RING_WORDS - start - HEAD_WORDS) * 4);
  return new Uint8Array(ring.buffer, ring.byteOffset + (start + HEAD_WORDS) * 4, length);
}
