/**
 * What a participant waits for, as a sign at its slot: for those who look on from outside.
 *
 *     offset  size  field      meaning
 *     0       4     blockedOn  the object that the thread is blocked for; 0: it is not blocked
 *     4       44    awaits     objects that are waited for in the event loop; 0: a free place
 *
 * An object is named by its offset in lines of 64 bytes. Only the participant writes here, plainly: nobody's progress
 * depends on it, and whoever reads may be a moment late. Who waits for more objects at once than there is room for
 * shows some of them.
 *
 * @module
 */
import { layout } from '../base/index.ts';

const SIGN = layout('wait sign', 48, { blockedOn: [0, 'u32'], awaits: [4, 'u32', 11] });
/** 32-bit words of a sign. */
export const SIGN_WORDS: number = SIGN.sizeBytes / 4;
const FIRST = SIGN.awaits / 4;
const LINE = 64;

export class WaitSign {
  readonly #words: Int32Array;
  readonly #base: number;

  /** @param base - The address where the arena begins in this thread. */
  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
  }

  /** Says that this thread blocks for the object at an address. */
  block(address: number): void {
    this.#words[SIGN.blockedOn / 4] = this.#lineOf(address);
  }

  unblock(): void {
    this.#words[SIGN.blockedOn / 4] = 0;
  }

  /** Says that the event loop waits for the object. */
  enter(address: number): void {
    this.#replace(0, this.#lineOf(address));
  }

  leave(address: number): void {
    this.#replace(this.#lineOf(address), 0);
  }

  #lineOf(address: number): number {
    return (address - this.#base) / LINE;
  }

  #replace(before: number, after: number): void {
    for (let index = FIRST; index < SIGN_WORDS; index++) {
      if (this.#words[index] !== before) continue;
      this.#words[index] = after;
      return;
    }
  }
}

/** What a sign says: the lines of the objects, none twice, and whether the thread is blocked for the first one. */
export function readSign(words: Int32Array): { readonly isBlocked: boolean; readonly lines: number[] } {
  const lines = Array.from(words.subarray(0, SIGN_WORDS), (line) => line >>> 0).filter((line) => line !== 0);
  return { isBlocked: words[SIGN.blockedOn / 4] !== 0, lines: [...new Set(lines)] };
}
