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
import { QUEUE_BODY_BYTES, QueueBody, type Taken, UNBOUNDED } from './queue-body.ts';
import { checkQueueOptions, type QueueOptions, ringBytesFor } from './queue-options.ts';
import { QueueFlow } from './queue-flow.ts';
import { QueueSteps } from './queue-steps.ts';

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

/** Keeps a queue whose memory makes no sense from being the trouble of those who do not use it. */
export function ifSound<R>(step: () => R): R | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'broken') return undefined;
    throw error;
  }
}

let opening: SharedObject | undefined;

/**
 * Hands values from any process or thread to any other, each to one taker.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** first in, first out, for each producer; items that come back keep their place.
 * - **Limits:** `capacity` items and `bytes` of memory, whichever is reached first; then `put` waits.
 * - **If a producer dies:** an item is in the queue whole, or not at all.
 * - **If a taker dies:** what it got by `get` is gone with it; what it holds by `lease` is handed to somebody else.
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

  constructor(options: QueueOptions = {}) {
    const object = opening ?? createQueue(options);
    opening = undefined;
    this.#steps = new QueueSteps(object);
    this.#flow = new QueueFlow(this.#steps);
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
    const { capacity, bytes } = checkQueueOptions(options);
    if (options.capacity !== undefined && queue.capacity !== options.capacity) {
      throw new RangeError(
        `Cannot open the queue "${name}" with capacity ${capacity}: it has ${queue.capacity}`,
      );
    }
    if (options.bytes !== undefined && queue.#steps.body.ringBytes !== ringBytesFor(bytes)) {
      throw new RangeError(
        `Cannot open the queue "${name}" with ${bytes} bytes: it has ${queue.#steps.body.ringBytes}`,
      );
    }
    return queue;
  }

  /**
   * Puts an item, waiting for room in the event loop. When it resolves, the item is in the queue.
   *
   * @throws DuodaoError `not-cloneable`, `over-limit` when the item can never fit, `closed`, `timed-out`; or the reason
   * of `wait.signal`. The item is not in the queue then.
   */
  put(item: T, wait?: Wait): Promise<void> {
    return this.#flow.put(item, wait);
  }

  /** Puts an item, blocking the thread until there is room. Errors as `put`. */
  putSync(item: T, wait?: WaitSync): void {
    this.#flow.putSync(item, wait);
  }

  /** Puts an item if there is room, and says whether. Never waits. Errors as `put`. */
  tryPut(item: T): boolean {
    return this.#flow.tryPut(item);
  }

  /**
   * Takes the oldest item for good, waiting for one in the event loop.
   *
   * @throws DuodaoError `closed` when the queue is closed and nothing can come any more, `timed-out`; or the reason of
   * `wait.signal`. Nothing is taken then.
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

  /** Closes the queue for everybody: nothing more is put, and takers end when what is there is done. */
  close(): void {
    this.#steps.inside(() => this.#steps.body.close());
  }

  /** Whether somebody has closed the queue. */
  get isClosed(): boolean {
    return this.#steps.body.isClosed;
  }

  /** Items that wait to be taken; leased ones are not among them. Exact at the moment of reading. */
  get size(): number {
    return this.#steps.body.ready;
  }

  /** Items that are leased and neither done nor given back. */
  get leased(): number {
    return this.#steps.body.leased;
  }

  /** How many items, leased ones included, the queue holds at most; Infinity when only its bytes bound it. */
  get capacity(): number {
    const { capacity } = this.#steps.body;
    return capacity === UNBOUNDED ? Number.POSITIVE_INFINITY : capacity;
  }

  /** Whether a taker would wait. */
  get isEmpty(): boolean {
    return this.#steps.body.ready === 0;
  }

  /** Whether a put of even the smallest item would wait. */
  get isFull(): boolean {
    return this.#steps.isFull;
  }

  /** Whether `get` would not wait: there is an item, or none can come any more. */
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
    return new Lease(this.#steps.open(taken), taken.deliveries, (end) => this.#steps.settle(taken, end));
  }
}

/** Makes a queue that has no face yet. */
export function createQueue(options: QueueOptions): SharedObject {
  const { capacity, bytes } = checkQueueOptions(options);
  const { name } = options;
  if (name !== undefined) checkName('queue', name);
  const size = { bodyBytes: QUEUE_BODY_BYTES, dataBytes: ringBytesFor(bytes) };
  return here().objects.create(KIND, size, name ?? '', (object) => QueueBody.init(object, capacity));
}

function openQueue(object: SharedObject): Queue {
  opening = object;
  return new Queue();
}
