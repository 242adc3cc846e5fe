/**
 * The steps of a queue for one thread: each inside the guard, each either done or not.
 *
 * @module
 */
import { DuodaoError, FAULTY, pass } from '../base/index.ts';
import { NOT_YET, type NotYet } from '../memory/index.ts';
import type { Encoded } from '../wire/index.ts';
import { handlesIn, handlesSent, handlesTaken, needsFunctions, pack, unpack } from './crossing.ts';
import type { LeaseEnd } from './lease.ts';
import { type Claim, LARGE_BYTES, type Taken } from './queue-body.ts';
import { putAll, takeMany } from './queue-bulk.ts';
import { hasRoom, hasRoomForAll } from './queue-room.ts';
import { QueueSide } from './queue-side.ts';
import { payloadsIn, type RecordBatch } from './record-batch.ts';
import { recordBytes } from './record-ring.ts';

/** An item that was taken for good, or one that refers to others and is leased until these are in our hands. */
export type Got<T> = { readonly item: T } | Taken;

/** Bytes of the smallest item there is. */
const LEAST_BYTES: number = pack(undefined, 'item').bytes.length;

export class QueueSteps<T> extends QueueSide {
  /** What was got and refers to others, until these are in our hands. */
  readonly #inHand: Set<Taken> = new Set();

  /** Whether there is no room for even the smallest item. */
  get isFull(): boolean {
    return this.inside(() => !hasRoom(this.body, LEAST_BYTES));
  }

  /** Packs an item and counts the handles in it, or refuses it at the door. */
  pack(item: T, root = 'item'): Encoded {
    if (this.hasLeft || this.body.isClosed) throw this.ended('put');
    const packed = pack(item, root);
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
    const links = packed.handles.length + packed.addresses.length;
    if (bytes.length >= LARGE_BYTES && links === 0) return this.#tryPutLarge(bytes, register);
    const done = this.#put(bytes, links, register);
    return done === NOT_YET && !register && this.reapsOne() ? this.#put(bytes, links, register) : done;
  }

  #put(bytes: Uint8Array, links: number, register: boolean): true | NotYet {
    const { body, guard } = this;
    let clean = false;
    this.enter();
    try {
      if (body.isClosed) {
        clean = true;
        throw this.ended('put');
      }
      const fits = hasRoom(body, bytes.length);
      if (fits) body.put(bytes, links);
      else if (register) body.putters.add(this.here.slot);
      clean = true;
      return fits || NOT_YET;
    } finally {
      guard.give(clean);
    }
  }

  /** Puts an item whose bytes are copied outside of the guard. */
  #tryPutLarge(bytes: Uint8Array, register: boolean): true | NotYet {
    const { tag } = this.here;
    const claim = this.afterDeaths(register, (): Claim | NotYet => {
      if (this.body.isClosed) throw this.ended('put');
      if (hasRoom(this.body, bytes.length)) return this.body.claim(bytes.length, tag);
      if (register) this.body.putters.add(this.here.slot);
      return NOT_YET;
    });
    if (claim === NOT_YET) return NOT_YET;
    let isThere = false;
    let isPut = false;
    try {
      claim.room.set(bytes);
      if (FAULTY) pass('queue.copied');
      isThere = true;
    } finally {
      isPut = this.inside(() => this.body.endClaim(claim, tag, isThere));
    }
    if (!isPut) throw this.ended('put'); // all was thrown away meanwhile: the end of a pipe
    return true;
  }

  readonly tryGet = (register: boolean): Got<T> | NotYet => {
    const taken = this.#tryTake(false, register);
    return taken === NOT_YET ? taken : this.#got(taken);
  };

  #got(taken: Taken): Got<T> {
    if (taken.links > 0) return this.#takeInHand(taken);
    const item = this.open(taken);
    if (taken.bytes.length >= LARGE_BYTES) this.settle(taken, 'done');
    return { item };
  }

  readonly tryLease = (register: boolean): Taken | NotYet => {
    const taken = this.#tryTake(true, register);
    return taken === NOT_YET ? taken : owned(taken);
  };

  /** Leases a dead letter. */
  tryLetter(): Taken | undefined {
    const taken = this.inside(() => this.body.takeLetter(this.here.tag));
    return taken && owned(taken);
  }

  /** Keeps a leased item that is opened later. */
  #takeInHand(taken: Taken): Taken {
    const own = owned(taken);
    this.#inHand.add(own);
    return own;
  }

  tryPutAll(batch: RecordBatch, register: boolean): true | NotYet {
    return this.afterDeaths(register, () => {
      if (this.body.isClosed) throw this.ended('put');
      if (batch.count === 0) return true;
      if (hasRoomForAll(this.body, batch)) {
        putAll(this.body, batch);
        return true;
      }
      if (register) this.body.putters.add(this.here.slot);
      return NOT_YET;
    });
  }

  /** Takes up to `max` items, at least one; or one alone that is leased until what it refers to is in our hands. */
  tryGetMany(max: number, register: boolean): T[] | Taken | NotYet {
    const found = this.afterDeaths(register, () => {
      const pieces = takeMany(this.body, max);
      return pieces.length > 0 ? pieces : this.#takeOrRegister(false, register);
    });
    if (found === NOT_YET) return found;
    let more: T[] | undefined;
    if (Array.isArray(found)) more = this.#unpackAll(found);
    else {
      const got = this.#got(found);
      if (!('item' in got)) return got;
      more = [got.item];
    }
    const items: T[] = [];
    for (; more; more = items.length < max ? this.#getMore(max - items.length) : undefined)
      items.push(...more);
    return items;
  }

  /**
   * More items behind those we have. One that cannot be opened now stays, so that its error has a call of its own.
   */
  #getMore(max: number): T[] | undefined {
    const { tag } = this.here;
    const found = this.inside(() => {
      const pieces = takeMany(this.body, max);
      return pieces.length > 0 ? pieces : this.body.take(tag, true);
    });
    if (!found) return undefined;
    if (Array.isArray(found)) return this.#unpackAll(found);
    let end: LeaseEnd = 'unread';
    try {
      const item = unpack(found.bytes) as T;
      end = 'done';
      return [item];
    } catch {
      return undefined; // the next call meets it first, and throws
    } finally {
      this.settle(found, end);
    }
  }

  #unpackAll(pieces: readonly Uint8Array[]): T[] {
    const items: T[] = [];
    for (const piece of pieces) for (const bytes of payloadsIn(piece)) items.push(unpack(bytes) as T);
    return items;
  }

  /** Whether everything that was put is done. */
  readonly tryJoin = (register: boolean): true | NotYet =>
    this.afterDeaths(register, () => {
      if (this.body.pending === 0) return true;
      if (register) this.body.joiners.add(this.here.slot);
      return NOT_YET;
    });

  #tryTake(leases: boolean, register: boolean): Taken | NotYet {
    const taken = this.#take(leases, register);
    return taken === NOT_YET && !register && this.reapsOne() ? this.#take(leases, register) : taken;
  }

  #take(leases: boolean, register: boolean): Taken | NotYet {
    let clean = false;
    this.enter();
    try {
      const taken = this.#takeOrRegister(leases, register);
      clean = true;
      return taken;
    } catch (error) {
      clean = this.isTold(error);
      throw error;
    } finally {
      this.guard.give(clean);
    }
  }

  #takeOrRegister(leases: boolean, register: boolean): Taken | NotYet {
    const { body } = this;
    const taken = body.take(this.here.tag, leases);
    if (taken) return taken;
    if (body.isClosed && body.pending === 0) throw this.ended('get');
    if (register) body.getters.add(this.here.slot);
    return NOT_YET;
  }

  /** Looks whether a get would not wait, and takes nothing. */
  readonly tryLook = (register: boolean): true | NotYet =>
    this.afterDeaths(register, () => {
      if (this.body.ready > 0 || (this.body.isClosed && this.body.pending === 0)) return true;
      if (register) this.body.getters.add(this.here.slot);
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
    const { tag } = this.here;
    this.#inHand.delete(taken);
    // Read while the record is still there; counted only when it is gone, as until then they had to count.
    const handles = end === 'done' && taken.links > 0 ? handlesIn(taken.bytes) : [];
    const settled = this.inside(() => this.body.settle(taken.position, taken.id, tag, end));
    if (settled) handlesTaken(handles);
  }

  /** As in QueueSide; what was not yet opened goes back. */
  override leave(): void {
    for (const taken of this.#inHand) this.settle(taken, 'unread');
    super.leave();
  }
}

/** A leased item with bytes of its own: the record may be given back before they are read. */
function owned(taken: Taken): Taken {
  return taken.bytes.length >= LARGE_BYTES ? { ...taken, bytes: taken.bytes.slice() } : taken;
}
