/**
 * A line as bytes: requests one way, answers the other, between one caller and one server.
 *
 * Body, a cache line for whatever one side writes:
 *
 *     offset  size  field     written by   meaning
 *     0       4     sent      caller       requests that were published so far
 *     4       4     head      caller       words of the answer ring that were read so far
 *     8       4     abort     caller       1 + the number of the request that is to be given up; 0: none
 *     12      4     closing   caller       1: no more requests will come
 *     16      4     gated     caller       1: only requests before number `gate` may be taken
 *     64      4     taken     both         requests that were taken, by the server or back by the caller
 *     68      4     tail      server       words of the answer ring that were published so far
 *     72      4     flags     server       COOPERATIVE: the present request looks at `abort`
 *     76      4     answered  server       requests that were answered
 *     80      8     since     server       when the present request began, in ms of the monotonic clock; 0: none runs
 *     88      8     paused    overseer     ms of that in which the server was stopped
 *     96      8     pausedAt  overseer     since when it stands; 0: it does not
 *     104     4     gate      overseer     see `gated`
 *     128     4     asleep    of server    1: it sleeps, or is about to
 *     132     4     asleep    of caller
 *     136     4     sleepers  of server    (derived)
 *     140     4     sleepers  of caller    (derived)
 *     192     64    wait set  of server
 *     256     64    wait set  of caller
 *
 * Data: the ring of requests, then the ring of answers, each of RING_WORDS words. In a ring lie frames, each in one
 * piece; a frame that does not fit before the end is preceded by one that only says WRAP.
 *
 *     word 0    bits 0–3 type, 4–5 form, 6 FINAL, 7 LINKS, 8–31 size of the frame in words
 *     word 1    request: what it is about; answer: what it took, in ms, as a 32-bit float
 *     word 2    CELLS: how many; BYTES: how many bytes; PARCEL: kind, then offset and serial of a parcel
 *     word 3 …  the cells, the packed bytes
 *
 * @module
 */
import { layout, type Offsets } from '../../base/index.ts';
import { BODY_OFFSET } from '../../memory/index.ts';

type Word =
  | 'sent'
  | 'head'
  | 'abort'
  | 'closing'
  | 'gated'
  | 'gate'
  | 'answered'
  | 'taken'
  | 'tail'
  | 'flags'
  | 'serverAsleep'
  | 'callerAsleep'
  | 'serverSleepers'
  | 'callerSleepers'
  | 'serverSet'
  | 'callerSet';

type Double = 'since' | 'paused' | 'pausedAt';

const LINE: Offsets<Word | Double | 'callers' | 'servers' | 'spare'> = layout('line', 320, {
  sent: [0, 'u32'],
  head: [4, 'u32'],
  abort: [8, 'u32'],
  closing: [12, 'u32'],
  gated: [16, 'u32'],
  callers: [20, 'pad', 44],
  taken: [64, 'u32'],
  tail: [68, 'u32'],
  flags: [72, 'u32'],
  answered: [76, 'u32'],
  since: [80, 'f64'],
  paused: [88, 'f64'],
  pausedAt: [96, 'f64'],
  gate: [104, 'u32'],
  servers: [108, 'pad', 20],
  serverAsleep: [128, 'u32'],
  callerAsleep: [132, 'u32'],
  serverSleepers: [136, 'u32'],
  callerSleepers: [140, 'u32'],
  spare: [144, 'pad', 48],
  serverSet: [192, 'u32', 16],
  callerSet: [256, 'u32', 16],
});

const word = (offset: number): number => (BODY_OFFSET + offset) / 4;

/** Indices of the words of a line. */
export const AT: Readonly<Record<Word, number>> = {
  sent: word(LINE.sent),
  head: word(LINE.head),
  abort: word(LINE.abort),
  closing: word(LINE.closing),
  gated: word(LINE.gated),
  gate: word(LINE.gate),
  answered: word(LINE.answered),
  taken: word(LINE.taken),
  tail: word(LINE.tail),
  flags: word(LINE.flags),
  serverAsleep: word(LINE.serverAsleep),
  callerAsleep: word(LINE.callerAsleep),
  serverSleepers: word(LINE.serverSleepers),
  callerSleepers: word(LINE.callerSleepers),
  serverSet: word(LINE.serverSet),
  callerSet: word(LINE.callerSet),
};

/** Indices among the doubles that cover header and body. */
export const SINCE: number = (BODY_OFFSET + LINE.since) / 8;
export const PAUSED: number = (BODY_OFFSET + LINE.paused) / 8;
export const PAUSED_AT: number = (BODY_OFFSET + LINE.pausedAt) / 8;

export const BODY_BYTES: number = LINE.sizeBytes;
/** Words of a ring: a power of two. */
export const RING_WORDS: number = 16 * 1024;
export const RING_MASK: number = RING_WORDS - 1;
export const DATA_BYTES: number = 2 * RING_WORDS * 4;
/** Whatever needs more goes into a parcel. */
export const FRAME_WORDS_LIMIT: number = RING_WORDS / 8;
export const HEAD_WORDS = 3;

export const COOPERATIVE = 1;

export const FORM = { cells: 0, bytes: 1, parcel: 2 } as const;
const FINAL = 1 << 6;
const LINKS = 1 << 7;
/** No type of a frame: the rest of the ring is left free. */
const WRAP = 15;

export function headOf(
  type: number,
  form: number,
  isFinal: boolean,
  hasLinks: boolean,
  size: number,
): number {
  return type | (form << 4) | (isFinal ? FINAL : 0) | (hasLinks ? LINKS : 0) | (size << 8);
}

export const wrapHead: number = WRAP;
export const typeOf = (head: number): number => head & 15;
export const formOf = (head: number): number => (head >> 4) & 3;
export const isFinal = (head: number): boolean => (head & FINAL) !== 0;
export const hasLinks = (head: number): boolean => (head & LINKS) !== 0;
export const sizeOf = (head: number): number => head >>> 8;
export const isWrap = (head: number): boolean => (head & 15) === WRAP;

/** Where a ring begins anew, behind a position in words. */
export function nextRound(position: number): number {
  return ((position | RING_MASK) + 1) >>> 0;
}
