/**
 * A read-write lock as bytes.
 *
 *     body: offset  size  field     meaning
 *           0       4     owner     tag of the participant that writes, 0: none
 *           4       4     died      1: a writer died in it, and no writer has released it normally since
 *           8       4     readers   (derived) how many read
 *           12      4     wanting   (derived) how many participants wait to write
 *           16      4     prefer    1: readers need not let waiting writers go first
 *           20      4     readersAsleep (derived)
 *           24      4     writersAsleep (derived)
 *           28      36    -
 *           64      64    wait set of those who want to read
 *           128     64    wait set of those who want to write
 *     data: 512 × u32     reads     how often the participant in each slot reads
 *           512 × u32     wants     1: somebody in that slot waits to write
 *
 * A wait set does not tell whether anybody still waits, as who gives up stays in it. So who waits to write says
 * so in `wants`, and takes it back. Each field is right by itself whenever a death comes, and the derived ones are
 * added up anew.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { BODY_OFFSET, type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import { SLOTS, slotOf } from './bounded-slots.ts';
import type { Holders } from './holders.ts';
import type { Holder } from './lock-body.ts';
import { WHOLE_THREAD } from './strand.ts';

const RW = layout('read-write lock', 192, {
  owner: [0, 'u32'],
  died: [4, 'u32'],
  readers: [8, 'u32'],
  wanting: [12, 'u32'],
  prefer: [16, 'u32'],
  readersAsleep: [20, 'u32'],
  writersAsleep: [24, 'u32'],
  spare: [28, 'pad', 36],
  reading: [64, 'u32', 16],
  writing: [128, 'u32', 16],
});

export const READ_WRITE_BODY_BYTES: number = RW.sizeBytes;
export const READ_WRITE_DATA_BYTES: number = SLOTS * 8;

const OWNER = (BODY_OFFSET + RW.owner) / 4;
const DIED = (BODY_OFFSET + RW.died) / 4;
const READERS = (BODY_OFFSET + RW.readers) / 4;
const WANTING = (BODY_OFFSET + RW.wanting) / 4;
const PREFER = (BODY_OFFSET + RW.prefer) / 4;
const READERS_ASLEEP = (BODY_OFFSET + RW.readersAsleep) / 4;
const WRITERS_ASLEEP = (BODY_OFFSET + RW.writersAsleep) / 4;
const READING = (BODY_OFFSET + RW.reading) / 4;
const WRITING = (BODY_OFFSET + RW.writing) / 4;

/**
 * What a wait may be for: see holders.ts. To that of a wait to read, 4 is added for each time that it reads already.
 */
export const READS = 1;
export const WRITES = 2;
const TIMES_SHIFT = 2;

/** The steps of a read-write lock, on the bytes of one object, for one thread. */
export class ReadWriteBody {
  readonly object: SharedObject;
  readonly reading: WaitSet;
  readonly writing: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #reads: Int32Array;
  readonly #wants: Int32Array;
  readonly #repair: () => void;
  /** What the last successful try saw: a writer had died. */
  diedBefore = false;

  constructor(object: SharedObject) {
    const { words } = object;
    this.object = object;
    this.reading = new WaitSet(words, READING, READERS_ASLEEP);
    this.writing = new WaitSet(words, WRITING, WRITERS_ASLEEP);
    this.#here = here();
    this.#words = words;
    const data = object.data(READ_WRITE_BODY_BYTES);
    this.#reads = new Int32Array(data, 0, SLOTS);
    this.#wants = new Int32Array(data, SLOTS * 4, SLOTS);
    this.#repair = () => this.#here.objects.repair(object);
  }

  static init({ words }: SharedObject, prefersReaders: boolean): void {
    words[PREFER] = prefersReaders ? 1 : 0;
  }

  get prefersReaders(): boolean {
    return this.#words[PREFER] === 1;
  }

  get owner(): Tag {
    return Atomics.load(this.#words, OWNER);
  }

  /** The mode of a wait of this thread to read. */
  get readMode(): number {
    return READS + ((this.#reads[this.#here.slot] as number) << TIMES_SHIFT);
  }

  get readers(): number {
    return Atomics.load(this.#words, READERS);
  }

  /** Participants that wait to write. */
  get wanting(): number {
    return Atomics.load(this.#words, WANTING);
  }

  /** Reads, if nobody writes and, where writers come first, nobody waits to. */
  tryRead(register: boolean): boolean {
    const [words, reads] = [this.#words, this.#reads];
    const { slot } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      if (words[OWNER] !== 0 || (words[WANTING] !== 0 && words[PREFER] === 0)) {
        if (register) this.reading.add(slot);
        return false;
      }
      this.diedBefore = words[DIED] !== 0;
      Atomics.store(reads, slot, (reads[slot] as number) + 1); // the commit
      words[READERS] = (words[READERS] as number) + 1;
      return true;
    });
  }

  /** Writes, if nobody else is in. @param others - Whether others of this thread go on waiting to write. */
  tryWrite(register: boolean, others: boolean): boolean {
    const [words, wants] = [this.#words, this.#wants];
    const { slot, tag } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      if (words[OWNER] !== 0 || words[READERS] !== 0) {
        if (register) {
          this.writing.add(slot);
          if (wants[slot] === 0) {
            Atomics.store(wants, slot, 1);
            words[WANTING] = (words[WANTING] as number) + 1;
          }
        }
        return false;
      }
      this.diedBefore = words[DIED] !== 0;
      Atomics.store(words, OWNER, tag); // the commit
      // No call from here on, as it could find the end of the stack. Readers are rung when we release.
      if (!others && wants[slot] === 1) {
        wants[slot] = 0;
        words[WANTING] = (words[WANTING] as number) - 1;
      }
      return true;
    });
  }

  /** Says that nobody of this thread waits to write any more: he has given up. */
  stopWanting(): void {
    const [words, wants] = [this.#words, this.#wants];
    const { slot } = this.#here;
    this.object.guard.inside(this.#repair, () => {
      if (wants[slot] === 0) return;
      this.reading.ringAll(this.#here.bell);
      Atomics.store(wants, slot, 0); // the commit
      words[WANTING] = (words[WANTING] as number) - 1;
    });
  }

  releaseRead(): void {
    const [words, reads] = [this.#words, this.#reads];
    const { slot } = this.#here;
    this.object.guard.inside(this.#repair, () => {
      if (words[READERS] === 1) this.writing.ringAll(this.#here.bell); // before the commit: see wait-set.ts
      Atomics.store(reads, slot, (reads[slot] as number) - 1); // the commit
      words[READERS] = (words[READERS] as number) - 1;
    });
  }

  releaseWrite(): void {
    const words = this.#words;
    this.object.guard.inside(this.#repair, () => {
      this.#ringAll();
      words[DIED] = 0;
      Atomics.store(words, OWNER, 0); // the commit
    });
  }

  /** Takes a dead participant out, and has the next ones told if it was writing. */
  reap(dead: Tag): void {
    const words = this.#words;
    const slot = slotOf(dead);
    if (slot < 0) return;
    const isIn = words[OWNER] === dead || this.#reads[slot] !== 0 || this.#wants[slot] !== 0;
    if (!isIn) return;
    this.#ringAll();
    if (words[OWNER] === dead) {
      words[DIED] = 1;
      Atomics.store(words, OWNER, 0);
    }
    Atomics.store(this.#reads, slot, 0);
    Atomics.store(this.#wants, slot, 0);
    this.#addUp();
  }

  /**
   * Who keeps others out: the writer; a writer also each reader; a reader whoever wants to write, where writers come
   * first. A thread that reads more often than when it began to wait has got its turn.
   */
  static holdersIn(object: SharedObject, mode: number, waiter?: Tag): Holders {
    const body = new ReadWriteBody(object);
    const { slots } = here();
    const { owner } = body;
    if (owner !== 0) return { all: [{ tag: owner, strand: WHOLE_THREAD }], oneIsEnough: true };
    const nobody: Holders = { all: [], oneIsEnough: true };
    if (mode !== WRITES && body.prefersReaders) return nobody;
    const column = mode === WRITES ? body.#reads : body.#wants;
    const all: Holder[] = [];
    for (let slot = 0; slot < slots.top; slot++)
      if (Atomics.load(column, slot) !== 0) all.push({ tag: slots.tagOf(slot), strand: WHOLE_THREAD });
    // Asked last: whoever wants to write by now may want it because of a reader that has got its turn meanwhile.
    if (mode !== WRITES && waiter !== undefined && body.#readsOf(waiter) > mode >>> TIMES_SHIFT)
      return nobody;
    return { all, oneIsEnough: true };
  }

  #readsOf(tag: Tag): number {
    const slot = slotOf(tag);
    return slot < 0 ? 0 : Atomics.load(this.#reads, slot);
  }

  repair(): void {
    this.reading.recount();
    this.writing.recount();
    this.#addUp();
  }

  #ringAll(): void {
    this.writing.ringAll(this.#here.bell);
    this.reading.ringAll(this.#here.bell);
  }

  #addUp(): void {
    const sum = (column: Int32Array): number => column.reduce((total, one) => total + one, 0);
    Atomics.store(this.#words, READERS, sum(this.#reads));
    Atomics.store(this.#words, WANTING, sum(this.#wants));
  }
}
