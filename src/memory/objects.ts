/**
 * The life of shared objects: made, held, sent, let go, and taken down when nobody can reach them any more.
 *
 * An object lives while a participant holds it (a bit for each, in its header), while a message or another object
 * holds a handle of it (`flights`), or for ever if it is named. What deaths do to this account:
 *
 *     a dead holder        the reaper clears its bit
 *     flights              only ever too high: counted up before a message is committed, down after its handle was
 *                          held by the receiver. After a death the number is in doubt, and counted anew by looking
 *                          into every object once nobody holds this one
 *     a dead taker-down    DYING names it; the reaper finishes the work, each step of which may be done twice
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { type Allocator, OBJECT } from './allocator.ts';
import { type Arena, AT } from './arena.ts';
import type { GuardThread } from './guard.ts';
import { type Kind, kindOf, type Reference } from './kinds.ts';
import { BODY_OFFSET, DYING, NAMED, SharedObject } from './object.ts';
import { BLOCK_LIMIT_BYTES } from './slab-shape.ts';
import type { Slots, Tag } from './slots.ts';

const LINE = 64;
/** Serial numbers are positive, so that their negative can be an owner word. */
const SERIAL_MASK = 0x7fffffff;

/** What an object needs: what its kind keeps about it, and its data. */
export interface ObjectSize {
  readonly bodyBytes: number;
  readonly dataBytes: number;
}

interface ObjectsThread extends GuardThread {
  readonly slot: number;
}

export class Objects {
  readonly #arena: Arena;
  readonly #heap: Allocator;
  readonly #slots: Slots;
  readonly #thread: ObjectsThread;
  /** How many accesses of this thread keep an object held, by serial. */
  readonly #holds: Map<number, number> = new Map();
  readonly #dropped: FinalizationRegistry<{ offset: number; serial: number }>;

  constructor(arena: Arena, heap: Allocator, slots: Slots, thread: ObjectsThread) {
    this.#arena = arena;
    this.#heap = heap;
    this.#slots = slots;
    this.#thread = thread;
    this.#dropped = new FinalizationRegistry(({ offset, serial }) => this.#letGo(offset, serial));
  }

  /**
   * Makes an object, held by this thread. `init` writes its body before anybody else can see it.
   *
   * @throws DuodaoError `no-space`; nothing is left behind then.
   */
  create(kind: Kind, size: ObjectSize, label: string, init: (object: SharedObject) => void): SharedObject {
    const { tag, slot } = this.#thread;
    const { bodyBytes, dataBytes } = size;
    const inline = BODY_OFFSET + bodyBytes + dataBytes <= BLOCK_LIMIT_BYTES;
    const runOffset = inline ? 0 : this.#heap.take(dataBytes, tag);
    let offset = 0;
    try {
      offset = this.#heap.take(BODY_OFFSET + bodyBytes + (inline ? dataBytes : 0), tag);
    } finally {
      if (!offset && runOffset) this.#heap.give(runOffset, tag);
    }
    const serial = (Atomics.add(this.#arena.header, AT.serial, 1) + 1) & SERIAL_MASK;
    SharedObject.begin(this.#arena, offset, { kind: kind.id, serial, runOffset, dataBytes });
    const object = this.#access(offset);
    object.label = label;
    object.setHolder(slot, true);
    init(object);
    this.#heap.handOver(offset, tag, OBJECT); // the commit: from now on the header accounts for it
    if (runOffset) this.#heap.handOver(runOffset, tag, -serial);
    this.#keep(object, object);
    return object;
  }

  /** Access to the object that a reference names, held by this thread. */
  open(reference: Reference): SharedObject {
    const object = this.find(reference);
    if (!object) throw gone();
    this.enter(object);
    const live = this.#isThere(object) && (object.flags & DYING) === 0;
    if (live) object.setHolder(this.#thread.slot, true);
    object.guard.give();
    if (!live) throw gone();
    this.#keep(object, object);
    return object;
  }

  /** Access to the object that a reference names, without holding it; undefined if there is no such object. */
  find(reference: Reference): SharedObject | undefined {
    const offset = reference.offset * LINE;
    if (this.#heap.ownerOf(offset) !== OBJECT) return undefined;
    const object = this.#access(offset);
    return object.serial === reference.serial >>> 0 ? object : undefined;
  }

  referenceOf(object: SharedObject, kind: number): Reference {
    return { kind, offset: object.offset / LINE, serial: object.serial };
  }

  /** Keeps the object held for as long as `keeper` is reachable: a view of its memory, say. */
  keepFor(object: SharedObject, keeper: object): void {
    this.#keep(object, keeper);
  }

  #keep(object: SharedObject, keeper: object): void {
    this.#holds.set(object.serial, (this.#holds.get(object.serial) ?? 0) + 1);
    this.#dropped.register(keeper, { offset: object.offset, serial: object.serial });
  }

  #letGo(offset: number, serial: number): void {
    const left = (this.#holds.get(serial) ?? 0) - 1;
    if (left > 0) {
      this.#holds.set(serial, left);
      return;
    }
    this.#holds.delete(serial);
    const object = this.find({ kind: 0, offset: offset / LINE, serial });
    if (object) this.#change(object, () => object.setHolder(this.#thread.slot, false));
  }

  /** Counts a handle that is about to be put into a message or another object. The caller holds the object. */
  handleSent(reference: Reference): void {
    const object = this.find(reference);
    if (!object) throw gone();
    this.#change(object, () => {
      object.flights += 1;
    });
  }

  /** Counts a handle that left its message. The caller holds the object, if it wants it. */
  handleTaken(reference: Reference): void {
    const object = this.find(reference);
    if (!object) return;
    this.#change(object, () => {
      object.flights = Math.max(0, object.flights - 1);
    });
  }

  /** Enters the guard of an object, and puts it in order if its last owner died inside. */
  enter(object: SharedObject): void {
    if (object.guard.take()) this.repair(object);
  }

  /** Puts an object in order whose guard's last owner died inside. To be called inside the guard, before anything else. */
  repair(object: SharedObject): void {
    let clean = false;
    try {
      object.isDoubtful = true; // the dead may have been between a bit and a count
      if (this.#isThere(object)) kindOf(object.kind)?.repair(object);
      clean = true;
    } finally {
      if (!clean) object.guard.giveBroken();
    }
  }

  /** All finished objects. */
  *all(): Generator<SharedObject> {
    for (const piece of this.#heap.pieces()) if (piece.owner === OBJECT) yield this.#access(piece.offset);
  }

  /** Takes back everything that a dead participant had. True when all of it could be dealt with. */
  reap(dead: Tag, slot: number): boolean {
    let complete = true;
    for (const object of this.all()) {
      // The builder may have died between the two hand-overs of create().
      if (object.runOffset) this.#heap.handOver(object.runOffset, dead, -object.serial);
      complete = this.#reapObject(object, dead, slot) && complete;
    }
    for (const piece of this.#heap.pieces()) if (piece.owner === dead) this.#heap.give(piece.offset, dead);
    return complete;
  }

  #reapObject(object: SharedObject, dead: Tag, slot: number): boolean {
    const kind = kindOf(object.kind);
    if (!kind) return false; // a room that this program did not load: another participant will see to it
    this.#change(object, () => {
      // The slot may have been buried and given out again meanwhile: then its marks are somebody else's.
      if (this.#slots.tagOf(slot) !== dead || !this.#slots.isDead(slot)) return;
      if (object.flags & DYING) {
        if (object.freer === dead) object.freer = 0;
        return;
      }
      if (object.isHeldBy(slot)) object.setHolder(slot, false);
      if (object.flights > 0) object.isDoubtful = true;
      kind.reap(object, dead);
    });
    return true;
  }

  /** Changes the account of an object inside its guard, and takes the object down if nobody can reach it now. */
  #change(object: SharedObject, change: () => void): void {
    this.enter(object);
    let verdict: 'keep' | 'down' | 'doubt' = 'keep';
    let clean = false;
    try {
      if (this.#isThere(object)) {
        change();
        verdict = this.#verdict(object);
      }
      clean = true;
    } finally {
      if (clean) object.guard.give();
      else object.guard.giveBroken();
    }
    if (verdict === 'down') this.#takeDown(object);
    if (verdict === 'doubt') this.#recount(object);
  }

  #verdict(object: SharedObject): 'keep' | 'down' | 'doubt' {
    if (object.flags & DYING) {
      if (object.freer !== 0) return 'keep';
      object.freer = this.#thread.tag;
      return 'down';
    }
    if (object.flags & NAMED || object.isHeld) return 'keep';
    if (object.flights > 0) return object.isDoubtful ? 'doubt' : 'keep';
    object.freer = this.#thread.tag;
    object.flags |= DYING;
    return 'down';
  }

  /** Only the freer comes here, so nobody else touches the body. Each step may be done twice. */
  #takeDown(object: SharedObject): void {
    const inside = object.currentSerial === 0 ? [] : (kindOf(object.kind)?.references?.(object) ?? []);
    // What is inside a dying object is not counted (see #countReferences), so these numbers are in doubt.
    for (const reference of inside) {
      const other = this.find(reference);
      if (!other) continue;
      this.#change(other, () => {
        other.isDoubtful = true;
      });
    }
    if (object.runOffset && object.serial) this.#heap.give(object.runOffset, -object.serial);
    object.guard.take();
    object.currentSerial = 0; // from here on, whoever comes late finds another object
    object.guard.give();
    this.#heap.give(object.offset, OBJECT);
  }

  /** Counts the handles of an object that nobody holds by looking into all others. */
  #recount(object: SharedObject): void {
    for (;;) {
      const version = object.version;
      const count = this.#countReferences(object);
      let settled = false;
      this.#change(object, () => {
        settled = object.version !== version ? object.isHeld : true;
        if (object.version !== version) return;
        object.flights = count;
        object.isDoubtful = false;
      });
      if (settled) return;
    }
  }

  #countReferences(object: SharedObject): number {
    let count = 0;
    for (const container of this.all()) {
      const kind = kindOf(container.kind);
      if (!kind?.references || container.offset === object.offset) continue;
      this.enter(container);
      const counts = this.#isThere(container) && (container.flags & DYING) === 0;
      const references = counts ? kind.references(container) : [];
      container.guard.give();
      for (const { offset, serial } of references) {
        if (offset * LINE === object.offset && serial === object.serial) count++;
      }
    }
    return count;
  }

  /** Inside the guard: whether the block still holds the object that we made the access for. */
  #isThere(object: SharedObject): boolean {
    return object.currentSerial === object.serial && this.#heap.ownerOf(object.offset) === OBJECT;
  }

  #access(offset: number): SharedObject {
    return new SharedObject(this.#arena, this.#thread, offset, this.#heap.sizeOf(offset));
  }
}

function gone(): DuodaoError {
  return new DuodaoError(
    'closed',
    'Cannot open this shared object: nobody holds it any more, and it is gone',
  );
}
