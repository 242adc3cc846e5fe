/**
 * Where locks are handed out, the same for those that nest and those that do not: awaited, blocking or at once.
 *
 * @module
 */
import { callSite, deadlineOf, DuodaoError, timedOut } from '../base/index.ts';
import { type Attempt, here, NOT_YET, WaitPoint } from '../memory/index.ts';
import { type LockBody, UNWATCHED } from './lock-body.ts';
import { type LockWait, type LockWaitSync, NOBODY, WHOLE_THREAD } from './strand.ts';
import { nameOf, SOON_MS, type StrandWait, watchOf } from './wait-graph.ts';

export const WHAT = 'Taking the lock';
/** Loads of the owner's word before going to sleep, while a holder that runs is likely to be done soon. */
const SPINS = 200;

/** Takes the lock, if it is to be had; `ticket` is its place in the line of a fair lock, 0 without one. */
export type Take<T> = (register: boolean, ticket: number) => T | undefined;

export class LockDesk {
  readonly #body: LockBody;
  readonly #point: WaitPoint;

  constructor(body: LockBody) {
    this.#body = body;
    this.#point = new WaitPoint(here().room, body.object.guard, body.waiting);
  }

  /** Takes the lock if it can be had now. @throws DuodaoError `owner-died` when it is broken. */
  try<T>(take: Take<T>): T | undefined {
    const attempt = this.#attemptOf(take, 0);
    const taken = attempt(false);
    return taken === NOT_YET ? undefined : taken;
  }

  /** @param strand - On whose behalf; of NOBODY's waits none is looked at. */
  acquire<T>(take: Take<T>, strand: number, wait: LockWait | undefined): Promise<T> {
    if (strand === NOBODY && !this.#body.isFair)
      return this.#point.wait(WHAT, this.#attemptOf(take, 0), wait);
    return this.#acquireSeen(take, strand, wait, strand === NOBODY ? '' : callSite());
  }

  async #acquireSeen<T>(take: Take<T>, strand: number, wait: LockWait | undefined, site: string): Promise<T> {
    wait?.signal?.throwIfAborted();
    const deadline = deadlineOf(wait);
    const now = this.#point.isWaiting ? undefined : this.try(take);
    if (now !== undefined) return now;
    if (deadline === 0) throw timedOut(WHAT, wait);
    const watch = strand === NOBODY ? undefined : this.#watchOf(strand, wait, site);
    watch?.look();
    const ticket = this.#body.isFair ? this.#body.join() : 0;
    try {
      return await this.#point.wait(WHAT, this.#attemptOf(take, ticket, watch), wait);
    } catch (error) {
      if (ticket !== 0) this.#body.leave(ticket);
      throw error;
    } finally {
      watch?.end();
    }
  }

  acquireSync<T>(take: Take<T>, wait: LockWaitSync | undefined): T {
    const body = this.#body;
    const deadline = deadlineOf(wait); // refuses a bad timeoutMs even when the lock is free
    for (let spins = 0; spins < SPINS; spins++) {
      const taken = body.owner === 0 ? take(false, 0) : undefined;
      if (taken !== undefined) return taken;
      if (body.owner === 0) break; // others are before us, or it is broken
    }
    if (!body.isFair || deadline === 0) return this.#blockFor(take, 0, wait);
    const ticket = body.join();
    try {
      return this.#blockFor(take, ticket, wait);
    } catch (error) {
      body.leave(ticket);
      throw error;
    }
  }

  #blockFor<T>(take: Take<T>, ticket: number, wait: LockWaitSync | undefined): T {
    const watch = this.#watchOf(WHOLE_THREAD, wait);
    try {
      return this.#point.waitSync(WHAT, this.#attemptOf(take, ticket, watch), wait, SOON_MS);
    } finally {
      watch?.end();
    }
  }

  #watchOf(strand: number, wait: LockWaitSync | undefined, site?: string): StrandWait | undefined {
    if (this.#body.flags & UNWATCHED) return undefined;
    return watchOf(this.#body.object, strand, wait, site === undefined ? {} : { site });
  }

  #attemptOf<T>(take: Take<T>, ticket: number, watch?: StrandWait): Attempt<T> {
    const body = this.#body;
    let waited = false;
    return (register) => {
      let taken = take(register, ticket);
      // Who does not wait hears of no deaths, so he looks.
      if (taken === undefined && !register && body.isOwnerDead && here().reap()) taken = take(false, ticket);
      if (taken !== undefined) {
        if (waited) body.countWait();
        return taken;
      }
      if (body.isBroken) throw broken(body);
      waited = true;
      if (register) watch?.look();
      return NOT_YET;
    };
  }
}

function broken(body: LockBody): DuodaoError {
  return new DuodaoError(
    'owner-died',
    `Cannot take the ${nameOf(body.object)} as a holder died in it, and it was released without markConsistent()`,
    { object: nameOf(body.object) },
  );
}
