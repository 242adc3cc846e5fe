/**
 * One at a time, across processes and threads, blocking or awaited, whoever dies.
 *
 * @module
 */
import { deadlineOf, type Wait, type WaitSync } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  openFace,
  type Participant,
  registerFace,
  registerKind,
  type SharedObject,
  WaitPoint,
} from '../memory/index.ts';
import { Held } from './held.ts';
import { LOCK_BYTES, LockBody, reapLock, repairLock } from './lock-body.ts';

const KIND: Kind = {
  id: 1,
  name: 'lock',
  open: (object) => openLock(object),
  repair: repairLock,
  reap: reapLock,
};
registerKind(KIND);

/** Loads of the owner's word before going to sleep, while a holder that runs is likely to be done soon. */
const SPINS = 200;

/** How a lock is made. */
export interface LockOptions {
  /** A label for people; it does not have to be unique. See `Lock.named` for finding a lock by name. */
  readonly name?: string;
}

/** What the next constructor opens instead of making a lock of its own. */
let opening: SharedObject | undefined;

/**
 * Lets one strand at a time into a piece of code.
 *
 * A strand is whoever holds a {@link Held}: ownership belongs to it, not to the thread, so two tasks of one thread
 * exclude each other as two processes do.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** within a thread, first come first served; between threads none is promised.
 * - **If the holder dies:** the next taker gets the lock, within 100 ms, and is told by `held.ownerDied`.
 * - **Limits:** not reentrant: a strand that takes it again waits for itself.
 *
 * @example
 * ```ts
 * const seats = new Lock();
 * await seats.use(() => sellOne());
 * const held = seats.acquireSync();
 * try { sellOne(); } finally { held.release(); }
 * ```
 */
export class Lock {
  readonly #body: LockBody;
  readonly #point: WaitPoint;
  readonly #attempt: (register: boolean) => Held | NotYet;

  constructor(options: LockOptions = {}) {
    const object = opening ?? createLock(options);
    opening = undefined;
    const body = new LockBody(object);
    this.#body = body;
    this.#point = new WaitPoint(here().room, object.guard, body.waiting);
    this.#attempt = (register) => {
      let held = Held.tryTake(body, register);
      // Who does not wait hears of no deaths, so he looks.
      if (!held && !register && body.isOwnerDead && here().reap()) held = Held.tryTake(body, false);
      return held ?? NOT_YET;
    };
    registerFace(this, object, KIND.id);
  }

  /** The lock with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. */
  static named(name: string): Lock {
    checkName('lock', name);
    return findOrMake(KIND.id, name, () => createLock({ name })) as Lock;
  }

  /**
   * Takes the lock, letting the event loop run until it is free.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`; the lock is not taken then.
   */
  acquire(wait?: Wait): Promise<Held> {
    return this.#point.wait('Taking the lock', this.#attempt, wait);
  }

  /**
   * Takes the lock, blocking the thread until it is free.
   *
   * @throws DuodaoError `timed-out`; the lock is not taken then.
   */
  acquireSync(wait?: WaitSync): Held {
    if (wait !== undefined) deadlineOf(wait); // refuses a bad timeoutMs even when the lock is free
    const body = this.#body;
    for (let spins = 0; spins < SPINS; spins++) {
      const held = body.owner === 0 ? Held.tryTake(body, false) : undefined;
      if (held) return held;
    }
    return this.#point.waitSync('Taking the lock', this.#attempt, wait);
  }

  /** Takes the lock if it is free. Never waits. */
  tryAcquire(): Held | undefined {
    const held = this.#attempt(false);
    return held === NOT_YET ? undefined : held;
  }

  /**
   * Runs `fn` with the lock held, and releases it when `fn` has ended, however it ended.
   *
   * @throws Whatever `fn` throws, and whatever `acquire` throws.
   */
  async use<T>(fn: (held: Held) => T, wait?: Wait): Promise<Awaited<T>> {
    const held = await this.acquire(wait);
    try {
      return await fn(held);
    } finally {
      held.release();
    }
  }

  /** Whether somebody holds the lock. True at the moment of reading. */
  get isLocked(): boolean {
    return this.#body.owner !== 0;
  }

  /** Who holds the lock, if anybody does. */
  get holder(): Participant | undefined {
    const { owner } = this.#body;
    return owner === 0 ? undefined : here().slots.describe(owner);
  }
}

function createLock(options: LockOptions): SharedObject {
  const { name } = options;
  if (name !== undefined) checkName('lock', name);
  return here().objects.create(KIND, { bodyBytes: LOCK_BYTES, dataBytes: 0 }, name ?? '', () => {});
}

function openLock(object: SharedObject): Lock {
  opening = object;
  return new Lock();
}

/** The lock that lies at the start of an object's body: the same face each time, as it has one place to wait. */
export function lockOf(object: SharedObject): Lock {
  return openFace(here().objects.referenceOf(object, KIND.id)) as Lock;
}
