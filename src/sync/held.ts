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
  readonly ownerDied: boolean;
  #body: LockBody | undefined;
  readonly #strand: number;

  constructor(body: LockBody, strand: number) {
    this.#body = body;
    this.#strand = strand;
    this.ownerDied = body.diedBefore;
  }

  /** Releases the lock. Asked again, it does nothing: another holder is never thrown out. */
  release(): void {
    const body = this.#body;
    this.#body = undefined;
    body?.release(this.#strand);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
