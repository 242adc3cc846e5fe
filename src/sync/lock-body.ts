/**
 * A lock as bytes, inside the body of a shared object: a lock's own, or at the start of a value's or an array's.
 *
 *     offset  size  field   meaning
 *     0       4     owner   tag of the participant that holds it, 0: free
 *     4       4     strand  which of the holder's strands: see Lock
 *     8       4     died    1: a holder died in it, and nobody has released it normally since
 *     12      4     sleepers (derived) how many wait
 *     16      48    -
 *     64      64    wait set
 *
 * All of it is read and written inside the object's guard, but for `owner`, which anybody may look at. The
 * stores are plain ones: the guard's own compare-exchange publishes them, and each field is right by itself
 * whenever a death comes.
 *
 * @module
 */
import { FAULTY, layout, pass } from '../base/index.ts';
import { BODY_OFFSET, type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';

const LOCK = layout('lock', 128, {
  owner: [0, 'u32'],
  strand: [4, 'u32'],
  died: [8, 'u32'],
  sleepers: [12, 'u32'],
  spare: [16, 'pad', 48],
  waitSet: [64, 'u32', 16],
});

/** What a lock takes of an object's body, at its start. */
export const LOCK_BYTES: number = LOCK.sizeBytes;

const OWNER = (BODY_OFFSET + LOCK.owner) / 4;
const STRAND = (BODY_OFFSET + LOCK.strand) / 4;
const DIED = (BODY_OFFSET + LOCK.died) / 4;
const SLEEPERS = (BODY_OFFSET + LOCK.sleepers) / 4;
const WAIT_SET = (BODY_OFFSET + LOCK.waitSet) / 4;

let strands = 0;

/** The steps of a lock, on the bytes of one object, for one thread. */
export class LockBody {
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  /** What the last successful tryTake() saw: a holder had died. */
  diedBefore = false;

  constructor(object: SharedObject) {
    this.object = object;
    this.waiting = new WaitSet(object.words, WAIT_SET, SLEEPERS);
    this.#here = here();
    this.#words = object.words;
  }

  /** Tag of the participant that holds the lock, 0 if none does. */
  get owner(): Tag {
    return Atomics.load(this.#words, OWNER);
  }

  /** Whether the holder has died, and nobody has seen to it yet. */
  get isOwnerDead(): boolean {
    const { owner } = this;
    return owner !== 0 && !this.#here.isAlive(owner);
  }

  /** Takes the lock if it is free, and gives the number of the strand that now holds it; 0 if it is not free. */
  tryTake(register: boolean): number {
    const words = this.#words;
    const { guard } = this.object;
    let strand = 0;
    let clean = false;
    const died = guard.take();
    try {
      if (died) this.#here.objects.repair(this.object);
      if (words[OWNER] === 0) {
        strand = strands = (strands % 0x7fffffff) + 1;
        this.diedBefore = words[DIED] !== 0;
        words[STRAND] = strand;
        if (FAULTY) pass('lock.taking');
        words[OWNER] = this.#here.tag; // the commit
        if (FAULTY) pass('lock.taken');
      } else if (register) this.waiting.add(this.#here.slot);
      clean = true;
    } finally {
      guard.give(clean);
    }
    return strand;
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
          words[DIED] = 0;
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
}

/** Puts the lock in order after a death inside the guard: each field is one store, only the count is derived. */
export function repairLock(object: SharedObject): void {
  new WaitSet(object.words, WAIT_SET, SLEEPERS).recount();
}

/** Frees the lock if the dead participant held it, and has the next taker told. */
export function reapLock(object: SharedObject, dead: Tag): void {
  const { words } = object;
  if (words[OWNER] !== dead) return;
  words[DIED] = 1;
  new WaitSet(words, WAIT_SET, SLEEPERS).ringAll(here().bell);
  if (FAULTY) pass('lock.reaped');
  Atomics.store(words, OWNER, 0); // the commit
}
