/**
 * A number of permits that nobody owns, across processes and threads.
 *
 * @module
 */
import type { Wait, WaitSync } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { repairSemaphore, SEMAPHORE_BYTES, SemaphoreBody } from './semaphore-body.ts';
import { checkCount, MOST_COUNT } from './semaphore-count.ts';
import { PermitDesk } from './semaphore-desk.ts';
import { LINE_BYTES } from './semaphore-line.ts';
import type { Permit } from './semaphore-permit.ts';

const KIND: Kind = {
  id: 10,
  name: 'semaphore',
  open: (object) => openSemaphore(object),
  repair: repairSemaphore,
  reap: (object, dead) => new SemaphoreBody(object).reap(dead),
};
registerKind(KIND);

/** How a semaphore of either kind is made. */
export interface SemaphoreOptions {
  /**
   * Whether who waits is served in the order of arrival, whatever thread he is in; false if left out. It costs more,
   * and one who is slow to wake up holds up those behind him.
   */
  readonly fair?: boolean;
  /** A label for people; it does not have to be unique. See `named` for finding a semaphore by name. */
  readonly name?: string;
}

/** A semaphore of either kind at one moment. */
export interface SemaphoreStats {
  readonly value: number;
  /** Threads that wait for a permit; those that gave up since the last release are among them. */
  readonly waiting: number;
}

/** What the next constructor opens instead of making a semaphore of its own. */
let opening: SharedObject | undefined;

/**
 * Counts permits: `acquire` takes one and waits while there is none, `release` adds some. Nobody owns a permit, so
 * anybody may release, also who never acquired: it is a signal between participants as well as a limit.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** within a thread, first come first served; between threads only if it is `fair`.
 * - **If a taker dies:** its permits are gone with it. Where they must come back, use a {@link BoundedSemaphore}.
 * - **Limits:** up to 2^31 − 1 permits, also more than there were at first.
 *
 * @example
 * ```ts
 * const jobs = new Semaphore(0);
 * jobs.release(3);          // three jobs are there
 * await jobs.acquire();     // elsewhere: one of them is mine
 * ```
 */
export class Semaphore {
  readonly #body: SemaphoreBody;
  readonly #desk: PermitDesk;

  /** @param permits - How many there are at first: a whole number of 0 or more. */
  constructor(permits: number = 1, options: SemaphoreOptions = {}) {
    const object = opening ?? createSemaphore(permits, options);
    opening = undefined;
    this.#body = new SemaphoreBody(object);
    this.#desk = new PermitDesk(this.#body, false, refuse);
    registerFace(this, object, KIND.id);
  }

  /**
   * The semaphore with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists and was made with another number of permits, or another `fair`.
   */
  static named(name: string, permits?: number, options: Omit<SemaphoreOptions, 'name'> = {}): Semaphore {
    checkName('semaphore', name);
    if (permits !== undefined) checkPermits(permits);
    const make = (): SharedObject => createSemaphore(permits ?? 1, { ...options, name });
    const found = findOrMake(KIND.id, name, make) as Semaphore;
    checkFair('semaphore', name, options.fair, found.#body.isFair);
    const { initial } = found.#body;
    if (permits !== undefined && permits !== initial) {
      throw new RangeError(
        `Cannot open the semaphore "${name}" with ${permits} permits: it was made with ${initial}`,
      );
    }
    return found;
  }

  /**
   * Takes a permit, letting the event loop run until there is one.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`; no permit is taken then.
   */
  acquire(wait?: Wait): Promise<Permit> {
    return this.#desk.acquire(wait);
  }

  /**
   * Takes a permit, blocking the thread until there is one.
   *
   * @throws DuodaoError `timed-out`; no permit is taken then.
   */
  acquireSync(wait?: WaitSync): Permit {
    return this.#desk.acquireSync(wait);
  }

  /** Takes a permit if there is one. Never waits. */
  tryAcquire(): Permit | undefined {
    return this.#desk.tryAcquire();
  }

  /**
   * Runs `fn` with a permit, and gives it back when `fn` has ended, however it ended.
   *
   * @throws Whatever `fn` throws, and whatever `acquire` throws.
   */
  use<T>(fn: (permit: Permit) => T, wait?: Wait): Promise<Awaited<T>> {
    return this.#desk.use(fn, wait);
  }

  /**
   * Adds permits, whoever took any, and wakes those who wait for them.
   *
   * @throws RangeError when there would be more than 2^31 − 1; nothing is added then.
   */
  release(permits: number = 1): void {
    checkCount('release', 'the number of permits', permits, 1);
    if (!this.#body.giveBack(permits)) refuse();
  }

  /** Permits that can be taken. True at the moment of reading. */
  get value(): number {
    return this.#body.free;
  }

  /** What can be seen from outside, at one moment. */
  stats(): SemaphoreStats {
    return { value: this.#body.free, waiting: this.#body.sleepers };
  }
}

function refuse(): never {
  throw new RangeError(`Cannot release as a semaphore has ${MOST_COUNT} permits at most`);
}

function checkPermits(permits: unknown): asserts permits is number {
  checkCount('make a semaphore', 'its number of permits', permits, 0);
}

/** Refuses to open a semaphore as fair that is not, or the other way round. */
export function checkFair(what: string, name: string, asked: boolean | undefined, actual: boolean): void {
  if (asked === undefined || asked === actual) return;
  throw new RangeError(`Cannot open the ${what} "${name}" with fair ${asked}: it was made with ${actual}`);
}

function createSemaphore(permits: number, { name, fair = false }: SemaphoreOptions): SharedObject {
  checkPermits(permits);
  if (name !== undefined) checkName('semaphore', name);
  const size = { bodyBytes: SEMAPHORE_BYTES, dataBytes: fair ? LINE_BYTES : 0 };
  return here().objects.create(KIND, size, name ?? '', (object) => SemaphoreBody.init(object, permits, fair));
}

function openSemaphore(object: SharedObject): Semaphore {
  opening = object;
  return new Semaphore();
}
