/**
 * The set of participants that sleep until an object changes: one bit for each slot, in shared memory.
 *
 * Everything here happens inside the object's guard. The one rule that makes it safe to kill anybody:
 *
 *     whoever changes the object rings all sleepers FIRST, then clears the set, then commits the change.
 *
 * If the ringer dies between, the woken look, find nothing, and register again: a wake-up too many, never one too
 * few. As all are woken, nobody who dies on the way takes a wake-up with him.
 *
 * Checked in every order of steps: test/model/bell.ts.
 *
 * @module
 */
import { FAULTY, pass } from '../base/index.ts';
import type { Bell } from './bell.ts';
import { SLOT_LIMIT } from './arena.ts';

/** 32-bit words that the bits take, one cache line. */
export const WAIT_SET_WORDS: number = SLOT_LIMIT / 32;

export class WaitSet {
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #count: number;

  /**
   * @param words - The object's words.
   * @param first - Index of the first word of the bits.
   * @param count - Index of the word that holds how many bits are set (derived; see recount).
   */
  constructor(words: Int32Array, first: number, count: number) {
    this.#words = words;
    this.#first = first;
    this.#count = count;
  }

  get isEmpty(): boolean {
    return this.#words[this.#count] === 0;
  }

  /** Whether the slot's bit is set. May be read outside the guard: only then it may be out of date. */
  has(slot: number): boolean {
    return (Atomics.load(this.#words, this.#first + (slot >> 5)) & (1 << (slot & 31))) !== 0;
  }

  add(slot: number): void {
    const index = this.#first + (slot >> 5);
    const before = this.#words[index] as number;
    const after = before | (1 << (slot & 31));
    if (after === before) return;
    Atomics.store(this.#words, index, after);
    this.#words[this.#count] = (this.#words[this.#count] as number) + 1;
    if (FAULTY) pass('set.added');
  }

  remove(slot: number): void {
    const index = this.#first + (slot >> 5);
    const before = this.#words[index] as number;
    const after = before & ~(1 << (slot & 31));
    if (after === before) return;
    Atomics.store(this.#words, index, after);
    this.#words[this.#count] = (this.#words[this.#count] as number) - 1;
  }

  /** Wakes everybody and empties the set. To be called BEFORE the change is committed. */
  ringAll(bell: Bell): void {
    if (this.isEmpty) return;
    if (FAULTY) pass('set.ringing');
    for (let word = 0; word < WAIT_SET_WORDS; word++) {
      for (let bits = this.#words[this.#first + word] as number; bits !== 0; bits &= bits - 1) {
        bell.ring(word * 32 + (31 - Math.clz32(bits & -bits)));
      }
    }
    for (let word = 0; word < WAIT_SET_WORDS; word++) Atomics.store(this.#words, this.#first + word, 0);
    if (FAULTY) pass('set.rung');
    this.#words[this.#count] = 0;
  }

  /** Counts the bits anew, after an owner of the guard died between a bit and its count. */
  recount(): void {
    let count = 0;
    for (let word = 0; word < WAIT_SET_WORDS; word++) {
      for (let bits = this.#words[this.#first + word] as number; bits !== 0; bits &= bits - 1) count++;
    }
    this.#words[this.#count] = count;
  }
}
