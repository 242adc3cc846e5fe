/**
 * Where a barrier keeps what, in the body of its object (see barrier-body.ts), and how its rounds are numbered.
 *
 * @module
 */
import { layout, type Offsets } from '../base/index.ts';
import { BODY_OFFSET, type SharedObject } from '../memory/index.ts';

type Word =
  | 'phase'
  | 'parties'
  | 'count'
  | 'acting'
  | 'hasAction'
  | 'cause'
  | 'leavers'
  | 'entrants'
  | 'leaving'
  | 'entering';

const BARRIER: Offsets<Word | 'limit' | 'spare'> = layout('barrier', 192, {
  phase: [0, 'u32'],
  parties: [4, 'u32'],
  count: [8, 'u32'],
  acting: [12, 'u32'],
  hasAction: [16, 'u32'],
  cause: [20, 'u32'],
  leavers: [24, 'u32'],
  entrants: [28, 'u32'],
  limit: [32, 'f64'],
  spare: [40, 'pad', 24],
  leaving: [64, 'u32', 16],
  entering: [128, 'u32', 16],
});

export const BARRIER_BODY_BYTES: number = BARRIER.sizeBytes;

/** Indexes into the object's words. */
export const AT: Readonly<Record<Word, number>> = {
  phase: (BODY_OFFSET + BARRIER.phase) / 4,
  parties: (BODY_OFFSET + BARRIER.parties) / 4,
  count: (BODY_OFFSET + BARRIER.count) / 4,
  acting: (BODY_OFFSET + BARRIER.acting) / 4,
  hasAction: (BODY_OFFSET + BARRIER.hasAction) / 4,
  cause: (BODY_OFFSET + BARRIER.cause) / 4,
  leavers: (BODY_OFFSET + BARRIER.leavers) / 4,
  entrants: (BODY_OFFSET + BARRIER.entrants) / 4,
  leaving: (BODY_OFFSET + BARRIER.leaving) / 4,
  entering: (BODY_OFFSET + BARRIER.entering) / 4,
};

/** The limit of each wait, a number of its own width. */
export function limitOf({ words }: SharedObject): Float64Array {
  return new Float64Array(words.buffer, BODY_OFFSET + BARRIER.limit, 1);
}

/** Rounds are numbered from 1 to this, and then from 1 again. */
const ROUNDS = 2 ** 31 - 1;

export function roundAfter(round: number, steps: 1 | 2): number {
  return ((round - 1 + steps) % ROUNDS) + 1;
}

export function roundBefore(round: number): number {
  return round === 1 ? ROUNDS : round - 1;
}
