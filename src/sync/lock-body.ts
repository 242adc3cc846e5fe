/**
 * A lock as bytes, inside the body of a shared object: a lock's own, or at the start of a value's or an array's.
 *
 *     offset  size  field       meaning
 *     0       4     owner       tag of the participant that holds it, 0: free
 *     4       4     strand      which of the holder's strands: see strand.ts
 *     8       4     died        1: a holder died in it, and nobody has released it normally since; 2: a strict lock was
 *                               released like that, and is broken
 *     12      4     sleepers    (derived) how many participants wait
 *     16      4     flags       STRICT, FAIR, UNWATCHED: as it was made
 *     20      4     ticket      fair: the last ticket that was drawn
 *     24      8     acquired    how often it was taken
 *     32      8     contended   how often after a wait
 *     40      8     ownerDeaths how many holders died in it
 *     48      16    -
 *     64      64    wait set
 *     data, if fair: the line of those who wait, see semaphore-line.ts
 *
 * All of it is read and written inside the object's guard, but for `owner` and `strand`, which anybody may look at.
 * The stores are plain ones: the guard's own compare-exchange publishes them, and each field is right by itself
 * whenever a death comes; a count may miss one then.
 *
 * @module
 */
import { FAULTY, layout, pass } from '../base/index.ts';
import { BODY_OFFSET, type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import { slotOf } from './bounded-slots.ts';
import type { HeldLock } from './held.ts';
import { WaitLine } from './semaphore-line.ts';

const LOCK = layout('lock', 128, {
  owner: [0, 'u32'],
  strand: [4, 'u32'],
  died: [8, 'u32'],
  sleepers: [12, 'u32'],
  flags: [16, 'u32'],
  ticket: [20, 'u32'],
  acquired: [24, 'f64'],
  contended: [32, 'f64'],
  ownerDeaths: [40, 'f64'],
  spare: [48, 'pad', 16],
  waitSet: [64, 'u32', 16],
});

/** What a lock takes of an object's body, at its start. */
export const LOCK_BYTES: number = LOCK.sizeBytes;
export const STRICT = 1;
export const FAIR = 2;
export const UNWATCHED = 4;

const OWNER = (BODY_OFFSET + LOCK.owner) / 4;
const STRAND = (BODY_OFFSET + LOCK.strand) / 4;
const DIED = (BODY_OFFSET + LOCK.died) / 4;
const SLEEPERS = (BODY_OFFSET + LOCK.sleepers) / 4;
const FLAGS = (BODY_OFFSET + LOCK.flags) / 4;
const TICKET = (BODY_OFFSET + LOCK.ticket) / 4;
const WAIT_SET = (BODY_OFFSET + LOCK.waitSet) / 4;
const ACQUIRED = (BODY_OFFSET + LOCK.acquired) / 8;
const CONTENDED = (BODY_OFFSET + LOCK.contended) / 8;
const OWNER_DEATHS = (BODY_OFFSET + LOCK.ownerDeaths) / 8;

const DIED_IN = 1;
const BROKEN = 2;

/** Who holds a lock: a participant, and which of its strands. */
export interface Holder {
  readonly tag: Tag;
  readonly strand: number;
}

/** A lock at one moment. */
export interface LockStats {
  /** How often it was taken. */
  readonly acquired: number;
  /** How often after a wait. */
  readonly contended: number;
  /** How many holders died in it. */
  readonly ownerDeaths: number;
  /** Threads that wait, or have given up since the last release. */
  readonly waiting: number;
}

/** The steps of a lock, on the bytes of one object, for one thread. */
export class LockBody implements HeldLock {
  /** A lock that does not nest is its own. */
  readonly body: LockBody = this;
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #line: WaitLine | undefined;
  /** What the last successful tryTake() saw: a holder had died. */
  diedBefore = false;

  constructor(object: SharedObject) {
    this.object = object;
    this.waiting = new WaitSet(object.words, WAIT_SET, SLEEPERS);
    this.#here = here();
    this.#words = object.words;
    this.#counts = new Float64Array(object.words.buffer);
    if (this.isFair) this.#line = new WaitLine(ticketsOf(object), object.words, TICKET);
  }

  /** Writes what never changes into the body of a new lock. */
  static init({ words }: SharedObject, flags: number): void {
    words[FLAGS] = flags;
  }

  get flags(): number {
    return this.#words[FLAGS] as number;
  }

  /** Whether who waits is served in the order of arrival. */
  get isFair(): boolean {
    return (this.flags & FAIR) !== 0;
  }

  /** Tag of the participant that holds the lock, 0 if none does. */
  get owner(): Tag {
    return Atomics.load(this.#words, OWNER);
  }

  /** Whether this strand of ours holds it. Nobody else could make that true, or untrue. */
  isHeldBy(strand: number): boolean {
    return this.owner === this.#here.tag && this.#words[STRAND] === strand;
  }

  /** The strand of this thread that holds it; 0 if none does. */
  get strandHere(): number {
    return this.owner === this.#here.tag ? (this.#words[STRAND] as number) : 0;
  }

  /** Whether the holder has died, and nobody has seen to it yet. */
  get isOwnerDead(): boolean {
    const { owner } = this;
    return owner !== 0 && !this.#here.isAlive(owner);
  }

  /** Whether it is strict, and was released in doubt. Nobody can take it then. */
  get isBroken(): boolean {
    return Atomics.load(this.#words, DIED) === BROKEN;
  }

  stats(): LockStats {
    const counts = this.#counts;
    return {
      acquired: counts[ACQUIRED] as number,
      contended: counts[CONTENDED] as number,
      ownerDeaths: counts[OWNER_DEATHS] as number,
      waiting: Atomics.load(this.#words, SLEEPERS),
    };
  }

  /**
   * Takes the lock for a strand if it is free and, where it is fair, it is the turn of `ticket`: 0 for who does not
   * wait. With `register`, leaves this participant among the sleepers if not. A broken lock is not free.
   */
  tryTake(strand: number, register: boolean, ticket = 0): boolean {
    const words = this.#words;
    const { guard } = this.object;
    let taken = false;
    let clean = false;
    const died = guard.take();
    try {
      if (died) this.#here.objects.repair(this.object);
      if (words[OWNER] === 0 && words[DIED] !== BROKEN && (!this.#line || this.#line.isTurnOf(ticket))) {
        this.diedBefore = words[DIED] !== 0;
        words[STRAND] = strand;
        const next = this.#line && ticket !== 0 ? this.#line.takeFirst() : 0;
        if (FAULTY) pass('lock.taking');
        words[OWNER] = this.#here.tag; // the commit
        if (FAULTY) pass('lock.taken');
        taken = true;
        this.#counts[ACQUIRED] = (this.#counts[ACQUIRED] as number) + 1;
        if (this.#line && ticket !== 0) Atomics.store(this.#line.tickets, this.#here.slot, next);
      } else if (register) this.waiting.add(this.#here.slot);
      clean = true;
    } finally {
      guard.give(clean);
    }
    return taken;
  }

  /** Counts a wait that has ended in taking the lock. To be called by whoever holds it. */
  countWait(): void {
    this.#counts[CONTENDED] = (this.#counts[CONTENDED] as number) + 1;
  }

  /** Frees the lock, if this strand of this participant holds it. */
  release(strand: number): void {
    const words = this.#words;
    const { guard } = this.object;
    let clean = false;
    const died = guard.take();
    try {
      if (died) this.#here.objects.repair(this.object);
      if (words[OWNER] === this.#here.tag && words[STRAND] === strand) {
        try {
          this.waiting.ringAll(this.#here.bell); // before the commit: see wait-set.ts
        } finally {
          // Also if the stack ends in the midst of ringing: a lock that nobody will release is worse than a late
          // look.
          if (FAULTY) pass('lock.releasing');
          if (words[DIED] !== 0) words[DIED] = (words[FLAGS] as number) & STRICT ? BROKEN : 0;
          if (FAULTY) pass('lock.died');
          words[OWNER] = 0; // the commit
          if (FAULTY) pass('lock.released');
        }
      }
      clean = true;
    } finally {
      guard.give(clean);
    }
  }

  /** Says that what the lock guards is in order again; for `strand`, if it holds the lock, or for a broken lock. */
  markConsistent(strand: number): boolean {
    const words = this.#words;
    return this.object.guard.inside(
      () => this.#here.objects.repair(this.object),
      () => {
        const isMine = words[OWNER] === this.#here.tag && words[STRAND] === strand;
        if (!isMine && words[DIED] !== BROKEN) return false;
        Atomics.store(words, DIED, 0); // the commit
        return true;
      },
    );
  }

  /** Where it is fair: draws a ticket. */
  join(): number {
    return this.object.guard.inside(
      () => this.#here.objects.repair(this.object),
      () => this.#line?.join(this.#here.slot) ?? 0,
    );
  }

  /** Gives up a ticket that was not served. */
  leave(ticket: number): void {
    this.object.guard.inside(
      () => this.#here.objects.repair(this.object),
      () => {
        this.waiting.ringAll(this.#here.bell);
        this.#line?.leave(this.#here.slot, ticket);
      },
    );
  }
}

function ticketsOf(object: SharedObject): Int32Array {
  return new Int32Array(object.data(LOCK_BYTES));
}

/** Who holds the lock in this object; undefined if it is free. To be asked outside of its guard. */
export function holderIn({ words }: SharedObject): Holder | undefined {
  for (;;) {
    const tag = Atomics.load(words, OWNER);
    if (tag === 0) return undefined;
    const strand = Atomics.load(words, STRAND);
    // Twice, as another may have come in between the two words.
    if (Atomics.load(words, OWNER) === tag && Atomics.load(words, STRAND) === strand) return { tag, strand };
  }
}

/** Puts the lock in order after a death inside the guard: each field is one store, only the count is derived. */
export function repairLock(object: SharedObject): void {
  new WaitSet(object.words, WAIT_SET, SLEEPERS).recount();
}

/** Frees the lock if the dead participant held it, and has the next taker told. */
export function reapLock(object: SharedObject, dead: Tag): void {
  const { words } = object;
  const isOwner = words[OWNER] === dead;
  const slot = (words[FLAGS] as number) & FAIR ? slotOf(dead) : -1;
  const tickets = slot < 0 ? undefined : ticketsOf(object);
  if (!isOwner && !tickets?.[slot]) return;
  new WaitSet(words, WAIT_SET, SLEEPERS).ringAll(here().bell);
  if (tickets) Atomics.store(tickets, slot, 0); // it may have been its turn
  if (!isOwner) return;
  words[DIED] = DIED_IN;
  if (FAULTY) pass('lock.reaped');
  Atomics.store(words, OWNER, 0); // the commit
  const counts = new Float64Array(words.buffer);
  counts[OWNER_DEATHS] = (counts[OWNER_DEATHS] as number) + 1;
}
