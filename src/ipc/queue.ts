/**
 * The queue that programs see. How it works in memory: queue-body.ts and record-ring.ts.
 *
 * @module
 */
import { deadlineOf, DuodaoError, type Wait, type WaitSync } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  NOT_YET,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { handlesIn } from './crossing.ts';
import { Lease } from './lease.ts';
import { QueueBatches } from './queue-batches.ts';
import { QueueBody, type Taken } from './queue-body.ts';
import { QUEUE_BODY_BYTES, QueueFields, UNBOUNDED } from './queue-fields.ts';
import { checkQueueOptions, checkSameBounds, type QueueOptions, ringBytesFor } from './queue-options.ts';
import { QueueFlow } from './queue-flow.ts';
import { QueueSteps } from './queue-steps.ts';
import { ifSound } from './if-sound.ts';

const KIND: Kind = {
  id: 4,
  name: 'queue',
  open: (object) => openQueue(object),
  repair: (object) => ifSound(() => new QueueBody(object).repair()),
  reap: (object, dead) => ifSound(() => new QueueBody(object).reap(dead)),
  references: (object) =>
    ifSound(() => [...new QueueBody(object).payloadsWithLinks()].flatMap(handlesIn)) ?? [],
};
registerKind(KIND);

let opening: SharedObject | undefined;

/**
 * Hands values from any process or thread to any other, each to one taker.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** first in, first out, for each producer; items that come back keep their place.
 * - **Limits:** `capacity` items and `bytes` of memory, whichever is reached first; then `put` waits.
 * - **If a producer dies:** an item is in the queue whole, or not at all.
 * - **If a taker dies:** what it got by `get` is gone with it; what it holds by `lease` is handed to somebody else,
 *   until so many have died of it that it is a dead letter.
 * - **Cost:** values are copied twice, as bytes. Nothing runs in the background.
 *
 * @example
 * ```ts
 * const orders = new Queue<{ id: number }>({ capacity: 100 });
 * await orders.put({ id: 1 });
 * const { id } = await orders.get();
 * ```
 */
export class Queue<T = unknown> {
  readonly #steps: QueueSteps<T>;
  readonly #flow: QueueFlow<T>;
  readonly #batches: QueueBatches<T>;

  constructor(options: QueueOptions = {}) {
    const object = opening ?? createQueue(options);
    opening = undefined;
    this.#steps = new QueueSteps(object);
    this.#flow = new QueueFlow(this.#steps);
    this.#batches = new QueueBatches(this.#steps, this.#flow);
    registerFace(this, object, KIND.id);
  }

  /**
   * The queue with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists with other bounds than `options` asks for.
   */
  static named<T = unknown>(name: string, options: Omit<QueueOptions, 'name'> = {}): Queue<T> {
    checkName('queue', name);
    const queue = findOrMake(KIND.id, name, () => createQueue({ ...options, name })) as Queue<T>;
    checkSameBounds(name, options, {
      capacity: queue.capacity,
      bytes: queue.#steps.body.ringBytes,
      deathLimit: queue.deathLimit,
    });
    return queue;
  }

  /**
   * Puts an item, waiting for room in the event loop. When it resolves, the item is in the queue.
   *
   * @throws DuodaoError `not-cloneable`, `over-limit` when the item can never fit, `closed`, `timed-out`; or the
   * reason of `wait.signal`. The item is not in the queue then.
   */
  put(item: T, wait?: Wait): Promise<void> {
    return this.#flow.put(item, wait);
  }

  /** As `put`, blocking the thread until there is room. */
  putSync(item: T, wait?: WaitSync): void {
    this.#flow.putSync(item, wait);
  }

  /** Puts an item if there is room, and says whether. Never waits. Errors as `put`. */
  tryPut(item: T): boolean {
    return this.#flow.tryPut(item);
  }

  /**
   * Puts all items in one step, waiting for room for all of them in the event loop: all are in the queue, or none.
   *
   * @throws Errors as `put`; DuodaoError `over-limit` when they can never fit together.
   */
  putMany(items: readonly T[], wait?: Wait): Promise<void> {
    return this.#batches.put(items, wait);
  }

  /** Puts all items in one step, blocking the thread until there is room for all of them. As `putMany`. */
  putManySync(items: readonly T[], wait?: WaitSync): void {
    this.#batches.putSync(items, wait);
  }

  /** Puts all items if there is room for all of them, and says whether. As `putMany`. */
  tryPutMany(items: readonly T[]): boolean {
    return this.#batches.tryPut(items);
  }

  /**
   * Takes the oldest item for good, waiting for one in the event loop.
   *
   * @throws DuodaoError `closed` when the queue is closed and nothing can come any more, `timed-out`; or the reason
   * of `wait.signal`. Nothing is taken then.
   */
  get(wait?: Wait): Promise<T> {
    return this.#flow.get(wait);
  }

  /** Takes the oldest item for good, blocking the thread until there is one. Errors as `get`. */
  getSync(wait?: WaitSync): T {
    return this.#flow.getSync(wait);
  }

  /** Takes the oldest item for good if there is one. Never waits. @throws DuodaoError `closed` as `get`. */
  tryGet(): { readonly item: T } | undefined {
    return this.#flow.tryGet();
  }

  /**
   * Takes the oldest items for good, at least one and up to `max`, waiting for the first in the event loop. Errors
   * as `get`.
   */
  getMany(max: number, wait?: Wait): Promise<T[]> {
    return this.#batches.get(max, wait);
  }

  /** Takes the oldest items for good, blocking the thread until there is one. As `getMany`. */
  getManySync(max: number, wait?: WaitSync): T[] {
    return this.#batches.getSync(max, wait);
  }

  /** Takes up to `max` of the items that are there, for good. Never waits. As `getMany`. */
  tryGetMany(max: number): T[] {
    return this.#batches.tryGet(max);
  }

  /**
   * Takes the oldest item in hand, waiting for one in the event loop: it stays in the queue, out of sight, until the
   * lease is done. If its holder dies first, the item is handed to somebody else. Errors as `get`.
   */
  async lease(wait?: Wait): Promise<Lease<T>> {
    return this.#lease(
      await this.#flow.resolved(
        await this.#steps.getting.wait('An item in the queue', this.#steps.tryLease, wait),
      ),
    );
  }

  /** Takes the oldest item in hand, blocking the thread until there is one. As `lease`. */
  leaseSync(wait?: WaitSync): Lease<T> {
    deadlineOf(wait);
    return this.#lease(this.#steps.getting.waitSync('An item in the queue', this.#steps.tryLease, wait));
  }

  /** Takes the oldest item in hand if there is one. Never waits. @throws DuodaoError `closed` as `get`. */
  tryLease(): Lease<T> | undefined {
    const taken = this.#steps.tryLease(false);
    return taken === NOT_YET ? undefined : this.#lease(taken);
  }

  /**
   * Waits in the event loop until everything that was ever put has been got, or its lease is done. Dead letters are
   * not waited for.
   *
   * @throws DuodaoError `timed-out`; or the reason of `wait.signal`.
   */
  join(wait?: Wait): Promise<void> {
    return this.#flow.join(wait);
  }

  /** Blocks the thread until everything is done. As `join`. */
  joinSync(wait?: WaitSync): void {
    this.#flow.joinSync(wait);
  }

  /**
   * Takes the oldest dead letter in hand, if there is one: an item of which `deathLimit` takers have died. It takes
   * up room until its lease is done. Never waits.
   */
  tryDeadLetter(): Lease<T> | undefined {
    const taken = this.#steps.tryLetter();
    return taken && this.#lease(taken);
  }

  /** Closes the queue for everybody: nothing more is put, and takers end when what is there is done. */
  close(): void {
    this.#steps.inside(() => this.#steps.body.close());
  }

  get isClosed(): boolean {
    return this.#steps.body.isClosed;
  }

  /** Items that wait to be taken; leased ones are not among them. Exact at the moment of reading. */
  get size(): number {
    return this.#steps.body.look('ready');
  }

  /** Items that are leased and neither done nor given back. */
  get leased(): number {
    return this.#steps.body.look('leased');
  }

  /** Items that are handed out no more, as `deathLimit` takers have died of them. */
  get deadLetters(): number {
    return this.#steps.body.look('dead');
  }

  get deathLimit(): number {
    return this.#steps.body.deathLimit || Number.POSITIVE_INFINITY;
  }

  /** How many items, leased ones included, the queue holds at most; Infinity when only its bytes bound it. */
  get capacity(): number {
    const { capacity } = this.#steps.body;
    return capacity === UNBOUNDED ? Number.POSITIVE_INFINITY : capacity;
  }

  get isEmpty(): boolean {
    return this.#steps.body.look('ready') === 0;
  }

  get isFull(): boolean {
    return this.#steps.isFull;
  }

  /** Whether `get` would not wait. */
  get isReady(): boolean {
    return this.#flow.isReady;
  }

  /**
   * Waits until `get` would not wait, and takes nothing. Somebody else may be faster then.
   *
   * @throws DuodaoError `timed-out`; or the reason of `wait.signal`.
   */
  untilReady(wait?: Wait): Promise<void> {
    return this.#flow.untilReady(wait);
  }

  /** Takes items until the queue is closed and everything in it is done. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if (error instanceof DuodaoError && error.code === 'closed') return;
        throw error;
      }
      yield item;
    }
  }

  #lease(taken: Taken): Lease<T> {
    return new Lease(this.#steps.open(taken), taken, (end) => this.#steps.settle(taken, end));
  }
}

/** Makes a queue that has no face yet. */
export function createQueue(options: QueueOptions): SharedObject {
  const { capacity, bytes, deathLimit } = checkQueueOptions(options);
  const name = options.name ?? '';
  if (options.name !== undefined) checkName('queue', name);
  const size = { bodyBytes: QUEUE_BODY_BYTES, dataBytes: ringBytesFor(bytes) };
  return here().objects.create(KIND, size, name, (object) => QueueFields.init(object, capacity, deathLimit));
}

function openQueue(object: SharedObject): Queue {
  opening = object;
  return new Queue();
}
