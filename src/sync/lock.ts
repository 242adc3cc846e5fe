/**
 * One at a time, across processes and threads, blocking or awaited, whoever dies.
 *
 * @module
 */
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  openFace,
  type Participant,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { Held } from './held.ts';
import { tellLock } from './holders.ts';
import { LOCK_BYTES, LockBody, type LockStats, reapLock, repairLock } from './lock-body.ts';
import { LockDesk, type Take } from './lock-desk.ts';
import { checkFlags, flagsOf, lineBytes, type LockOptions } from './lock-options.ts';
import { parkWhole, tellParts } from './lock-parts.ts';
import { type LockWait, type LockWaitSync, newStrand, NOBODY, WHOLE_THREAD } from './strand.ts';

const KIND: Kind = {
  id: 1,
  name: 'lock',
  open: (object) => openLock(object),
  repair: repairLock,
  reap: reapLock,
};
registerKind(KIND);
tellLock(KIND.id);

/** What the next constructor opens instead of making a lock of its own. */
let opening: SharedObject | undefined;

/**
 * Lets one strand at a time into a piece of code.
 *
 * A strand is whoever holds a {@link Held}: ownership belongs to it, not to the thread, so two tasks of one thread
 * exclude each other as two processes do.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** within a thread, first come first served; between threads none is promised, unless it is `fair`.
 * - **If the holder dies:** the next taker gets the lock, within 100 ms, and is told by `held.ownerDied`.
 * - **Deadlocks:** a blocking wait that closes a circle of waits throws `deadlock`, and so does an awaited one that
 *   says what it holds, by `within`.
 * - **Limits:** not reentrant: a strand that takes it again waits for itself. See {@link RLock}.
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
  readonly #desk: LockDesk;
  /** How it is taken for a strand that begins with it, by whoever awaits it, blocks for it, or does not wait. */
  readonly #await: Take<Held>;
  readonly #block: Take<Held>;

  constructor(options: LockOptions = {}) {
    const object = opening ?? createLock(options);
    opening = undefined;
    const body = new LockBody(object);
    this.#body = body;
    this.#desk = new LockDesk(body);
    this.#await = (register, ticket) => Held.tryTake(body, newStrand(), register, ticket, NOBODY);
    this.#block = (register, ticket) => Held.tryTake(body, newStrand(), register, ticket, WHOLE_THREAD);
    registerFace(this, object, KIND.id);
    tellParts(this, { body, desk: this.#desk, park: (strand) => parkWhole(body, strand) });
  }

  /**
   * The lock with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists and was made with other options.
   */
  static named(name: string, options: Omit<LockOptions, 'name'> = {}): Lock {
    checkName('lock', name);
    const lock = findOrMake(KIND.id, name, () => createLock({ ...options, name })) as Lock;
    checkFlags('lock', name, options, lock.#body.flags);
    return lock;
  }

  /**
   * Takes the lock, letting the event loop run until it is free.
   *
   * @throws DuodaoError `timed-out`; `deadlock` when a wait that says `within` what it would wait could never end;
   * `owner-died` when a strict lock is broken; or the reason of `wait.signal`. The lock is not taken then.
   */
  acquire(wait?: LockWait): Promise<Held> {
    if (wait?.within === undefined) return this.#desk.acquire(this.#await, NOBODY, wait);
    try {
      const strand = Held.strandOf(wait.within);
      return this.#desk.acquire(this.#takeFor(strand, strand), strand, wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Takes the lock, blocking the thread until it is free.
   *
   * @throws DuodaoError `timed-out`; `deadlock` when the wait could never end; `owner-died` when a strict lock is
   * broken. The lock is not taken then.
   */
  acquireSync(wait?: LockWaitSync): Held {
    const within = wait?.within;
    const take = within === undefined ? this.#block : this.#takeFor(Held.strandOf(within), WHOLE_THREAD);
    return this.#desk.acquireSync(take, wait);
  }

  #takeFor(strand: number, waiter: number): Take<Held> {
    return (register, ticket) => Held.tryTake(this.#body, strand, register, ticket, waiter);
  }

  /** Takes the lock if it is free. Never waits. @throws DuodaoError `owner-died` when a strict lock is broken. */
  tryAcquire(): Held | undefined {
    return this.#desk.try(this.#await);
  }

  /**
   * Runs `fn` with the lock held, and releases it when `fn` has ended, however it ended.
   *
   * @throws Whatever `fn` throws, and whatever `acquire` throws.
   */
  async use<T>(fn: (held: Held) => T, wait?: LockWait): Promise<Awaited<T>> {
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

  /** Whether it is strict, and was released in doubt after a death. Nobody can take it then. */
  get isBroken(): boolean {
    return this.#body.isBroken;
  }

  /**
   * Says that what a broken lock guards is in order again: it can be taken as before. For a strict lock that was
   * released without `held.markConsistent()`; of no effect on any other.
   */
  markConsistent(): void {
    this.#body.markConsistent(0);
  }

  /** What can be seen from outside, at one moment. */
  stats(): LockStats {
    return this.#body.stats();
  }
}

function createLock(options: LockOptions): SharedObject {
  const { name } = options;
  if (name !== undefined) checkName('lock', name);
  const flags = flagsOf('lock', options);
  const size = { bodyBytes: LOCK_BYTES, dataBytes: lineBytes(flags) };
  return here().objects.create(KIND, size, name ?? '', (object) => LockBody.init(object, flags));
}

function openLock(object: SharedObject): Lock {
  opening = object;
  return new Lock();
}

/** The lock that lies at the start of an object's body: the same face each time, as it has one place to wait. */
export function lockOf(object: SharedObject): Lock {
  return openFace(here().objects.referenceOf(object, KIND.id)) as Lock;
}
