/**
 * A fixed number of permits that have owners, across processes and threads.
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
import { BOUNDED_BODY_BYTES, BOUNDED_DATA_BYTES, BoundedBody } from './bounded-body.ts';
import { tellHolders } from './holders.ts';
import { checkFair, type SemaphoreOptions, type SemaphoreStats } from './semaphore.ts';
import { checkCount } from './semaphore-count.ts';
import { PermitDesk } from './semaphore-desk.ts';
import { LINE_BYTES } from './semaphore-line.ts';
import type { Permit } from './semaphore-permit.ts';

const KIND: Kind = {
  id: 11,
  name: 'bounded semaphore',
  open: (object) => openBounded(object),
  repair: (object) => new BoundedBody(object).repair(),
  reap: (object, dead) => new BoundedBody(object).reap(dead),
};
registerKind(KIND);
tellHolders(KIND.id, (object) => BoundedBody.holdersIn(object));

/** What the next constructor opens instead of making a semaphore of its own. */
let opening: SharedObject | undefined;

/**
 * Lets a fixed number of users in at once. A permit belongs to the thread that took it: only that thread gives it
 * back, and never more than it holds.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** within a thread, first come first served; between threads only if it is `fair`.
 * - **If a holder dies:** its permits come back, within 100 ms. Whether what they stood for is in order, nobody is
 *   told.
 * - **Limits:** from 1 to 2^31 − 1 permits.
 *
 * @example
 * ```ts
 * const connections = new BoundedSemaphore(10);
 * await connections.use(() => fetchPage());
 * ```
 */
export class BoundedSemaphore {
  readonly #body: BoundedBody;
  readonly #desk: PermitDesk;

  /** @param capacity - How many permits there are: a whole number of 1 or more. */
  constructor(capacity: number = 1, options: SemaphoreOptions = {}) {
    const object = opening ?? createBounded(capacity, options);
    opening = undefined;
    this.#body = new BoundedBody(object);
    this.#desk = new PermitDesk(this.#body, true, () => this.#refuse(1));
    registerFace(this, object, KIND.id);
  }

  /**
   * The semaphore with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists and has another number of permits, or another `fair`.
   */
  static named(
    name: string,
    capacity?: number,
    options: Omit<SemaphoreOptions, 'name'> = {},
  ): BoundedSemaphore {
    checkName('bounded semaphore', name);
    if (capacity !== undefined) checkCapacity(capacity);
    const make = (): SharedObject => createBounded(capacity ?? 1, { ...options, name });
    const found = findOrMake(KIND.id, name, make) as BoundedSemaphore;
    checkFair('bounded semaphore', name, options.fair, found.#body.isFair);
    if (capacity !== undefined && capacity !== found.capacity) {
      throw new RangeError(
        `Cannot open the bounded semaphore "${name}" with ${capacity} permits: it has ${found.capacity}`,
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
   * Gives back permits that this thread took: instead of `release()` of the permits themselves, where these are not at
   * hand.
   *
   * @throws RangeError when this thread holds fewer; nothing is given back then.
   */
  release(permits: number = 1): void {
    checkCount('release', 'the number of permits', permits, 1);
    if (!this.#body.giveBack(permits)) this.#refuse(permits);
  }

  /** Permits that can be taken. True at the moment of reading. */
  get value(): number {
    return this.#body.free;
  }

  /** How many permits there are. */
  get capacity(): number {
    return this.#body.capacity;
  }

  /** What can be seen from outside, at one moment. */
  stats(): SemaphoreStats & { readonly capacity: number } {
    return { value: this.#body.free, waiting: this.#body.sleepers, capacity: this.#body.capacity };
  }

  #refuse(permits: number): never {
    throw new RangeError(
      `Cannot release ${permits} of the permits as they were released too many times: ` +
        `this thread holds ${this.#body.mine}`,
    );
  }
}

function checkCapacity(capacity: unknown): asserts capacity is number {
  checkCount('make a bounded semaphore', 'its number of permits', capacity, 1);
}

function createBounded(capacity: number, { name, fair = false }: SemaphoreOptions): SharedObject {
  checkCapacity(capacity);
  if (name !== undefined) checkName('bounded semaphore', name);
  const size = { bodyBytes: BOUNDED_BODY_BYTES, dataBytes: BOUNDED_DATA_BYTES + (fair ? LINE_BYTES : 0) };
  return here().objects.create(KIND, size, name ?? '', (object) => BoundedBody.init(object, capacity, fair));
}

function openBounded(object: SharedObject): BoundedSemaphore {
  opening = object;
  return new BoundedSemaphore();
}
