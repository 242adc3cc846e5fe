/**
 * Waiting, with a lock given up meanwhile, until somebody says that something has changed.
 *
 * The bytes: condition-body.ts. A wait begins there before the lock is given up, so nothing that happens under the
 * lock from then on is missed; and it ends with the lock taken again, as often as before.
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
  openFace,
  referenceOf,
  registerFace,
  registerKind,
  type SharedObject,
  WaitPoint,
} from '../memory/index.ts';
import { CONDITION_BYTES, ConditionBody, RECORDS_BYTES, repairCondition } from './condition-body.ts';
import { afterOptional, checkCount, remaining } from './condition-arguments.ts';
import { Held } from './held.ts';
import type { Lock } from './lock.ts';
import { type LockParts, partsOf } from './lock-parts.ts';
import { RLock } from './rlock.ts';
import type { LockWait, LockWaitSync } from './strand.ts';

const KIND: Kind = {
  id: 12,
  name: 'condition',
  open: (object) => openCondition(object),
  repair: repairCondition,
  reap: (object, dead) => new ConditionBody(object).reap(dead),
  references: (object) => [ConditionBody.lockOf(object)],
};
registerKind(KIND);

const WHAT = 'The notification';

/** How a condition is made. */
export interface ConditionOptions {
  /** A label for people; it does not have to be unique. See `Condition.named` for finding a condition by name. */
  readonly name?: string;
}

/** A condition at one moment. */
export interface ConditionStats {
  /** Waits that have not been notified, in all threads together. */
  readonly waiting: number;
}

/** What the next constructor opens instead of making a condition of its own. */
let opening: SharedObject | undefined;

/**
 * Lets those who hold a lock wait, without it, until somebody else who holds it says that something has changed.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them, and takes its lock along.
 * - **The lock:** its own {@link RLock} if none is given. A wait gives it up however often the waiter holds it, and
 *   has taken it again as often before it ends, whichever way.
 * - **Order:** who waits longest is notified first; among the waits of one thread, in their order.
 * - **Not remembered:** a notification when nobody waits is nothing. So look at what you wait for, in a loop, or use
 *   `waitFor`.
 * - **If a waiter dies:** a notification that it was given before it had the lock again goes to another one. Two deaths
 *   in a row may notify one too many.
 * - **If whoever holds the lock dies:** as with the lock; a wait is told by `held.ownerDied`. What it was about to say
 *   is unsaid: put things in order, and `notifyAll`.
 *
 * @example
 * ```ts
 * const changed = new Condition();
 * await changed.use(() => changed.waitFor(() => stock.value > 0));
 * // elsewhere
 * await changed.use(() => { stock.value++; changed.notify(); });
 * ```
 */
export class Condition {
  /** The lock that is given up during a wait. */
  readonly lock: Lock | RLock;
  readonly #parts: LockParts;
  readonly #body: ConditionBody;
  readonly #point: WaitPoint;
  readonly #attempt: (register: boolean) => true | typeof NOT_YET;

  constructor(lock?: Lock | RLock, options: ConditionOptions = {}) {
    const object = opening ?? createCondition(lock ?? new RLock(), options);
    opening = undefined;
    // Opened anew from the handle: it is the same face for as long as there is one.
    this.lock = openFace(ConditionBody.lockOf(object)) as Lock | RLock;
    this.#parts = partsOf(this.lock) as LockParts;
    const body = new ConditionBody(object);
    this.#body = body;
    this.#point = new WaitPoint(here().room, object.guard, body.waiting);
    this.#attempt = (register) => {
      if (body.tryGo(register)) return true;
      // Who does not wait hears of no deaths, and a notification of the dead may be for us.
      return !register && here().reap() && body.tryGo(false) ? true : NOT_YET;
    };
    registerFace(this, object, KIND.id);
  }

  /**
   * The condition with this name, anywhere in the tree: the first call makes it, with a lock of its own. It lives as
   * long as the tree.
   */
  static named(name: string): Condition {
    checkName('condition', name);
    return findOrMake(KIND.id, name, () => createCondition(new RLock(), { name })) as Condition;
  }

  /** Takes the lock, as its own `acquire`. */
  acquire(wait?: LockWait): Promise<Held> {
    return this.lock.acquire(wait);
  }

  /** Takes the lock, as its own `acquireSync`. */
  acquireSync(wait?: LockWaitSync): Held {
    return this.lock.acquireSync(wait);
  }

  /** Takes the lock if it is free, as its own `tryAcquire`. */
  tryAcquire(): Held | undefined {
    return this.lock.tryAcquire();
  }

  /** Runs `fn` with the lock held, as the lock's own `use`. */
  use<T>(fn: (held: Held) => T, wait?: LockWait): Promise<Awaited<T>> {
    return this.lock.use(fn, wait);
  }

  /**
   * Waits in the event loop until it is notified. The lock is given up meanwhile, and held again when this settles,
   * also if it rejects.
   *
   * @param held - What the caller holds the lock by. Left out, it is whoever of this thread holds it: then be sure that
   * that is not another task.
   * @throws TypeError when this thread does not hold the lock, or not by `held`; DuodaoError `timed-out`; or the reason
   * of `wait.signal`. With `deadlock` or `owner-died` the lock could not be taken again, and is not held.
   */
  wait(held: Held, wait?: Wait): Promise<void>;
  wait(wait?: Wait): Promise<void>;
  async wait(...given: [(Held | Wait)?, Wait?]): Promise<void> {
    const { held, rest } = afterOptional(given);
    const [wait] = rest as [Wait?];
    wait?.signal?.throwIfAborted();
    deadlineOf(wait);
    const strand = this.#strandOf(held, 'wait for');
    this.#body.enter();
    const resume = this.#parts.park(strand);
    let failure: { readonly reason: unknown } | undefined;
    try {
      await this.#point.wait(WHAT, this.#attempt, wait);
    } catch (reason) {
      if (this.#body.giveUp()) failure = { reason };
    }
    try {
      await this.#parts.desk.acquire(this.#takeAgain(strand), strand, undefined);
    } catch (error) {
      if (!failure) this.#body.passOn();
      throw error;
    }
    resume();
    if (failure) throw failure.reason;
    this.#body.end();
  }

  /** Blocks the thread until it is notified; otherwise as {@link wait}. */
  waitSync(held: Held, wait?: WaitSync): void;
  waitSync(wait?: WaitSync): void;
  waitSync(...given: [(Held | WaitSync)?, WaitSync?]): void {
    const { held, rest } = afterOptional(given);
    const [wait] = rest as [WaitSync?];
    deadlineOf(wait);
    const strand = this.#strandOf(held, 'wait for');
    this.#body.enter();
    const resume = this.#parts.park(strand);
    let failure: { readonly reason: unknown } | undefined;
    try {
      this.#point.waitSync(WHAT, this.#attempt, wait);
    } catch (reason) {
      if (this.#body.giveUp()) failure = { reason };
    }
    try {
      this.#parts.desk.acquireSync(this.#takeAgain(strand), undefined);
    } catch (error) {
      if (!failure) this.#body.passOn();
      throw error;
    }
    resume();
    if (failure) throw failure.reason;
    this.#body.end();
  }

  /**
   * Waits, notification after notification, until `predicate` gives something true, and gives that. It is asked with
   * the lock held, at once and after each notification.
   *
   * @throws As {@link wait}; `wait.timeoutMs` is for all of it. And whatever `predicate` throws.
   */
  waitFor<T>(held: Held, predicate: () => T, wait?: Wait): Promise<Awaited<T>>;
  waitFor<T>(predicate: () => T, wait?: Wait): Promise<Awaited<T>>;
  async waitFor<T>(...given: [Held | (() => T), ((() => T) | Wait)?, Wait?]): Promise<Awaited<T>> {
    const { held, rest } = afterOptional(given);
    const [predicate, wait] = rest as [() => T, Wait?];
    const deadline = deadlineOf(wait);
    for (this.#strandOf(held, 'wait for'); ; ) {
      const value = await predicate();
      if (value) return value;
      const next = remaining(wait, deadline);
      await (held ? this.wait(held, next) : this.wait(next));
    }
  }

  /** Blocks the thread until `predicate` gives something true; otherwise as {@link waitFor}. */
  waitForSync<T>(held: Held, predicate: () => T, wait?: WaitSync): T;
  waitForSync<T>(predicate: () => T, wait?: WaitSync): T;
  waitForSync<T>(...given: [Held | (() => T), ((() => T) | WaitSync)?, WaitSync?]): T {
    const { held, rest } = afterOptional(given);
    const [predicate, wait] = rest as [() => T, WaitSync?];
    const deadline = deadlineOf(wait);
    for (this.#strandOf(held, 'wait for'); ; ) {
      const value = predicate();
      if (value) return value;
      const next = remaining(wait, deadline);
      if (held) this.waitSync(held, next);
      else this.waitSync(next);
    }
  }

  /**
   * Lets the `n` waits go on that have waited longest, and says how many there were.
   *
   * @throws TypeError when this thread does not hold the lock; RangeError when `n` is not a whole number from 1 on.
   */
  notify(n: number = 1): number {
    checkCount(n);
    this.#strandOf(undefined, 'notify');
    return this.#body.notify(n);
  }

  /** Lets all waits go on, and says how many there were. @throws TypeError when this thread does not hold the lock. */
  notifyAll(): number {
    this.#strandOf(undefined, 'notify');
    return this.#body.notify(Number.POSITIVE_INFINITY);
  }

  /** What can be seen from outside, at one moment. */
  stats(): ConditionStats {
    return { waiting: this.#body.waits };
  }

  /** The strand by which the lock is held. */
  #strandOf(held: Held | undefined, action: string): number {
    const { body } = this.#parts;
    const strand = body.strandHere;
    if (strand === 0)
      throw new TypeError(
        `Cannot ${action} a condition as this thread does not hold its lock: take it first`,
      );
    if (held && !Held.isOf(held, body))
      throw new TypeError(`Cannot ${action} a condition by a Held that does not hold its lock`);
    return strand;
  }

  #takeAgain(strand: number): (register: boolean, ticket: number) => true | undefined {
    const { body } = this.#parts;
    return (register, ticket) => body.tryTake(strand, register, ticket) || undefined;
  }
}

function createCondition(lock: Lock | RLock, { name }: ConditionOptions): SharedObject {
  const reference = referenceOf(lock);
  if (!reference || !partsOf(lock))
    throw new TypeError('Cannot make a condition as its lock must be a Lock or an RLock');
  if (name !== undefined) checkName('condition', name);
  const { objects } = here();
  const size = { bodyBytes: CONDITION_BYTES, dataBytes: RECORDS_BYTES };
  // Counted before it is written: a death between the two leaves the count too high, which is found out.
  objects.handleSent(reference);
  try {
    return objects.create(KIND, size, name ?? '', (object) => ConditionBody.init(object, reference));
  } catch (error) {
    objects.handleTaken(reference);
    throw error;
  }
}

function openCondition(object: SharedObject): Condition {
  opening = object;
  return new Condition();
}
