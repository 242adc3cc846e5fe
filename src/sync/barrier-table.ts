/**
 * What a barrier keeps for each participant: five columns of 512 words, in its data.
 *
 *     offset  size  column   meaning
 *     0       2048  round    in which round the participant arrived last
 *     2048    2048  arrived  how many of its tasks arrived in that round
 *     4096    2048  failed   the last round of its own that ended broken, and is over
 *     6144    2048  cause    why that one broke
 *     8192    2048  knows    1: the action is at hand in this thread
 *
 * An entry counts for the round that it names and no other, so that a new round begins with one store elsewhere,
 * which makes all entries old at once.
 *
 * @module
 */
import type { SharedObject } from '../memory/index.ts';
import { SLOTS } from './bounded-slots.ts';

const COLUMN_BYTES = SLOTS * 4;

export const BARRIER_DATA_BYTES: number = COLUMN_BYTES * 5;

export class BarrierTable {
  readonly #round: Int32Array;
  readonly #arrived: Int32Array;
  readonly #failed: Int32Array;
  readonly #cause: Int32Array;
  readonly #knows: Int32Array;

  constructor(object: SharedObject, bodyBytes: number) {
    const data = object.data(bodyBytes);
    const column = (index: number): Int32Array => new Int32Array(data, COLUMN_BYTES * index, SLOTS);
    this.#round = column(0);
    this.#arrived = column(1);
    this.#failed = column(2);
    this.#cause = column(3);
    this.#knows = column(4);
  }

  /** How many tasks of the participant arrived in this round. */
  arrived(slot: number, round: number): number {
    return this.#round[slot] === round ? (this.#arrived[slot] as number) : 0;
  }

  /** How many tasks of all participants arrived in this round. */
  arrivedOfAll(round: number): number {
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot++) sum += this.arrived(slot, round);
    return sum;
  }

  /** Counts one more task of the participant. The last store is the commit. */
  arrive(slot: number, round: number): void {
    const before = this.arrived(slot, round);
    if (before > 0) {
      Atomics.store(this.#arrived, slot, before + 1);
    } else {
      Atomics.store(this.#arrived, slot, 1); // still of the former round, of which only matters that it took part
      Atomics.store(this.#round, slot, round);
    }
  }

  /** Notes, for each who arrived in it, that the round ended broken. May be done twice. */
  noteFailed(round: number, cause: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.arrived(slot, round) === 0) continue;
      this.#cause[slot] = cause;
      Atomics.store(this.#failed, slot, round);
    }
  }

  /** Why this round of the participant ended broken; 0 if it did not. */
  causeOfFailure(slot: number, round: number): number {
    return this.#failed[slot] === round ? (this.#cause[slot] as number) : 0;
  }

  /** Says whether the action is at hand in the participant's thread. It may say so outside the guard. */
  setKnowsAction(slot: number, knows: boolean): void {
    Atomics.store(this.#knows, slot, knows ? 1 : 0);
  }

  knowsAction(slot: number): boolean {
    return Atomics.load(this.#knows, slot) === 1;
  }

  /** Whether somebody who arrived in this round can run the action. */
  isActionKnown(round: number): boolean {
    for (let slot = 0; slot < SLOTS; slot++)
      if (this.arrived(slot, round) > 0 && this.knowsAction(slot)) return true;
    return false;
  }

  /** Forgets a participant. May be cut short and done again. */
  forget(slot: number): void {
    Atomics.store(this.#round, slot, 0);
    this.#arrived[slot] = 0;
    this.#failed[slot] = 0;
    this.#knows[slot] = 0;
  }
}
