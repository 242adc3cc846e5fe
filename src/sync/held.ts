/**
 * Proof that a lock is held.
 *
 * @module
 */
import type { LockBody } from './lock-body.ts';
import { TRACES, Trace } from './trace.ts';

/** What a Held gives back: a lock, or one level of a lock that nests. */
export interface HeldLock {
  readonly body: LockBody;
  release(strand: number): void;
}

/** What you get for taking a lock, and the only thing that can release it. */
export class Held implements Disposable {
  #lock: HeldLock | undefined;
  #strand = 0;
  #ownerDied = false;
  #trace: Trace | undefined;

  /**
   * Whether a holder died in the lock, and nobody has released it normally since: what it guards may be half-written.
   * Look at your data, put it in order, and release; of a strict lock, after `markConsistent()`.
   */
  get ownerDied(): boolean {
    // As long as it is held, the last one who took it here: it may have been given up and taken again in a wait.
    return this.#lock?.body.diedBefore ?? this.#ownerDied;
  }

  /**
   * Takes the lock for this strand, if it is free. `waiter` says who would wait for it: a strand, the whole thread, or
   * nobody.
   */
  static tryTake(
    lock: HeldLock,
    strand: number,
    register: boolean,
    ticket: number,
    waiter: number,
  ): Held | undefined {
    // Made before the lock is taken, as afterwards there may be no stack left for it.
    const held = new Held();
    const { body } = lock;
    if (!body.tryTake(strand, register, ticket)) return undefined;
    held.#lock = lock;
    held.#strand = strand;
    if (TRACES) held.#trace = Trace.begin(body, strand, waiter);
    return held;
  }

  /** One more level of a lock that this strand holds already. */
  static nest(lock: HeldLock, strand: number): Held {
    const held = new Held();
    held.#lock = lock;
    held.#strand = strand;
    return held;
  }

  /** The strand that a Held belongs to, whether it still holds or not. */
  static strandOf(held: Held): number {
    if (!(#strand in held)) throw new TypeError('Cannot take a lock within something that is not a Held');
    return held.#strand;
  }

  /** Whether this Held is of the lock, and holds it. */
  static isOf(held: Held, body: LockBody): boolean {
    return #lock in held && held.#lock?.body === body && body.isHeldBy(held.#strand);
  }

  /**
   * Releases the lock. Asked again, it does nothing: another holder is never thrown out.
   *
   * @throws RangeError where the stack ends. Then the lock may still be held: release it again further up.
   */
  release(): void {
    const lock = this.#lock;
    if (!lock) return;
    this.#ownerDied = lock.body.diedBefore;
    this.#trace?.end();
    lock.release(this.#strand);
    this.#lock = undefined;
  }

  /**
   * Says that what the lock guards is in order again, after a holder died in it. A lock that is not strict believes so
   * as soon as it is released; a strict one that is released without it is broken, and can be taken by nobody.
   *
   * @throws TypeError when the lock is released already.
   */
  markConsistent(): void {
    if (!this.#lock?.body.markConsistent(this.#strand))
      throw new TypeError('Cannot mark as consistent what a lock guards as it is not held any more');
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
