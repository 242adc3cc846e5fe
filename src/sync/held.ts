/**
 * Proof that a lock is held.
 *
 * @module
 */
import type { LockBody } from './lock-body.ts';

/** What you get for taking a lock, and the only thing that can release it. */
export class Held implements Disposable {
  /**
   * Whether a holder died in the lock, and nobody has released it normally since: what it guards may be half-written.
   * Look at your data, put it in order, and release.
   */
  get ownerDied(): boolean {
    return this.#ownerDied;
  }
  #ownerDied = false;
  #body: LockBody | undefined;
  #strand = 0;

  /** Takes the lock if it is free. */
  static tryTake(body: LockBody, register: boolean): Held | undefined {
    // Made before the lock is taken, as afterwards there may be no stack left for it.
    const held = new Held();
    const strand = body.tryTake(register);
    if (strand === 0) return undefined;
    held.#body = body;
    held.#strand = strand;
    held.#ownerDied = body.diedBefore;
    return held;
  }

  /**
   * Releases the lock. Asked again, it does nothing: another holder is never thrown out.
   *
   * @throws RangeError where the stack ends. Then the lock may still be held: release it again further up.
   */
  release(): void {
    this.#body?.release(this.#strand);
    this.#body = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
