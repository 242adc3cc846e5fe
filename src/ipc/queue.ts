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
  type NotYet,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { handlesIn, handlesTaken, needsFunctions, resolveFunctions } from './crossing.ts';
import { Lease } from './lease.ts';
import { QUEUE_BODY_BYTES, QueueBody, type Taken, UNBOUNDED } from './queue-body.ts';
import { checkQueueOptions, type QueueOptions, ringBytesFor } from './queue-options.ts';
import { QueueSteps } from './queue-steps.ts';

const KIND: Kind = {
  id: 4,
  name: 'queue',
  open: (object) => openQueue(object),
  repair: (object) => new QueueBody(object).repair(),
  reap: (object, dead) => new QueueBody(object).reap(dead),
  references: (object) => [...new QueueBody(object).payloadsWithLinks()].flatMap(handlesIn),
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

  constructor(options: QueueOptions = {}) {
    const object = opening ?? createQueue(options);
    opening = undefined;
    this.#steps = new QueueSteps(object);
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
  async put(item: T, wait?: Wait): Promise<void> {
    const packed = this.#steps.pack(item);
    try {
      // Behind others the first attempt comes later, when the scratch memory holds something else.
      let bytes = this.#steps.putting.isWaiting ? packed.bytes.slice() : packed.bytes;
      const attempt = (register: boolean): true | NotYet => {
        const done = this.#steps.tryPut(bytes, packed, register);
        if (done === NOT_YET && bytes === packed.bytes) bytes = packed.bytes.slice();
        return done;
      };
      await this.#steps.putting.wait('Putting an item into the queue', attempt, wait);
    } catch (error) {
      handlesTaken(packed.handles);
      throw error;
    }
    // Until here `item` keeps alive whatever the message refers to.
    keep(item);
  }

  /** Puts an item, blocking the thread until there is room. Errors as `put`. */
  putSync(item: T, wait?: WaitSync): void {
    const packed = this.#steps.pack(item);
    try {
      deadlineOf(wait);
      const { bytes } = packed;
      const what = 'Putting an item into the queue';
      // While we block nothing else is packed on this thread, but waits that are served may settle: no user code runs.
      this.#steps.putting.waitSync(what, (register) => this.#steps.tryPut(bytes, packed, register), wait);
    } catch (error) {
      handlesTaken(packed.handles);
      throw error;
    }
    keep(item);
  }

  /** Puts an item if there is room, and says whether. Never waits. Errors as `put`. */
  tryPut(item: T): boolean {
    const packed = this.#steps.pack(item);
    let done: true | NotYet = NOT_YET;
    try {
      done = this.#steps.tryPut(packed.bytes, packed, false);
    } finally {
      if (done === NOT_YET) handlesTaken(packed.handles);
    }
    keep(item);
    return done === true;
  }

  /**
   * Takes the oldest item for good, waiting for one in the event loop.
   *
   * @throws DuodaoError `closed` when the queue is closed and nothing can come any more, `timed-out`; or the reason of
   * `wait.signal`. Nothing is taken then.
   */
  async get(wait?: Wait): Promise<T> {
    const taken = await this.#steps.getting.wait('An item in the queue', this.#steps.tryGet, wait);
    return 'item' in taken ? taken.item : this.#finish(await this.#resolved(taken));
  }

  /** Takes the oldest item for good, blocking the thread until there is one. Errors as `get`. */
  getSync(wait?: WaitSync): T {
    deadlineOf(wait);
    const taken = this.#steps.getting.waitSync('An item in the queue', this.#steps.tryGet, wait);
    return 'item' in taken ? taken.item : this.#finish(taken);
  }

  /** Takes the oldest item for good if there is one. Never waits. @throws DuodaoError `closed` as `get`. */
  tryGet(): { readonly item: T } | undefined {
    const taken = this.#steps.tryGet(false);
    if (taken === NOT_YET) return undefined;
    return 'item' in taken ? taken : { item: this.#finish(taken) };
  }

  /**
   * Takes the oldest item in hand, waiting for one in the event loop: it stays in the queue, out of sight, until the
   * lease is done. If its holder dies first, the item is handed to somebody else. Errors as `get`.
   */
  async lease(wait?: Wait): Promise<Lease<T>> {
    return this.#lease(
      await this.#resolved(
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
    return this.#steps.inside(() => !this.#steps.body.hasRoom());
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

  async #resolved(taken: Taken): Promise<Taken> {
    if (!needsFunctions(taken.bytes)) return taken;
    try {
      await resolveFunctions(taken.bytes);
    } catch (error) {
      this.#steps.settle(taken, 'done'); // nobody else could read it either
      throw error;
    }
    return taken;
  }

  /** Opens what an item refers to, and then ends its lease. */
  #finish(taken: Taken): T {
    const item = this.#steps.open(taken);
    this.#steps.settle(taken, 'done');
    return item;
  }

  #lease(taken: Taken): Lease<T> {
    return new Lease(this.#steps.open(taken), taken.deliveries, (end) => this.#steps.settle(taken, end));
  }
}

/** Keeps a value reachable up to the place of the call: until a message is committed, its handles are held by us. */
function keep(_value: unknown): void {}

function createQueue(options: QueueOptions): SharedObject {
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
