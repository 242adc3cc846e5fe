/**
 * The steps of a queue for one thread: each inside the guard, each either done or not.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import {
  type Here,
  here,
  NOT_YET,
  type NotYet,
  type SharedObject,
  type Tag,
  WaitPoint,
} from '../memory/index.ts';
import type { Encoded } from '../wire/index.ts';
import { handlesIn, handlesSent, handlesTaken, pack, unpack } from './crossing.ts';
import { QueueBody, type Taken } from './queue-body.ts';
import { recordBytes } from './record-ring.ts';

/** An item that was taken for good, or one that refers to others and is leased until these are in our hands. */
export type Got<T> = { readonly item: T } | Taken;

export class QueueSteps<T> {
  readonly body: QueueBody;
  readonly getting: WaitPoint;
  readonly putting: WaitPoint;
  readonly #object: SharedObject;
  readonly #here: Here;

  constructor(object: SharedObject) {
    this.#object = object;
    this.#here = here();
    this.body = new QueueBody(object);
    const { getters, putters } = this.body;
    const { room } = this.#here;
    this.getting = new WaitPoint(room, object.guard, getters);
    this.putting = new WaitPoint(room, object.guard, putters);
  }

  /** Packs an item and counts the handles in it, or refuses it at the door. */
  pack(item: T): Encoded {
    if (this.body.isClosed) throw closed('put into');
    const packed = pack(item, 'item');
    const sizeBytes = recordBytes(packed.bytes.length);
    const limitBytes = this.body.ringBytes;
    if (sizeBytes > limitBytes) {
      throw new DuodaoError(
        'over-limit',
        `Cannot put an item of ${packed.bytes.length} bytes, as the whole queue holds ${limitBytes}: make it with more bytes`,
        { sizeBytes, limitBytes },
      );
    }
    handlesSent(packed.handles);
    return packed;
  }

  tryPut(bytes: Uint8Array, packed: Encoded, register: boolean): true | NotYet {
    return this.inside(() => {
      if (this.body.isClosed) throw closed('put into');
      if (this.body.hasRoom(bytes.length)) {
        this.body.put(bytes, packed.handles.length + packed.addresses.length);
        return true;
      }
      if (register) this.body.putters.add(this.#here.slot);
      return NOT_YET;
    });
  }

  readonly tryGet = (register: boolean): Got<T> | NotYet => {
    const taken = this.inside(() => {
      const lessee = this.body.linksOfFirst() ? this.#here.tag : undefined;
      return this.#takeOrRegister(lessee, register);
    });
    return taken === NOT_YET || taken.links > 0 ? taken : { item: unpack(taken.bytes) as T };
  };

  readonly tryLease = (register: boolean): Taken | NotYet =>
    this.inside(() => this.#takeOrRegister(this.#here.tag, register));

  #takeOrRegister(lessee: Tag | undefined, register: boolean): Taken | NotYet {
    const taken = this.body.take(lessee);
    if (taken) return taken;
    if (this.body.isClosed && this.body.leased === 0) throw closed('get from');
    if (register) this.body.getters.add(this.#here.slot);
    return NOT_YET;
  }

  /** The value of a leased item. One that cannot be read is finished with: nobody else could read it either. */
  open(taken: Taken): T {
    try {
      return unpack(taken.bytes) as T;
    } catch (error) {
      this.settle(taken, 'done');
      throw error;
    }
  }

  /** Ends a lease of ours. */
  settle(taken: Taken, end: 'done' | 'back'): void {
    const { tag } = this.#here;
    const settled = this.inside(() => this.body.settle(taken.position, taken.id, tag, end));
    // Only now: while the item was in the queue, its handles had to count.
    if (settled && end === 'done' && taken.links > 0) handlesTaken(handlesIn(taken.bytes));
  }

  /** Runs a step inside the guard. A step throws before it changes anything, or runs to its end. */
  inside<R>(step: () => R): R {
    const { guard } = this.#object;
    if (guard.take()) this.#here.objects.repair(this.#object);
    let clean = false;
    try {
      const result = step();
      clean = true;
      return result;
    } catch (error) {
      clean = error instanceof DuodaoError && error.code === 'closed';
      throw error;
    } finally {
      if (clean) guard.give();
      else guard.giveBroken();
    }
  }
}

function closed(action: string): DuodaoError {
  return new DuodaoError('closed', `Cannot ${action} this queue as it has been closed`);
}
