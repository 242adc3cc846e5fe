/**
 * The steps of a queue for one thread: each inside the guard, each either done or not.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { type Here, here, NOT_YET, type NotYet, type SharedObject, WaitPoint } from '../memory/index.ts';
import type { Encoded } from '../wire/index.ts';
import { handlesIn, handlesSent, handlesTaken, needsFunctions, pack, unpack } from './crossing.ts';
import type { LeaseEnd } from './lease.ts';
import { QueueBody, type Taken } from './queue-body.ts';
import { recordBytes } from './record-ring.ts';

/** An item that was taken for good, or one that refers to others and is leased until these are in our hands. */
export type Got<T> = { readonly item: T } | Taken;

/**
 * Why nothing more goes in or out: it was closed, nobody is left at the other side, or this thread gave its side
 * up.
 */
export type Ending = 'closed' | 'lost' | 'left';

/** How a queue speaks of itself. A pipe is two queues, and has its own words. */
export interface QueueWords {
  readonly name: string;
  /** What a put, and a get, waits for. */
  readonly putting: string;
  readonly getting: string;
  ended(action: 'put' | 'get', why: Ending): DuodaoError;
}

const WORDS: QueueWords = {
  name: 'queue',
  putting: 'Putting an item into the queue',
  getting: 'An item in the queue',
  ended: (action) =>
    new DuodaoError(
      'closed',
      `Cannot ${action === 'put' ? 'put into' : 'get from'} this queue as it has been closed`,
    ),
};

/** Bytes of the smallest item there is. */
const LEAST_BYTES: number = pack(undefined, 'item').bytes.length;

export class QueueSteps<T> {
  readonly body: QueueBody;
  readonly getting: WaitPoint;
  readonly putting: WaitPoint;
  readonly words: QueueWords;
  readonly #object: SharedObject;
  readonly #here: Here;
  /** What was got and refers to others, until these are in our hands. */
  readonly #inHand: Set<Taken> = new Set();
  #hasLeft = false;
  /** The last end that was told: the one error that a step throws with everything in order. */
  #told: DuodaoError | undefined;

  /** What must not be collected while somebody waits here: the end of a pipe. */
  readonly keeper: object | undefined;

  constructor(object: SharedObject, words: QueueWords = WORDS, keeper?: object) {
    this.#object = object;
    this.keeper = keeper;
    this.words = words;
    this.#here = here();
    this.body = new QueueBody(object);
    const { getters, putters } = this.body;
    const { room } = this.#here;
    this.getting = new WaitPoint(room, object.guard, getters);
    this.putting = new WaitPoint(room, object.guard, putters);
  }

  /** Whether there is no room for even the smallest item. */
  get isFull(): boolean {
    return this.inside(() => !this.body.hasRoom(LEAST_BYTES));
  }

  /** Packs an item and counts the handles in it, or refuses it at the door. */
  pack(item: T): Encoded {
    if (this.#hasLeft || this.body.isClosed) throw this.#ended('put');
    const packed = pack(item, 'item');
    const sizeBytes = recordBytes(packed.bytes.length);
    const limitBytes = this.body.ringBytes;
    if (sizeBytes > limitBytes) {
      throw new DuodaoError(
        'over-limit',
        `Cannot put an item of ${packed.bytes.length} bytes, as the whole ${this.words.name} holds ${limitBytes}: ` +
          'make it with more bytes',
        { sizeBytes, limitBytes },
      );
    }
    handlesSent(packed.handles);
    return packed;
  }

  tryPut(bytes: Uint8Array, packed: Encoded, register: boolean): true | NotYet {
    return this.#afterDeaths(register, () => {
      if (this.body.isClosed) throw this.#ended('put');
      if (this.body.hasRoom(bytes.length)) {
        this.body.put(bytes, packed.handles.length + packed.addresses.length);
        return true;
      }
      if (register) this.body.putters.add(this.#here.slot);
      return NOT_YET;
    });
  }

  readonly tryGet = (register: boolean): Got<T> | NotYet => {
    const taken = this.#tryTake('get', register);
    if (taken === NOT_YET) return taken;
    if (taken.links === 0) return { item: unpack(taken.bytes) as T };
    this.#inHand.add(taken);
    return taken;
  };

  readonly tryLease = (register: boolean): Taken | NotYet => this.#tryTake('lease', register);

  #tryTake(how: 'get' | 'lease', register: boolean): Taken | NotYet {
    return this.#afterDeaths(register, () => this.#takeOrRegister(how, register));
  }

  /**
   * Takes a step. Who does not wait hears of no deaths, so he looks whether one left a lease, or was the other
   * side.
   */
  #afterDeaths<R>(register: boolean, step: () => R | NotYet): R | NotYet {
    const found = this.inside(step);
    const mayChange = found === NOT_YET && !register && (this.keeper !== undefined || this.body.leased > 0);
    return mayChange && this.#here.reap() ? this.inside(step) : found;
  }

  #takeOrRegister(how: 'get' | 'lease', register: boolean): Taken | NotYet {
    const leases = how === 'lease' || this.body.linksOfFirst();
    const taken = this.body.take(leases ? this.#here.tag : undefined);
    if (taken) return taken;
    if (this.body.isClosed && this.body.leased === 0) throw this.#ended('get');
    if (register) this.body.getters.add(this.#here.slot);
    return NOT_YET;
  }

  /** Looks whether a get would not wait, and takes nothing. */
  readonly tryLook = (register: boolean): true | NotYet =>
    this.#afterDeaths(register, () => {
      if (this.body.ready > 0 || (this.body.isClosed && this.body.leased === 0)) return true;
      if (register) this.body.getters.add(this.#here.slot);
      return NOT_YET;
    });

  /**
   * The value of a leased item. One that cannot be read is finished with: nobody else could read it either. But
   * one that only lacks a function, which takes an await to load, is as if it had never been taken.
   */
  open(taken: Taken): T {
    try {
      return unpack(taken.bytes) as T;
    } catch (error) {
      this.settle(taken, needsFunctions(taken.bytes) ? 'unread' : 'done');
      throw error;
    }
  }

  /** Ends a lease of ours. */
  settle(taken: Taken, end: LeaseEnd): void {
    const { tag } = this.#here;
    this.#inHand.delete(taken);
    const settled = this.inside(() => this.body.settle(taken.position, taken.id, tag, end));
    // Only now: while the item was in the queue, its handles had to count.
    if (settled && end === 'done' && taken.links > 0) handlesTaken(handlesIn(taken.bytes));
  }

  /** Gives this side up for this thread: whoever waits here is told, and what was not yet opened goes back. */
  leave(): void {
    for (const taken of this.#inHand) this.settle(taken, 'unread');
    this.#hasLeft = true;
    this.getting.serve();
    this.putting.serve();
  }

  #ended(action: 'put' | 'get'): DuodaoError {
    const why = this.#hasLeft ? 'left' : this.body.isBroken ? 'lost' : 'closed';
    this.#told = this.words.ended(action, why);
    return this.#told;
  }

  /** Runs a step inside the guard. A step throws before it changes anything, or runs to its end. */
  inside<R>(step: () => R): R {
    if (this.#hasLeft) throw this.#ended('get');
    const { guard } = this.#object;
    const died = guard.take();
    let clean = false;
    try {
      if (died) {
        this.#here.objects.repair(this.#object);
        this.body.repair(); // again, as only who uses a queue is told that nothing can put it in order
      }
      const result = step();
      clean = true;
      return result;
    } catch (error) {
      clean = error === this.#told;
      throw error;
    } finally {
      guard.give(clean);
    }
  }
}
