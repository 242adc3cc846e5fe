/**
 * A lock that its holder may take again, across processes and threads, blocking or awaited, whoever dies.
 *
 * The bytes are those of a Lock (lock-body.ts). How often the holder has it is known to the holder's thread alone:
 * when that dies, all of it is gone.
 *
 * @module
 */
import { deadlineOf } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  type Participant,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { Held, type HeldLock } from './held.ts';
import { tellLock } from './holders.ts';
import { LOCK_BYTES, LockBody, type LockStats, reapLock, repairLock } from './lock-body.ts';
import { LockDesk, type Take } from './lock-desk.ts';
import { checkFlags, flagsOf, lineBytes, type LockOptions } from './lock-options.ts';
import { tellParts } from './lock-parts.ts';
import { type LockWait, type LockWaitSync, newStrand, NOBODY, THREAD, WHOLE_THREAD } from './strand.ts';

const KIND: Kind = {
  id: 9,
  name: 'reentrant lock',
  open: (object) => openLock(object),
  repair: repairLock,
  reap: reapLock,
};
registerKind(KIND);
tellLock(KIND.id);

/** How often the strand that holds a lock has it, as far as it is one of this thread. */
class Levels implements HeldLock {
  readonly body: LockBody;
  /** Whoever holds the lock needs the face that counts how often. */
  readonly face: object;
  depth = 0;

  constructor(body: LockBody, face: object) {
    this.body = body;
    this.face = face;
  }

  release(strand: number): void {
    if (this.depth > 1) this.depth--;
    else {
      this.body.release(strand);
      this.depth = 0;
    }
  }

  park(strand: number): () => void {
    const { depth } = this;
    this.body.release(strand);
    this.depth = 0;
    return () => {
      this.depth = depth;
    };
  }
}

/** What the next constructor opens instead of making a lock of its own. */
let opening: SharedObject | undefined;

/**
 * Lets one strand at a time into a piece of code, and that one as often as it likes.
 *
 * The owner is a strand. For the blocking forms that is the thread: it may take what it has taken. For the awaited
 * ones it is the {@link Held}: whoever takes the lock `{ within: held }` is the same strand as whoever got `held`,
 * from this lock or another one, and nobody else is, not even another task of the same thread. The lock is free once
 * each `Held` is released, in any order.
 *
 * Otherwise it is as {@link Lock}: across threads and processes, told of dead owners, with deadlocks found.
 *
 * @example
 * ```ts
 * const accounts = new RLock();
 * async function pay(held?: Held) { await accounts.use(() => book(), { within: held }); }
 * await accounts.use(async (held) => { await pay(held); await pay(held); });
 * ```
 */
export class RLock {
  readonly #body: LockBody;
  readonly #desk: LockDesk;
  readonly #levels: Levels;
  /** How the thread takes it that has not got it yet. */
  readonly #block: Take<Held>;

  constructor(options: LockOptions = {}) {
    const object = opening ?? createLock(options);
    opening = undefined;
    const body = new LockBody(object);
    this.#body = body;
    this.#desk = new LockDesk(body);
    this.#levels = new Levels(body, this);
    this.#block = (register, ticket) => this.#take(THREAD, register, ticket, WHOLE_THREAD);
    registerFace(this, object, KIND.id);
    tellParts(this, { body, desk: this.#desk, park: (strand) => this.#levels.park(strand) });
  }

  /**
   * The lock with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists and was made with other options.
   */
  static named(name: string, options: Omit<LockOptions, 'name'> = {}): RLock {
    checkName('reentrant lock', name);
    const lock = findOrMake(KIND.id, name, () => createLock({ ...options, name })) as RLock;
    checkFlags('reentrant lock', name, options, lock.#body.flags);
    return lock;
  }

  /**
   * Takes the lock once more for the strand of `wait.within`, or else for a new one, letting the event loop run until
   * it is free.
   *
   * @throws DuodaoError `timed-out`, `deadlock`, `owner-died` as Lock.acquire(); or the reason of `wait.signal`. The
   * lock is not taken then.
   */
  // biome-ignore lint: async for its rejections
  async acquire(wait?: LockWait): Promise<Held> {
    wait?.signal?.throwIfAborted();
    deadlineOf(wait); // refuses a bad timeoutMs even when it is ours already
    if (wait?.within === undefined) {
      const take: Take<Held> = (register, ticket) => this.#take(newStrand(), register, ticket, NOBODY);
      return this.#desk.acquire(take, NOBODY, wait);
    }
    const strand = Held.strandOf(wait.within);
    // Never behind those who wait for what this strand has.
    const again = this.#again(strand);
    if (again) return again;
    return this.#desk.acquire(
      (register, ticket) => this.#take(strand, register, ticket, strand),
      strand,
      wait,
    );
  }

  /**
   * Takes the lock once more for this thread, or for the strand of `wait.within`, blocking the thread until it is free.
   *
   * @throws DuodaoError `timed-out`, `deadlock`, `owner-died` as Lock.acquireSync(). The lock is not taken then.
   */
  acquireSync(wait?: LockWaitSync): Held {
    deadlineOf(wait);
    if (wait?.within === undefined) return this.#again(THREAD) ?? this.#desk.acquireSync(this.#block, wait);
    const strand = Held.strandOf(wait.within);
    return (
      this.#again(strand) ??
      this.#desk.acquireSync((register, ticket) => this.#take(strand, register, ticket, WHOLE_THREAD), wait)
    );
  }

  /** Takes the lock for this thread if nobody else has it. Never waits. */
  tryAcquire(): Held | undefined {
    const take: Take<Held> = (register, ticket) => this.#take(THREAD, register, ticket, NOBODY);
    return this.#again(THREAD) ?? this.#desk.try(take);
  }

  #again(strand: number): Held | undefined {
    const levels = this.#levels;
    if (levels.depth === 0 || !this.#body.isHeldBy(strand)) return undefined;
    const held = Held.nest(levels, strand);
    levels.depth++;
    return held;
  }

  #take(strand: number, register: boolean, ticket: number, waiter: number): Held | undefined {
    const held = Held.tryTake(this.#levels, strand, register, ticket, waiter);
    if (held) this.#levels.depth = 1;
    return held;
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

  /** How often a strand of this thread holds it; 0 if none does. */
  get depth(): number {
    return this.#levels.depth;
  }

  /** Whether it is strict, and was released in doubt after a death. Nobody can take it then. */
  get isBroken(): boolean {
    return this.#body.isBroken;
  }

  /** Says that what a broken lock guards is in order again, as Lock.markConsistent(). */
  markConsistent(): void {
    this.#body.markConsistent(0);
  }

  /** What can be seen from outside, at one moment; a lock that is taken again by its holder counts once. */
  stats(): LockStats {
    return this.#body.stats();
  }
}

function createLock(options: LockOptions): SharedObject {
  const { name } = options;
  if (name !== undefined) checkName('reentrant lock', name);
  const flags = flagsOf('reentrant lock', options);
  const size = { bodyBytes: LOCK_BYTES, dataBytes: lineBytes(flags) };
  return here().objects.create(KIND, size, name ?? '', (object) => LockBody.init(object, flags));
}

function openLock(object: SharedObject): RLock {
  opening = object;
  return new RLock();
}
