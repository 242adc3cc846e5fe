/**
 * The steps of a queue for one thread: each inside the guard, each either done or not.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { NOT_YET, type NotYet } from '../memory/index.ts';
import type { Encoded } from '../wire/index.ts';
import { handlesIn, handlesSent, handlesTaken, needsFunctions, pack, unpack } from './crossing.ts';
import type { LeaseEnd } from './lease.ts';
import { type Claim, LARGE_BYTES, type Taken } from './queue-body.ts';
import { hasRoom, hasRoomForAll, type Payload } from './queue-room.ts';
import { QueueSide } from './queue-side.ts';
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
    return this.afterDeaths(register, () => {
      if (this.body.isClosed) throw this.ended('put');
      if (hasRoom(this.body, bytes.length)) {
        this.body.put(bytes, links);
        return true;
      }
      if (register) this.body.putters.add(this.here.slot);
      return NOT_YET;
    });
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
      isThere = true;
    } finally {
      isPut = this.inside(() => this.body.endClaim(claim, tag, isThere));
    }
    if (!isPut) throw this.ended('put'); // all was thrown away meanwhile: the end of a pipe
    return true;
  }

  readonly tryGet = (register: boolean): Got<T> | NotYet => {
    const taken = this.#tryTake('get', register);
    if (taken === NOT_YET) return taken;
    if (taken.links > 0) return this.takeInHand(taken);
    const item = this.open(taken);
    if (taken.bytes.length >= LARGE_BYTES) this.settle(taken, 'done');
    return { item };
  };

  readonly tryLease = (register: boolean): Taken | NotYet => {
    const taken = this.#tryTake('lease', register);
    return taken === NOT_YET ? taken : owned(taken);
  };

  /** Leases a dead letter. */
  tryLetter(): Taken | undefined {
    const taken = this.inside(() => this.body.takeLetter(this.here.tag));
    return taken && owned(taken);
  }

  /** Keeps a leased item that is opened later. */
  takeInHand(taken: Taken): Taken {
    const own = owned(taken);
    this.#inHand.add(own);
    return own;
  }

  tryPutAll(payloads: readonly Payload[], register: boolean): true | NotYet {
    return this.afterDeaths(register, () => {
      if (this.body.isClosed) throw this.ended('put');
      if (payloads.length === 0) return true;
      if (hasRoomForAll(this.body, payloads)) {
        this.body.putAll(payloads);
        return true;
      }
      if (register) this.body.putters.add(this.here.slot);
      return NOT_YET;
    });
  }

  /** Leases up to `max` items, at least one. */
  tryTakeMany(max: number, register: boolean): Taken[] | NotYet {
    return this.afterDeaths(register, () => {
      const first = this.#takeOrRegister('lease', register);
      if (first === NOT_YET) return NOT_YET;
      const all = [first];
      while (all.length < max) {
        const next = this.body.take(this.here.tag);
        if (!next) break;
        all.push(next);
      }
      return all;
    });
  }

  /**
   * Opens leased items and is done with them. From the first on that cannot be opened they are given back; if it is
   * the very first, it is given alone if it only lacks a function, and else it is finished with, and its error thrown.
   */
  openMany(taken: readonly Taken[]): T[] | Taken {
    const items: T[] = [];
    try {
      for (const one of taken) items.push(unpack(one.bytes) as T);
    } catch (error) {
      const rest = taken.slice(Math.max(1, items.length));
      const [first] = taken as readonly [Taken];
      this.settleAll(rest, 'unread');
      if (items.length === 0) {
        if (needsFunctions(first.bytes)) return this.takeInHand(first);
        this.settle(first, 'done');
        throw error;
      }
    }
    this.settleAll(taken.slice(0, items.length), 'done');
    return items;
  }

  /** Ends leases of ours. */
  settleAll(taken: readonly Taken[], end: LeaseEnd): void {
    if (taken.length === 0) return;
    const { tag } = this.here;
    const handles =
      end === 'done' ? taken.filter(({ links }) => links > 0).map((one) => handlesIn(one.bytes)) : [];
    this.inside(() => taken.forEach(({ position, id }) => this.body.settle(position, id, tag, end)));
    handlesTaken(handles.flat());
  }

  /** Whether everything that was put is done. */
  readonly tryJoin = (register: boolean): true | NotYet =>
    this.afterDeaths(register, () => {
      if (this.body.pending === 0) return true;
      if (register) this.body.joiners.add(this.here.slot);
      return NOT_YET;
    });

  #tryTake(how: 'get' | 'lease', register: boolean): Taken | NotYet {
    return this.afterDeaths(register, () => this.#takeOrRegister(how, register));
  }

  #takeOrRegister(how: 'get' | 'lease', register: boolean): Taken | NotYet {
    const leases = how === 'lease' || this.body.firstNeedsLease;
    const taken = this.body.take(leases ? this.here.tag : undefined);
    if (taken) return taken;
    if (this.body.isClosed && this.body.pending === 0) throw this.ended('get');
    if (register) this.body.getters.add(this.here.slot);
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
