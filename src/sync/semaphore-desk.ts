/**
 * Where permits are handed out, the same for both kinds of semaphore: awaited, blocking or at once.
 *
 * @module
 */
import { deadlineOf, timedOut, type Wait, type WaitSync } from '../base/index.ts';
import { type Attempt, here, NOT_YET, WaitPoint } from '../memory/index.ts';
import type { PermitBody } from './semaphore-body.ts';
import { Permit } from './semaphore-permit.ts';
import { blockWatched } from './wait-graph.ts';

const WHAT = 'Taking a permit';
/** Loads of the count before going to sleep, while a permit is likely to come soon. */
const SPINS = 200;

export class PermitDesk {
  readonly #body: PermitBody;
  readonly #point: WaitPoint;
  readonly #refuse: () => never;
  /** Whether permits have owners, and come back when these die. */
  readonly #isOwned: boolean;
  /** Whether the dead may be what others wait for. */
  readonly #mindsDead: boolean;
  /** For those without a ticket. */
  readonly #attempt: Attempt<Permit> = this.#attemptOf(0);

  /**
   * @param isOwned - Whether permits have owners.
   * @param refuse - Says why a permit cannot be given back.
   */
  constructor(body: PermitBody, isOwned: boolean, refuse: () => never) {
    this.#body = body;
    this.#point = new WaitPoint(here().room, body.object.guard, body.waiting);
    this.#refuse = refuse;
    this.#isOwned = isOwned;
    this.#mindsDead = isOwned || body.isFair;
  }

  acquire(wait: Wait | undefined): Promise<Permit> {
    return this.#body.isFair ? this.#acquireInLine(wait) : this.#point.wait(WHAT, this.#attempt, wait);
  }

  async #acquireInLine(wait: Wait | undefined): Promise<Permit> {
    wait?.signal?.throwIfAborted();
    const deadline = deadlineOf(wait);
    const now = this.tryAcquire();
    if (now) return now;
    if (deadline === 0) throw timedOut(WHAT, wait);
    const ticket = this.#body.join();
    try {
      return await this.#point.wait(WHAT, this.#attemptOf(ticket), wait);
    } catch (error) {
      this.#body.leave(ticket);
      throw error;
    }
  }

  acquireSync(wait: WaitSync | undefined): Permit {
    const deadline = deadlineOf(wait); // refuses a bad timeoutMs even when there is a permit
    for (let spins = 0; spins < SPINS; spins++) {
      if (this.#body.free === 0) continue;
      const permit = this.tryAcquire();
      if (permit) return permit;
      if (this.#body.isFair) break; // others are before us
    }
    if (!this.#body.isFair || deadline === 0) return this.#block(this.#attempt, wait);
    const ticket = this.#body.join();
    try {
      return this.#block(this.#attemptOf(ticket), wait);
    } catch (error) {
      this.#body.leave(ticket);
      throw error;
    }
  }

  #block(attempt: Attempt<Permit>, wait: WaitSync | undefined): Permit {
    // Of a count without owners nobody knows who will add to it.
    if (!this.#isOwned) return this.#point.waitSync(WHAT, attempt, wait);
    return blockWatched(this.#point, WHAT, attempt, wait, this.#body.object);
  }

  tryAcquire(): Permit | undefined {
    const permit = this.#attempt(false);
    return permit === NOT_YET ? undefined : permit;
  }

  async use<T>(fn: (permit: Permit) => T, wait: Wait | undefined): Promise<Awaited<T>> {
    const permit = await this.acquire(wait);
    try {
      return await fn(permit);
    } finally {
      permit.release();
    }
  }

  #attemptOf(ticket: number): Attempt<Permit> {
    return (register) => {
      const [body, refuse] = [this.#body, this.#refuse];
      let permit = Permit.tryTake(body, register, ticket, refuse);
      // Who does not wait hears of no deaths, so he looks.
      if (!permit && !register && this.#mindsDead && here().reap())
        permit = Permit.tryTake(body, register, ticket, refuse);
      return permit ?? NOT_YET;
    };
  }
}
