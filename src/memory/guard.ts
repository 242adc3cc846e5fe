/**
 * The guard: one thread at a time inside, whichever process it lives in, killed or not.
 *
 * A guard is one cache line of shared memory:
 *
 *     offset  size  field   meaning
 *     0       4     word    bit 31 WAITERS, bit 30 OWNER_DIED, bits 29..0 thread id of the owner (0: free)
 *     4       4     owner   tag of the participant that took it last, 0 after a release that woke; never believed
 *     8       16    -       belongs to whoever uses the line
 *     24      4     wakes   how many releases woke sleepers, or were about to
 *     28      12    -       spare
 *     40      24    -       belongs to whoever uses the line
 *
 * The word is a robust futex. While a thread is taking, holding or giving back a guard, `list_op_pending` of its
 * robust list names it; if the thread dies, the kernel turns the word into OWNER_DIED and wakes a sleeper, which
 * takes the guard and is told (`take()` returns true) that it must repair before anything else. A death during
 * the repair leads to the next repair.
 *
 * The contended release is ONE system call, FUTEX_WAKE_OP: a store followed by a wake can be cut in two by SIGKILL,
 * and then everybody sleeps on a free lock (glibc's robust mutex has this hole). All sleepers are woken, so
 * nobody carries a wake-up that could die with him.
 *
 * A thread is inside one guard at a time, as there is one `list_op_pending`. Inside: no user code, no waiting.
 *
 * Whatever happens inside, the thread must come out, also where the stack ends and a call of anything may throw.
 * inside() is the pattern, for those who have no reason to write it out: nothing is called between take() and `try`,
 * give() is called from the same function as take(), and needs less of the stack.
 *
 * Checked in every order of steps, with deaths before any step: test/model/guard.ts.
 * Not here: fairness (guards are held for tens of nanoseconds), what the guard protects.
 *
 * @module
 */
import { assert, FAULTY, layout, pass } from '../base/index.ts';
import {
  FUTEX_STORE_AND_WAKE,
  futexWait,
  type Libc,
  libc,
  PENDING_INDEX,
  type RobustList,
  STORE_ZERO,
  storeBit,
} from '../platform/index.ts';

const LINE = layout('guard line', 64, {
  word: [0, 'i32'],
  owner: [4, 'u32'],
  users: [8, 'pad', 16],
  wakes: [24, 'u32'],
  spare: [28, 'pad', 12],
  more: [40, 'pad', 24],
});

/** The parts of a line that are the guard's own: `[0, wordEnd)` and `[start, end)`. */
export const GUARD_NODE: { readonly wordEnd: number; readonly start: number; readonly end: number } = {
  wordEnd: LINE.users,
  start: LINE.wakes,
  end: LINE.more,
};

const WORD = LINE.word / 4;
const OWNER = LINE.owner / 4;
const WAKES = LINE.wakes / 4;
const WAITERS = 0x80000000 | 0;
const OWNER_DIED_BIT = 30;
// Of our own, as an import may be a getter, that is a call: where modules are turned into CommonJS.
const PENDING = PENDING_INDEX;
const STORE_CLEAN = STORE_ZERO;
const STORE_BROKEN = storeBit(OWNER_DIED_BIT);
const { command: COMMAND, count: COUNT } = FUTEX_STORE_AND_WAKE;
/** Set by the kernel in a futex word whose owner died. */
export const OWNER_DIED: number = 1 << OWNER_DIED_BIT;
const OWNER_MASK = OWNER_DIED - 1;

/** The id of the thread that is inside the guard whose line begins at `index`; 0 if nobody living is. */
export function ownerThread(words: Int32Array, index: number): number {
  return Atomics.load(words, index) & OWNER_MASK;
}

/** Loads before sleeping: a guard is held for tens of nanoseconds when its holder runs. */
const SPINS = 100;
/**
 * No wake-up is known to get lost here. Should one be, the sleeper looks again after this long; and if the guard was
 * left without any, which would be a defect of ours, that is counted.
 */
const RECHECK_MS = 50;

/** What a guard must know of the thread that uses it. */
export interface GuardThread {
  readonly robust: RobustList;
  readonly tag: number;
  countNetHit(): void;
}

export class Guard {
  readonly #line: Int32Array;
  readonly #address: number;
  readonly #node: number;
  readonly #pending: Float64Array;
  readonly #tid: number;
  readonly #thread: GuardThread;
  readonly #syscall: Libc['syscall'];
  readonly #futex: number;

  /** @param line - The cache line as 32-bit words, at least its first seven. */
  constructor(line: Int32Array, address: number, thread: GuardThread) {
    this.#line = line;
    this.#address = address;
    this.#node = thread.robust.nodeBits(address);
    this.#pending = thread.robust.pending;
    this.#tid = thread.robust.tid;
    this.#thread = thread;
    const { syscall, numbers } = libc();
    this.#syscall = syscall;
    this.#futex = numbers.futex;
  }

  /** Enters, or throws. True when the last owner died inside: the caller repairs before anything else. */
  take(): boolean {
    // A call that is not made, but whose arguments make our frame larger than give()'s by 2 KiB: if there is stack for
    // us, there is for give(), also where the engine takes an interrupt at that call, or is to optimize it: then it
    // asks whether there is stack for its own frames as well.
    // biome-ignore format: eight lines
    if (this.#pending[PENDING] !== 0) this.#refuseNesting(
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    );
    try {
      this.#pending[PENDING] = this.#node;
      // SYNC with the release in give(): what the last owner wrote is visible to us.
      if (Atomics.compareExchange(this.#line, WORD, 0, this.#tid) === 0) {
        if (FAULTY) pass('guard.taken');
        this.#line[OWNER] = this.#thread.tag;
        return false;
      }
      if (FAULTY) pass('guard.contended');
      return this.#takeContended();
    } catch (error) {
      // For want of stack. Only calls throw, and after the compare-exchange that makes the word ours there is none.
      this.#pending[PENDING] = 0;
      throw error;
    }
  }

  /**
   * Leaves, with everything in order; or, with `clean` false, as if dead: the next owner repairs.
   *
   * It calls no function of JavaScript: see FUTEX_STORE_AND_WAKE.
   */
  give(clean = true): void {
    if (FAULTY) pass('guard.giving');
    // SYNC with the compare-exchange in take(): publishes what we wrote. Fails only when somebody waits.
    if (!clean || Atomics.compareExchange(this.#line, WORD, this.#tid, 0) !== this.#tid) {
      const what = clean ? STORE_CLEAN : STORE_BROKEN;
      // In this order, for #takeContended(): whoever has read the new count finds no owner until the guard is free.
      this.#line[OWNER] = 0;
      Atomics.add(this.#line, WAKES, 1);
      this.#syscall(this.#futex, this.#address, COMMAND, COUNT, 0, this.#address, what);
    }
    if (FAULTY) pass('guard.given');
    this.#pending[PENDING] = 0;
  }

  /** Takes a step inside, after `repair` if the last owner died inside. If either throws, the next owner repairs. */
  inside<R>(repair: () => void, step: () => R): R {
    const died = this.take();
    let clean = false;
    try {
      if (died) repair();
      const result = step();
      clean = true;
      return result;
    } finally {
      this.give(clean);
    }
  }

  /** Whether nobody is inside, and nobody died inside. */
  get address(): number {
    return this.#address;
  }

  get isFree(): boolean {
    return Atomics.load(this.#line, WORD) === 0;
  }

  /** Whether an owner died inside and nobody has been in since. */
  get isBroken(): boolean {
    return (Atomics.load(this.#line, WORD) & OWNER_DIED) !== 0;
  }

  #takeContended(): boolean {
    let spins = 0;
    for (;;) {
      const seen = Atomics.load(this.#line, WORD);
      if ((seen & OWNER_MASK) === 0) {
        // Free, or left by a dead owner. WAITERS stays: others may sleep behind us.
        const mine = this.#tid | (seen & WAITERS);
        if (Atomics.compareExchange(this.#line, WORD, seen, mine) !== seen) continue;
        this.#line[OWNER] = this.#thread.tag;
        return (seen & OWNER_DIED) !== 0;
      }
      if (spins++ < SPINS) continue;
      if ((seen & WAITERS) === 0 && Atomics.compareExchange(this.#line, WORD, seen, seen | WAITERS) !== seen)
        continue;
      if (FAULTY) pass('guard.waiting');
      // SYNC with give(): if there is an owner after the count was read, no release has been counted that is still to
      // wake us. So each that wakes after we begin to sleep is seen in the count, however many come and go after it.
      const wakes = Atomics.load(this.#line, WAKES);
      const isCounted = Atomics.load(this.#line, OWNER) !== 0;
      const end = futexWait(this.#address, seen | WAITERS, RECHECK_MS);
      if (end === 'timed-out' && isCounted && this.#isLeftInSilence(wakes)) this.#thread.countNetHit();
    }
  }

  /**
   * Whether the guard is free, and no release has woken anybody since `wakes` was read: there was one that should have.
   * Where an owner died the kernel has woken somebody, who may not have come yet.
   */
  #isLeftInSilence(wakes: number): boolean {
    const isFree = (Atomics.load(this.#line, WORD) & (OWNER_MASK | OWNER_DIED)) === 0;
    return isFree && Atomics.load(this.#line, WAKES) === wakes;
  }

  #refuseNesting(..._room: readonly number[]): never {
    assert(false, 'a thread is inside one guard at a time');
  }
}
