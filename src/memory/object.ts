/**
 * A shared object as bytes: a guard, who holds it, and a body that its kind gives a meaning to.
 *
 *     offset  size  field    meaning
 *     0       8     word, owner: the guard (guard.ts)
 *     8       4     kind     which class it is
 *     12      4     serial   unique in the arena: tells this object from others that had its place before
 *     16      4     flags    NAMED, DYING
 *     20      4     flights  handles of it inside messages and other objects
 *     24      16    more of the guard
 *     40      4     version  raised before each change of holders or flights
 *     44      4     doubt    1: a death may have left `flights` too high
 *     48      4     freer    DYING: tag of the participant that takes it down
 *     52      4     run      where the data lies, if in a run of its own: in lines of 64 bytes; else 0
 *     56      8     data     bytes of data
 *     64      64    holders  a bit for each participant that has it in its hands
 *     128     64    label    a name, or only a label for people
 *     192     …     body: what its kind keeps about it, then the data, unless they have a run of their own
 *
 * @module
 */
import { FAULTY, layout, type Offsets, pass } from '../base/index.ts';
import { type Arena, SLOT_LIMIT } from './arena.ts';
import { Guard, type GuardThread } from './guard.ts';
import { readLabel, writeLabel } from './label.ts';

type Field =
  | 'guard'
  | 'kind'
  | 'serial'
  | 'flags'
  | 'flights'
  | 'more'
  | 'version'
  | 'doubt'
  | 'freer'
  | 'run'
  | 'data'
  | 'holders'
  | 'label';

const OBJECT: Offsets<Field> = layout('shared object', 192, {
  guard: [0, 'u32', 2],
  kind: [8, 'u32'],
  serial: [12, 'u32'],
  flags: [16, 'u32'],
  flights: [20, 'u32'],
  more: [24, 'u64', 2],
  version: [40, 'u32'],
  doubt: [44, 'u32'],
  freer: [48, 'u32'],
  run: [52, 'u32'],
  data: [56, 'f64'],
  holders: [64, 'u32', 16],
  label: [128, 'u8', 64],
});

/** Where the body of an object begins. */
export const BODY_OFFSET: number = OBJECT.sizeBytes;
/** The longest name, in bytes of UTF-8. */
export const NAME_LIMIT_BYTES = 63;
/** Bytes that an object's words cover at most: the header and whatever its kind keeps about it. */
const WORDS_BYTES = 512;
const LINE = 64;

export const NAMED = 1;
export const DYING = 2;

const HOLDER_WORDS = SLOT_LIMIT / 32;

/** What is fixed when an object is made. */
export interface ObjectFacts {
  readonly kind: number;
  readonly serial: number;
  readonly runOffset: number;
  readonly dataBytes: number;
}

/** What onlookers read in the header of an object, from a copy of its bytes. */
export interface HeaderFacts {
  readonly kind: number;
  readonly serial: number;
  readonly label: string;
}

export function readHeader(copy: ArrayBuffer): HeaderFacts {
  const words = new Uint32Array(copy, 0, BODY_OFFSET / 4);
  const label = readLabel(new Uint8Array(copy, OBJECT.label, NAME_LIMIT_BYTES + 1));
  return { kind: words[OBJECT.kind / 4] as number, serial: words[OBJECT.serial / 4] as number, label };
}

/** One thread's access to a shared object. Making one costs nothing to others and changes nothing. */
export class SharedObject {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly kind: number;
  readonly serial: number;
  /** Header and first part of the body as 32-bit words. */
  readonly words: Int32Array;
  readonly guard: Guard;
  readonly #arena: Arena;

  constructor(arena: Arena, thread: GuardThread, offset: number, sizeBytes: number) {
    this.#arena = arena;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
    this.words = new Int32Array(arena.view(offset, Math.min(sizeBytes, WORDS_BYTES)));
    this.kind = this.words[OBJECT.kind / 4] as number;
    this.serial = (this.words[OBJECT.serial / 4] as number) >>> 0;
    this.guard = new Guard(this.words, arena.addressOf(offset), thread);
  }

  /** The serial number that is there now: another one, or 0, when the block was taken for another object. */
  get currentSerial(): number {
    return Atomics.load(this.words, OBJECT.serial / 4) >>> 0;
  }

  /** Writes what never changes into the header of a new object, before anybody else can see it. */
  static begin(arena: Arena, offset: number, facts: ObjectFacts): void {
    const words = new Int32Array(arena.view(offset, BODY_OFFSET));
    words[OBJECT.kind / 4] = facts.kind;
    words[OBJECT.serial / 4] = facts.serial;
    words[OBJECT.run / 4] = facts.runOffset / LINE;
    new Float64Array(words.buffer)[OBJECT.data / 8] = facts.dataBytes;
  }

  /** The offset of the run that holds the data, or 0 when they follow the body. */
  get runOffset(): number {
    return ((this.words[OBJECT.run / 4] as number) >>> 0) * LINE;
  }

  get dataBytes(): number {
    return new Float64Array(this.words.buffer, OBJECT.data, 1)[0] as number;
  }

  /** The data as an ArrayBuffer of its own. @param bodyBytes - What the kind keeps before them, as in create(). */
  data(bodyBytes: number): ArrayBuffer {
    const run = this.runOffset;
    return this.#arena.view(run || this.offset + BODY_OFFSET + bodyBytes, this.dataBytes);
  }

  get label(): string {
    return readLabel(this.#labelBytes());
  }

  set label(text: string) {
    writeLabel(this.#labelBytes(), text);
  }

  #labelBytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, OBJECT.label, NAME_LIMIT_BYTES + 1);
  }

  get flags(): number {
    return Atomics.load(this.words, OBJECT.flags / 4);
  }

  set flags(flags: number) {
    Atomics.store(this.words, OBJECT.flags / 4, flags);
  }

  get flights(): number {
    return this.words[OBJECT.flights / 4] as number;
  }

  set flights(count: number) {
    this.#raiseVersion();
    this.words[OBJECT.flights / 4] = count;
  }

  get version(): number {
    return this.words[OBJECT.version / 4] as number;
  }

  /** Whether a death may have left `flights` too high. */
  get isDoubtful(): boolean {
    return this.words[OBJECT.doubt / 4] !== 0;
  }

  set isDoubtful(doubtful: boolean) {
    this.words[OBJECT.doubt / 4] = doubtful ? 1 : 0;
  }

  get freer(): number {
    return this.words[OBJECT.freer / 4] as number;
  }

  set freer(tag: number) {
    this.words[OBJECT.freer / 4] = tag;
  }

  setHolder(slot: number, holds: boolean): void {
    const index = OBJECT.holders / 4 + (slot >> 5);
    const bit = 1 << (slot & 31);
    const before = this.words[index] as number;
    this.#raiseVersion();
    Atomics.store(this.words, index, holds ? before | bit : before & ~bit);
  }

  isHeldBy(slot: number): boolean {
    return ((this.words[OBJECT.holders / 4 + (slot >> 5)] as number) & (1 << (slot & 31))) !== 0;
  }

  get isHeld(): boolean {
    for (let word = 0; word < HOLDER_WORDS; word++)
      if (this.words[OBJECT.holders / 4 + word] !== 0) return true;
    return false;
  }

  /** Whether anybody holds it but the participant in this slot. */
  isHeldBeside(slot: number): boolean {
    for (let word = 0; word < HOLDER_WORDS; word++) {
      const own = word === slot >> 5 ? 1 << (slot & 31) : 0;
      if (((this.words[OBJECT.holders / 4 + word] as number) & ~own) !== 0) return true;
    }
    return false;
  }

  /**
   * Inside the guard: what is to become of it. `down`: nobody can reach it, and it is for `tag` to take it down, which
   * is noted; `doubt`: nobody can, if its number of handles is too high.
   */
  judge(tag: number): 'keep' | 'down' | 'doubt' {
    if (this.flags & DYING) {
      if (this.freer !== 0) return 'keep';
      this.freer = tag;
      return 'down';
    }
    if (this.flags & NAMED || this.isHeld) return 'keep';
    if (this.flights > 0) return this.isDoubtful ? 'doubt' : 'keep';
    this.freer = tag;
    this.flags |= DYING;
    if (FAULTY) pass('object.dying');
    return 'down';
  }

  /** Before the change: a death between the two must not hide it from who counts the handles meanwhile. */
  #raiseVersion(): void {
    this.words[OBJECT.version / 4] = (this.version + 1) | 0;
  }
}
