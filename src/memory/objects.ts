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
 * What is inside a dying object does not count, unless its kind has `release`, which takes the handles out itself.
 *
 * @module
 */
import { DuodaoError, FAULTY, pass } from '../base/index.ts';
import { type Allocator, OBJECT } from './allocator.ts';
import { type Arena, AT } from './arena.ts';
import type { GuardThread } from './guard.ts';
import { type Hold, Holds } from './holds.ts';
import { handlesIn, type Kind, kindOf, type Reference } from './kinds.ts';
import { BODY_OFFSET, DYING, SharedObject } from './object.ts';
import { type Content, type Doubt, doubtOf, tally } from './recount.ts';
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
  readonly #holds: Holds = new Holds((hold) => this.#letGo(hold));

  constructor(arena: Arena, heap: Allocator, slots: Slots, thread: ObjectsThread) {
    this.#arena = arena;
    this.#heap = heap;
    this.#slots = slots;
    this.#thread = thread;
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
    // A run, also where a block would do: only headers lie in blocks, as a walker may enter the guard of any of them.
    const runOffset = inline ? 0 : this.#heap.take(Math.max(dataBytes, BLOCK_LIMIT_BYTES + 1), tag);
    const serial = this.#nextSerial();
    let offset = 0;
    let object: SharedObject;
    try {
      offset = this.#heap.take(BODY_OFFSET + bodyBytes + (inline ? dataBytes : 0), tag);
      SharedObject.begin(this.#arena, offset, { kind: kind.id, serial, runOffset, dataBytes });
      object = this.#access(offset);
      object.label = label;
      object.setHolder(slot, true);
      init(object);
    } catch (error) {
      if (offset) this.#heap.give(offset, tag);
      if (runOffset) this.#heap.give(runOffset, tag);
      throw error;
    }
    this.#heap.handOver(offset, tag, OBJECT); // the commit: from now on the header accounts for it
    if (FAULTY) pass('object.made');
    if (runOffset) this.#heap.handOver(runOffset, tag, -serial);
    this.#holds.keep(object, object);
    return object;
  }

  /** Never 0, which stands for no object, also when the numbers begin anew. */
  #nextSerial(): number {
    const serial = (Atomics.add(this.#arena.header, AT.serial, 1) + 1) & SERIAL_MASK;
    return serial === 0 ? this.#nextSerial() : serial;
  }

  /** Access to the object that a reference names, held by this thread. */
  open(reference: Reference): SharedObject {
    const object = this.find(reference);
    if (!object) throw gone();
    const live = this.#inside(object, () => {
      if (!this.#isThere(object) || object.flags & DYING) return false;
      object.setHolder(this.#thread.slot, true);
      return true;
    });
    if (!live) throw gone();
    if (FAULTY) pass('object.held');
    this.#holds.keep(object, object);
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
    this.#holds.keep(object, keeper);
  }

  /**
   * Ends an access at once: it must not be used any more. `ifLast` runs inside the guard when nobody is left who
   * could reach the object.
   */
  leave(object: SharedObject, ifLast?: () => void): void {
    if (!this.#holds.end(object, object)) return;
    const isAlone = ifLast && !object.isHeldBeside(this.#thread.slot);
    if (isAlone && object.isDoubtful && object.flights > 0) this.#recount([doubtOf(object)]);
    this.#letGo(object, ifLast);
  }

  #letGo({ offset, serial }: Hold, ifLast?: () => void): void {
    this.#account({ kind: 0, offset: offset / LINE, serial }, (object) => {
      object.setHolder(this.#thread.slot, false);
      if (ifLast && !object.isHeld && object.flights === 0) ifLast();
    });
  }

  /** Counts a handle that is about to be put into a message or another object. The caller holds the object. */
  handleSent(reference: Reference): void {
    const found = this.#account(reference, (object) => {
      object.flights += 1;
      if (FAULTY) pass('object.counted');
    });
    if (!found) throw gone();
  }

  /** Counts a handle that left its message. The caller holds the object, if it wants it. */
  handleTaken(reference: Reference): void {
    this.#account(reference, (object) => {
      object.flights = Math.max(0, object.flights - 1);
    });
  }

  /** Says that a handle is gone together with what it was in: then its object is counted anew, if nobody holds it. */
  handleLost(reference: Reference): void {
    this.#account(reference, (object) => {
      object.isDoubtful = true;
    });
  }

  #account(reference: Reference, change: (object: SharedObject) => void): boolean {
    const object = this.find(reference);
    const doubt = object && this.#change(object, () => change(object));
    if (doubt) this.#recount([doubt]);
    return object !== undefined;
  }

  /** Takes a step inside the guard of an object. If it throws, the next owner repairs. */
  #inside<R>(object: SharedObject, step: () => R): R {
    return object.guard.inside(() => this.repair(object), step);
  }

  /**
   * Puts an object in order whose guard's last owner died inside. To be called inside the guard, before anything
   * else.
   */
  repair(object: SharedObject): void {
    // Late comers find another object in its place, whose owner it was that died: then that one needs us.
    const actual = this.#isThere(object) ? object : this.#access(object.offset);
    actual.isDoubtful = true; // the dead may have been between a bit and a count
    // A dying body is nobody's but its freer's, and its data may be given back already.
    if (FAULTY) pass('repair.begun');
    if (this.#isThere(actual) && !(actual.flags & DYING)) kindOf(actual.kind)?.repair(actual);
    if (FAULTY) pass('repair.ended');
  }

  /** All finished objects. */
  *all(): Generator<SharedObject> {
    for (const piece of this.#heap.pieces()) if (piece.owner === OBJECT) yield this.#access(piece.offset);
  }

  /** Takes back everything that a dead participant had. True when all of it could be dealt with. */
  reap(dead: Tag, slot: number): boolean {
    let complete = true;
    const doubts: Doubt[] = [];
    for (const object of this.all()) complete = this.#reapObject(object, dead, slot, doubts) && complete;
    this.#recount(doubts);
    // Not before: it may be the data of an object that was just finished.
    if (complete)
      for (const piece of this.#heap.pieces()) if (piece.owner === dead) this.#heap.give(piece.offset, dead);
    return complete;
  }

  #reapObject(object: SharedObject, dead: Tag, slot: number, doubts: Doubt[]): boolean {
    const kind = kindOf(object.kind);
    if (!kind) return false; // a room that this program did not load: another participant will see to it
    const doubt = this.#change(object, () => {
      // The slot may have been buried and given out again meanwhile: then its marks are somebody else's.
      if (this.#slots.tagOf(slot) !== dead || !this.#slots.isDead(slot)) return;
      if (object.flags & DYING) {
        if (object.freer === dead) object.freer = 0;
        return;
      }
      // The builder may have died between the two hand-overs of create(). Asked in here, as the run of a dying
      // object may be given back, and be somebody else's who died.
      if (FAULTY) pass('reap.object');
      if (object.runOffset) this.#heap.handOver(object.runOffset, dead, -object.serial);
      if (object.isHeldBy(slot)) object.setHolder(slot, false);
      if (object.flights > 0) object.isDoubtful = true;
      kind.reap(object, dead);
    });
    if (doubt) doubts.push(doubt);
    return true;
  }

  /**
   * Changes the account of an object inside its guard, and takes the object down if nobody can reach it now. If that
   * is in doubt, its handles are to be counted anew.
   */
  #change(object: SharedObject, change: () => void): Doubt | undefined {
    const verdict = this.#inside(object, () => {
      if (!this.#isThere(object)) return 'keep';
      change();
      return object.judge(this.#thread.tag);
    });
    if (verdict === 'down') this.#takeDown(object);
    return verdict === 'doubt' ? doubtOf(object) : undefined;
  }

  /** Only the freer comes here, so nobody else touches the body. Each step may be done twice. */
  #takeDown(object: SharedObject): void {
    const kind = kindOf(object.kind);
    kind?.release?.(object);
    // What is still inside is not counted any more (see handlesIn), so these numbers are in doubt.
    for (const reference of kind?.references?.(object) ?? []) this.handleLost(reference);
    if (object.runOffset) this.#heap.give(object.runOffset, -object.serial);
    const { tag } = this.#thread;
    // Inside the guard, so that whoever found the object there has left: from here on the block is ours alone,
    // and free if we die. Given back in the name of all objects, it could be the next one's by then.
    this.#inside(object, () => this.#heap.handOver(object.offset, OBJECT, tag));
    this.#heap.give(object.offset, tag);
  }

  /** Counts the handles of objects that nobody holds by looking into all others. */
  #recount(doubts: readonly Doubt[]): void {
    for (let left = doubts; left.length > 0; ) {
      tally(left, this.#contents());
      left = left.flatMap((doubt) => this.#settle(doubt) ?? []);
    }
  }

  /** Notes what was counted. If it may be another number by now: what is to be counted once more. */
  #settle({ reference, version, count }: Doubt): Doubt | undefined {
    const object = this.find(reference);
    if (!object) return undefined; // it is gone by now
    let settled = true; // if it goes now, too
    this.#change(object, () => {
      // Who holds it may be about to count a handle that he has just taken out of its message.
      const isHeld = object.isHeldBeside(this.#thread.slot);
      settled = object.version === version || isHeld;
      if (object.version !== version || isHeld) return;
      object.flights = count;
      object.isDoubtful = false;
    });
    return settled ? undefined : doubtOf(object);
  }

  *#contents(): Generator<Content> {
    for (const one of this.all()) {
      const look = (): readonly Reference[] => (this.#isThere(one) ? handlesIn(one) : []);
      yield { offset: one.offset, references: this.#inside(one, look) };
    }
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
  return new DuodaoError('closed', 'Cannot open this shared object: nobody holds it, and it is gone');
}
