/**
 * Proof that a read-write lock is held, to read or to write.
 *
 * @module
 */
import type { ReadWriteBody } from './read-write-lock-body.ts';

/** What you get for taking a read-write lock, and the only thing that can release it. */
export class ReadWriteHeld implements Disposable {
  /** Whether it is held to write. */
  readonly isWriting: boolean;
  /**
   * Whether a writer died in the lock, and no writer has released it normally since: what it guards may be
   * half-written.
   */
  get ownerDied(): boolean {
    return this.#ownerDied;
  }
  #ownerDied = false;
  #body: ReadWriteBody | undefined;

  constructor(isWriting: boolean) {
    this.isWriting = isWriting;
  }

  /** Takes the lock to read, if it is to be had. */
  static tryRead(body: ReadWriteBody, register: boolean): ReadWriteHeld | undefined {
    // Made before the lock is taken, as afterwards there may be no stack left for it.
    const held = new ReadWriteHeld(false);
    if (!body.tryRead(register)) return undefined;
    held.#body = body;
    held.#ownerDied = body.diedBefore;
    return held;
  }

  /** Takes the lock to write, if it is to be had. */
  static tryWrite(body: ReadWriteBody, register: boolean, others: boolean): ReadWriteHeld | undefined {
    const held = new ReadWriteHeld(true);
    if (!body.tryWrite(register, others)) return undefined;
    held.#body = body;
    held.#ownerDied = body.diedBefore;
    return held;
  }

  /**
   * Releases the lock. Asked again, it does nothing.
   *
   * @throws RangeError where the stack ends. Then the lock is still held: release it again further up.
   */
  release(): void {
    if (this.isWriting) this.#body?.releaseWrite();
    else this.#body?.releaseRead();
    this.#body = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
