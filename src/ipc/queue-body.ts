/**
 * The steps that change a queue. What it keeps: queue-fields.ts; its records: record-ring.ts; what the dead leave:
 * queue-upkeep.ts.
 *
 * Everything happens inside the object's guard. Each change is one store: of the tail, of a record's state, of
 * `closed`. Before it, those who sleep for it are rung; after it, what is derived follows. So a death anywhere leaves
 * the old state or the new, and repair() derives the rest.
 *
 * Large items are copied outside of the guard, so that nobody waits for a copy. A put claims the record inside
 * (CLAIMED, with the tag of the putter), copies, and comes back to make it READY; a get leases the record, reads it
 * where it lies, and comes back to make it DONE. What a dead putter claimed is DONE, what a dead taker leased is
 * READY again.
 *
 * Checked by killing (test/crash) and by properties against a plain array (test/unit/ipc).
 *
 * @module
 */
import { FAULTY, pass } from '../base/index.ts';
import type { Tag } from '../memory/index.ts';
import type { LeaseEnd } from './lease.ts';
import { QueueFields } from './queue-fields.ts';
import { discard, payloadsWithLinks, reap, reclaim, repair, restingState } from './queue-upkeep.ts';
import {
  broken,
  claimedBy,
  DEAD,
  deathsIn,
  DONE,
  kindOfState,
  leasedTo,
  READY,
  type RecordRing,
  recordBytes,
} from './record-ring.ts';

/** A record as its taker sees it. */
export interface Taken {
  readonly position: number;
  readonly id: number;
  readonly deliveries: number;
  /** How many of its takers have died. */
  readonly deaths: number;
  readonly links: number;
  /**
   * Of what is leased, a copy; or, if it is large, the record itself. Of what is gone from the queue, a copy that is
   * good until the next is taken.
   */
  readonly bytes: Uint8Array;
}

/** A record that is being copied in. */
export interface Claim {
  readonly position: number;
  readonly id: number;
  /** Where the payload goes. */
  readonly room: Uint8Array;
}

/** From this size on a payload is copied outside of the guard: copying takes longer than coming back. */
export const LARGE_BYTES = 4096;

export class QueueBody extends QueueFields {
  /** Puts an item for which there is room. */
  put(bytes: Uint8Array, links: number): void {
    const sizeBytes = recordBytes(bytes.length);
    this.getters.ringAll(this.bell);
    if (sizeBytes > this.ring.toEnd(this.tail)) this.putPad();
    const { tail } = this;
    this.ring.write(tail, this.nextId(), bytes, links);
    if (FAULTY) pass('queue.written');
    this.tail = tail + sizeBytes; // the commit
    this.ready++;
    if (FAULTY) pass('queue.put');
  }

  /** Fills up the ring to its end. */
  putPad(): void {
    const { tail } = this;
    const toEnd = this.ring.toEnd(tail);
    this.ring.writePad(tail, toEnd);
    this.tail = tail + toEnd; // committed on its own
    if (FAULTY) pass('queue.padded');
    reclaim(this);
  }

  /** Takes the room for an item whose payload is copied in outside of the guard. */
  claim(length: number, putter: Tag): Claim {
    const sizeBytes = recordBytes(length);
    if (sizeBytes > this.ring.toEnd(this.tail)) this.putPad();
    const { tail } = this;
    const id = this.nextId();
    this.ring.writeHeader(tail, claimedBy(putter), id, length, 0);
    const claim = { position: tail, id, room: this.ring.payloadView(tail) };
    this.tail = tail + sizeBytes; // the commit of the claim
    if (FAULTY) pass('queue.claimed');
    this.claimed++;
    return claim;
  }

  /**
   * Puts what was claimed, now that it is there; or, with `isThere` false, gives its room back. False if it is gone.
   */
  endClaim({ position, id }: Claim, putter: Tag, isThere = true): boolean {
    if (!this.#isAt(position, id, claimedBy(putter))) return false;
    this.getters.ringAll(this.bell);
    if (!isThere) this.ringForDone();
    this.ring.setState(position, isThere ? READY : DONE); // the commit
    if (FAULTY) pass('queue.arrived');
    this.claimed--;
    if (!isThere) reclaim(this);
    else {
      this.ready++;
      // Others may have been taken from behind it meanwhile.
      if ((position - this.head) >>> 0 < (this.scan - this.head) >>> 0) this.scan = position;
    }
    return true;
  }

  /**
   * Takes the oldest READY item for good, or leases it to `lessee`: with `always`, or if it refers to others or is
   * large, so that it is read before it is gone. Undefined if there is none.
   */
  take(lessee: Tag, always: boolean): Taken | undefined {
    if (this.ready === 0) return undefined;
    const position = this.firstReady();
    const leases = always || needsLease(this.ring, position);
    const taken = this.#hand(position, leases ? lessee : undefined);
    this.scan = this.ring.after(position, this.tail);
    this.ready--;
    if (!leases) reclaim(this);
    return taken;
  }

  /** Leases the oldest dead letter to `lessee`; undefined if there is none. */
  takeLetter(lessee: Tag): Taken | undefined {
    if (this.dead === 0) return undefined;
    for (const position of this.positions()) {
      if (kindOfState(this.ring.state(position)) !== DEAD) continue;
      const taken = this.#hand(position, lessee);
      this.dead--;
      return taken;
    }
    throw broken('it counts a dead letter that is not there');
  }

  /** Hands a record at rest to its taker. */
  #hand(position: number, lessee: Tag | undefined): Taken {
    const { ring } = this;
    const state = ring.state(position);
    const isLarge = lessee !== undefined && ring.length(position) >= LARGE_BYTES;
    const taken = {
      position,
      id: ring.id(position),
      deliveries: ring.countDelivery(position, state),
      deaths: deathsIn(state),
      links: ring.links(position),
      bytes:
        lessee === undefined
          ? ring.borrow(position)
          : isLarge
            ? ring.payloadView(position)
            : ring.payload(position),
    };
    if (FAULTY) pass('queue.handing');
    if (lessee === undefined) {
      this.ringForDone();
      ring.setState(position, DONE); // the commit
    } else {
      ring.setState(position, leasedTo(lessee)); // the commit
      if (FAULTY) pass('queue.handed');
      this.leased++;
    }
    return taken;
  }

  /** The position of the oldest READY item, when there is one. */
  firstReady(): number {
    const { ring, tail } = this;
    // Not by positions(): every get comes by here, and a generator costs it a tenth.
    for (let position = this.scan; position !== tail; ) {
      const next = ring.after(position, tail);
      if (kindOfState(ring.state(position)) === READY) return position;
      position = next;
    }
    throw broken('it counts an item that is not there');
  }

  /** Rings whoever items that become DONE let go on. */
  ringForDone(count = 1): void {
    this.putters.ringAll(this.bell);
    if (this.pending > count) return;
    this.joiners.ringAll(this.bell);
    if (this.isClosed) this.getters.ringAll(this.bell);
  }

  /** Ends a lease: the item is DONE, or READY for somebody else. False if `lessee` has no such lease. */
  settle(position: number, id: number, lessee: Tag, end: LeaseEnd): boolean {
    if (!this.#isAt(position, id, leasedTo(lessee))) return false;
    if (FAULTY) pass('queue.settling');
    if (end === 'done') {
      this.ringForDone();
      this.ring.setState(position, DONE); // the commit
    } else {
      const state = restingState(this, this.ring.deaths(position));
      if (end === 'unread') this.ring.uncountDelivery(position);
      this.getters.ringAll(this.bell);
      if (kindOfState(state) === DEAD) this.ringForDone();
      this.ring.setState(position, state); // the commit
      this.scan = this.head;
      if (kindOfState(state) === DEAD) this.dead++;
      else this.ready++;
    }
    if (FAULTY) pass('queue.settled');
    this.leased--;
    reclaim(this);
    return true;
  }

  /** Whether there is a record here, and this one in this state. */
  #isAt(position: number, id: number, state: number): boolean {
    const { head, tail } = this;
    if ((position - head) >>> 0 >= (tail - head) >>> 0) return false;
    return this.ring.id(position) === id && this.ring.state(position) === state;
  }

  /** Gives what a dead participant had leased to others, and ends what it was still copying in. */
  reap(dead: Tag): void {
    reap(this, dead);
  }

  /** Nothing more is put; what is there can still be got. Why counts at the first time. */
  close(byLoss = false): void {
    if (this.isClosed) return;
    this.getters.ringAll(this.bell);
    this.putters.ringAll(this.bell);
    this.setClosed(byLoss); // the commit
  }

  /** Throws everything away, what is leased too, and gives the payloads that refer to others. For a closed queue. */
  discard(): Uint8Array[] {
    return discard(this);
  }

  /** Derives everything that is derived. */
  repair(): void {
    repair(this);
  }

  /** Payloads of all items that refer to shared objects or functions. */
  payloadsWithLinks(): Generator<Uint8Array> {
    return payloadsWithLinks(this);
  }
}

/** Whether an item must be leased until it has been read: it refers to others, or is large. */
export function needsLease(ring: RecordRing, position: number): boolean {
  return ring.links(position) > 0 || ring.length(position) >= LARGE_BYTES;
}
