/**
 * Several participants that share an arena of their own, all played by this thread: each has its slot, its tag and
 * its account of objects, and each can die.
 *
 * @module
 */
import { Allocator } from '../../../src/memory/allocator.ts';
import { type Arena, SLOT_BYTES } from '../../../src/memory/arena.ts';
import { OWNER_DIED } from '../../../src/memory/guard.ts';
import type { SharedObject } from '../../../src/memory/object.ts';
import { Objects } from '../../../src/memory/objects.ts';
import { Slots } from '../../../src/memory/slots.ts';
import { BOX, BOX_BODY_BYTES, PROBE, PROBE_BODY_BYTES, setPlace } from '../../fixtures/memory/probes.ts';
import { Actor, houseGuard, smallArena } from './small-arena.ts';

/** A heap that does something of its own before it does what it is asked. */
export class Meddler extends Allocator {
  meddle: (call: 'give' | 'handOver' | 'pieces') => void = () => {};

  override give(offset: number, owner: number): void {
    this.meddle('give');
    super.give(offset, owner);
  }

  override handOver(offset: number, before: number, after: number): void {
    this.meddle('handOver');
    super.handOver(offset, before, after);
  }

  override *pieces(): ReturnType<Allocator['pieces']> {
    this.meddle('pieces');
    yield* super.pieces();
  }
}

export class Household {
  readonly arena: Arena;
  readonly slots: Slots;

  constructor(mib = 2) {
    this.arena = smallArena(mib);
    this.slots = new Slots(this.arena);
  }

  join(withHeap: (arena: Arena, actor: Actor) => Allocator = plainHeap): Member {
    const { arena, slots } = this;
    const visitor = new Actor();
    const guard = houseGuard(arena, 'slots', visitor);
    const { slot, tag } = slots.join(guard, visitor.robust, {
      name: '',
      threadId: 0,
      bellFd: arena.fd,
      lifeFd: arena.fd,
    });
    return new Member(this, new Actor(tag, slot), withHeap(arena, new Actor(tag, slot)));
  }

  /** A member whose heap can be made to interfere. */
  joinMeddling(): { member: Member; heap: Meddler } {
    const member = this.join((arena, actor) => new Meddler(arena, houseGuard(arena, 'heap', actor)));
    return { member, heap: member.heap as Meddler };
  }

  /** Frees the slot of a dead member. */
  bury(dead: Member): void {
    this.slots.bury(houseGuard(this.arena, 'slots', new Actor()), dead.tag);
  }

  get usedBytes(): number {
    return plainHeap(this.arena, new Actor()).usage().usedBytes;
  }
}

export function plainHeap(arena: Arena, actor: Actor): Allocator {
  return new Allocator(arena, houseGuard(arena, 'heap', actor));
}

export class Member {
  readonly tag: number;
  readonly slot: number;
  readonly heap: Allocator;
  readonly objects: Objects;
  readonly #household: Household;

  constructor(household: Household, actor: Actor, heap: Allocator) {
    this.#household = household;
    this.tag = actor.tag;
    this.slot = actor.slot;
    this.heap = heap;
    this.objects = new Objects(household.arena, heap, household.slots, actor);
  }

  probe(dataBytes = 64): SharedObject {
    return this.objects.create(PROBE, { bodyBytes: PROBE_BODY_BYTES, dataBytes }, '', () => {});
  }

  /** Makes a box with handles of these in it, as a message is made: counted first. */
  box(contents: readonly SharedObject[], dataBytes = 64): SharedObject {
    const handles = contents.map((object) => this.objects.referenceOf(object, object.kind));
    for (const handle of handles) this.objects.handleSent(handle);
    return this.objects.create(BOX, { bodyBytes: BOX_BODY_BYTES, dataBytes }, '', (box) => {
      handles.forEach((handle, place) => setPlace(box, place, handle));
    });
  }

  /** What another member has made, in the hands of this one. */
  open(object: SharedObject): SharedObject {
    return this.objects.open(this.objects.referenceOf(object, object.kind));
  }

  /** The mark that the kernel leaves. */
  die(): void {
    Atomics.or(this.#household.slots.words, (this.slot * SLOT_BYTES) / 4, OWNER_DIED);
  }

  /** Takes back what a dead member had. */
  reap(dead: Member): boolean {
    return this.objects.reap(dead.tag, dead.slot);
  }
}
