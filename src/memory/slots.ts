/**
 * The slots of the participants: one for each JavaScript thread, in any process, that uses shared objects.
 *
 *     offset  size  field       meaning
 *     0       4     life        thread id while it lives; the kernel sets OWNER_DIED in it when the thread ends
 *     4       4     generation  raised each time the slot is given out
 *     8       4     state       FREE, JOINING, LIVE
 *     12      4     pid         for people, and to reach its descriptors
 *     16      4     tid
 *     20      4     threadId    0: the main thread of its process
 *     24      16    prev, next  node of the robust list, for `life`
 *     40      8     startTime   of the process, in ticks since boot: with the pid it names it for good
 *     48      8     bellInode   what bellFd leads to
 *     56      8     lifeInode   what lifeFd leads to
 *     64      4     bell        how often the participant was rung
 *     68      4     mode        how it sleeps: see bell.ts
 *     72      4     bellFd      its descriptor for writing to its bell pipe
 *     76      4     lifeFd      its descriptor for reading a pipe that ends when the thread does
 *     80      48    sign        what it waits for: see wait-sign.ts
 *     128     64    name        length, then UTF-8
 *     192     64    -
 *
 * A participant is named by its tag: slot and generation in one word. The tag of a dead participant never
 * comes back before 65,536 others have used its slot. Its death is proved by `life`, which only the kernel marks;
 * no clock and no pid is asked.
 *
 * @module
 */
import { DuodaoError, FAULTY, layout, pass } from '../base/index.ts';
import { inodeOf, type RobustList, startTimeOf } from '../platform/index.ts';
import { type Arena, AT, SLOT_BYTES, SLOT_LIMIT, SLOTS_OFFSET } from './arena.ts';
import { type Guard, OWNER_DIED } from './guard.ts';
import { readLabel, writeLabel } from './label.ts';
import { readSign, SIGN_WORDS } from './wait-sign.ts';

const SLOT = layout('slot', SLOT_BYTES, {
  life: [0, 'i32'],
  generation: [4, 'u32'],
  state: [8, 'u32'],
  pid: [12, 'u32'],
  tid: [16, 'u32'],
  threadId: [20, 'u32'],
  prev: [24, 'u64'],
  next: [32, 'u64'],
  startTime: [40, 'f64'],
  bellInode: [48, 'f64'],
  lifeInode: [56, 'f64'],
  bell: [64, 'u32'],
  mode: [68, 'u32'],
  bellFd: [72, 'i32'],
  lifeFd: [76, 'i32'],
  sign: [80, 'u32', 12],
  name: [128, 'u8', 64],
  end: [192, 'pad', 64],
});

const WORDS = SLOT_BYTES / 4;
const FREE = 0;
const JOINING = 1;
const LIVE = 2;
const INDEX_BITS = 10;
const GENERATION_MASK = 0xffff;

/** Slot and generation of a participant in one word; never 0. */
export type Tag = number;

export function slotOfTag(tag: Tag): number {
  return (tag & ((1 << INDEX_BITS) - 1)) - 1;
}

/** What people want to know of a participant. */
export interface Participant {
  readonly pid: number;
  readonly name: string;
  /** 0: the main thread of its process. */
  readonly thread: number;
}

/** An end of a participant's pipe, as others find it. By the inode they know that they have found it. */
export interface PipePlace {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
}

export class Slots {
  /** All slots as 32-bit words. */
  readonly words: Int32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #arena: Arena;

  constructor(arena: Arena) {
    const buffer = arena.view(SLOTS_OFFSET, SLOT_LIMIT * SLOT_BYTES);
    this.words = new Int32Array(buffer);
    this.#floats = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#arena = arena;
  }

  /** Index of the bell's word; the mode is the next one. */
  static bellIndex(slot: number): number {
    return slot * WORDS + SLOT.bell / 4;
  }

  bellAddress(slot: number): number {
    return this.#arena.addressOf(SLOTS_OFFSET + slot * SLOT_BYTES + SLOT.bell);
  }

  /** How many slots were ever used: the ones worth looking at. */
  get top(): number {
    return Math.min(Atomics.load(this.#arena.header, AT.slotTop), SLOT_LIMIT);
  }

  /** How many slots are free. */
  get free(): number {
    let taken = 0;
    for (let slot = 0; slot < this.top; slot++) if (this.isTaken(slot)) taken++;
    return SLOT_LIMIT - taken;
  }

  /** Takes a free slot and ties it to the life of this thread. */
  join(
    guard: Guard,
    robust: RobustList,
    self: { name: string; threadId: number; bellFd: number; lifeFd: number },
  ): { slot: number; tag: Tag } {
    const slot = this.#reserve(guard, robust.tid);
    const base = slot * WORDS;
    const { words } = this;
    words[base + SLOT.threadId / 4] = self.threadId;
    words[base + SLOT.bellFd / 4] = self.bellFd;
    words[base + SLOT.lifeFd / 4] = self.lifeFd;
    this.#floats[(base + SLOT.bellInode / 4) / 2] = inodeOf(self.bellFd);
    this.#floats[(base + SLOT.lifeInode / 4) / 2] = inodeOf(self.lifeFd);
    words[base + SLOT.bell / 4] = 0;
    words[base + SLOT.mode / 4] = 0;
    this.sign(slot).fill(0);
    writeLabel(this.#nameBytes(slot), self.name);
    robust.linkForLife(words.subarray(base), this.#arena.addressOf(SLOTS_OFFSET + slot * SLOT_BYTES));
    if (FAULTY) pass('slot.joining');
    // SYNC with the load in isLive(): from here on others may ring us and must bury us.
    Atomics.store(words, base + SLOT.state / 4, LIVE);
    if (FAULTY) pass('slot.joined');
    return { slot, tag: this.tagOf(slot) };
  }

  #reserve(guard: Guard, tid: number): number {
    const { words } = this;
    guard.take(); // nothing to repair: a slot is JOINING by one store, with its process named before
    try {
      for (let slot = 0; slot < SLOT_LIMIT; slot++) {
        const base = slot * WORDS;
        if (words[base + SLOT.state / 4] !== FREE && !this.#abandoned(slot)) continue;
        words[base + SLOT.generation / 4] = ((words[base + SLOT.generation / 4] as number) + 1) | 0;
        words[base + SLOT.pid / 4] = process.pid;
        words[base + SLOT.tid / 4] = tid;
        words[base + SLOT.life / 4] = 0;
        this.#floats[(base + SLOT.startTime / 4) / 2] = startTimeOf(process.pid);
        Atomics.store(words, base + SLOT.state / 4, JOINING);
        if (slot >= this.top) Atomics.store(this.#arena.header, AT.slotTop, slot + 1);
        return slot;
      }
    } finally {
      guard.give();
    }
    throw new DuodaoError(
      'over-limit',
      `Shared objects can be used by ${SLOT_LIMIT} threads at once, and all are`,
      {
        limit: SLOT_LIMIT,
      },
    );
  }

  /** Whether the slot was left by a process that died while it joined. */
  #abandoned(slot: number): boolean {
    const base = slot * WORDS;
    if (this.words[base + SLOT.state / 4] !== JOINING) return false;
    const life = this.words[base + SLOT.life / 4] as number;
    if (life & OWNER_DIED) return true;
    const pid = this.words[base + SLOT.pid / 4] as number;
    return startTimeOf(pid) !== this.#floats[(base + SLOT.startTime / 4) / 2];
  }

  tagOf(slot: number): Tag {
    const generation = this.words[slot * WORDS + SLOT.generation / 4] as number;
    return ((generation & GENERATION_MASK) << INDEX_BITS) | (slot + 1);
  }

  /** Whether somebody holds the slot, alive or dead and not yet buried. */
  isTaken(slot: number): boolean {
    return Atomics.load(this.words, slot * WORDS + SLOT.state / 4) === LIVE;
  }

  /** Whether the holder of the slot is dead and not yet buried. */
  isDead(slot: number): boolean {
    return this.isTaken(slot) && (Atomics.load(this.words, slot * WORDS + SLOT.life / 4) & OWNER_DIED) !== 0;
  }

  /** Whether the participant with this tag lives. */
  isAlive(tag: Tag): boolean {
    const slot = slotOfTag(tag);
    if (slot < 0 || slot >= SLOT_LIMIT) return false;
    return this.tagOf(slot) === tag && this.isTaken(slot) && !this.isDead(slot);
  }

  /** Frees the slot of a dead participant, once everything it left is dealt with. */
  bury(guard: Guard, tag: Tag): void {
    const slot = slotOfTag(tag);
    guard.take();
    try {
      if (this.tagOf(slot) !== tag || !this.isDead(slot)) return;
      Atomics.add(this.#arena.header, AT.deaths, 1);
      if (FAULTY) pass('slot.burying');
      Atomics.store(this.words, slot * WORDS + SLOT.state / 4, FREE);
    } finally {
      guard.give(); // there is nothing to repair here either
    }
  }

  /** What the participant says it waits for: see wait-sign.ts. */
  sign(slot: number): Int32Array {
    const first = slot * WORDS + SLOT.sign / 4;
    return this.words.subarray(first, first + SIGN_WORDS);
  }

  /** What a thread of a process shows: whether it waits for an object, and whether it is blocked for that. */
  signOf(
    pid: number,
    thread: number,
  ): { readonly tid: number; readonly waits: boolean; readonly isBlocked: boolean } | undefined {
    for (let slot = 0; slot < this.top; slot++) {
      if (this.pid(slot) !== pid || this.words[slot * WORDS + SLOT.threadId / 4] !== thread) continue;
      if (!this.isTaken(slot) || this.isDead(slot)) continue;
      const { isBlocked, lines } = readSign(this.sign(slot));
      return { tid: this.life(slot).tid, waits: lines.length > 0, isBlocked };
    }
    return undefined;
  }

  /** Which thread of the kernel it is, and since when its process lives: see startTimeOf(). */
  life(slot: number): { readonly tid: number; readonly startTime: number } {
    const base = slot * WORDS;
    return {
      tid: this.words[base + SLOT.tid / 4] as number,
      startTime: this.#floats[(base + SLOT.startTime / 4) / 2] as number,
    };
  }

  pid(slot: number): number {
    return this.words[slot * WORDS + SLOT.pid / 4] as number;
  }

  /** Where the write end of its bell pipe is to be found. */
  bellPlace(slot: number): PipePlace {
    return this.#place(slot, SLOT.bellFd, SLOT.bellInode);
  }

  /** Where the read end of the pipe is to be found that ends when it does. */
  lifePlace(slot: number): PipePlace {
    return this.#place(slot, SLOT.lifeFd, SLOT.lifeInode);
  }

  #place(slot: number, fd: number, inode: number): PipePlace {
    return {
      pid: this.pid(slot),
      fd: this.words[slot * WORDS + fd / 4] as number,
      inode: this.#floats[(slot * WORDS + inode / 4) / 2] as number,
    };
  }

  rename(slot: number, name: string): void {
    writeLabel(this.#nameBytes(slot), name);
  }

  /** Who the participant is or, until its slot is used again, was. */
  describe(tag: Tag): Participant | undefined {
    const slot = slotOfTag(tag);
    if (slot < 0 || slot >= SLOT_LIMIT || this.tagOf(slot) !== tag) return undefined;
    const thread = this.words[slot * WORDS + SLOT.threadId / 4] as number;
    return { pid: this.pid(slot), name: readLabel(this.#nameBytes(slot)), thread };
  }

  #nameBytes(slot: number): Uint8Array {
    return this.#bytes.subarray(slot * SLOT_BYTES + SLOT.name, slot * SLOT_BYTES + SLOT.name + 64);
  }
}
