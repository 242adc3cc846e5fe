/**
 * Proof of one permit of a semaphore.
 *
 * @module
 */
import type { PermitBody } from './semaphore-body.ts';

/** What you get for taking a permit. It gives that permit back, once. */
export class Permit implements Disposable {
  #body: PermitBody | undefined;
  #refuse: (() => never) | undefined;

  /** Takes a permit if there is one. `refuse` says why it cannot be given back, should that ever be so. */
  static tryTake(
    body: PermitBody,
    register: boolean,
    ticket: number,
    refuse: () => never,
  ): Permit | undefined {
    // Made before the permit is taken, as afterwards there may be no stack left for it.
    const permit = new Permit();
    if (!body.tryTake(register, ticket)) return undefined;
    permit.#body = body;
    permit.#refuse = refuse;
    return permit;
  }

  /**
   * Gives the permit back. Asked again, it does nothing.
   *
   * @throws RangeError when all permits of this thread were given back already by the semaphore's own `release`; or,
   * with nothing given back yet, where the stack ends.
   */
  release(): void {
    const body = this.#body;
    if (!body) return;
    const given = body.giveBack(1);
    this.#body = undefined;
    if (!given) this.#refuse?.();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
