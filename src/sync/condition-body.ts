/**
 * A condition as bytes, in the body of a shared object: who waits to be told, and who has been told.
 *
 *     offset  size  field     meaning
 *     0       12    lock      handle of the lock it belongs to: kind, offset, serial
 *     12      4     sleepers  (derived) how many participants wait
 *     16      4     turn      the last number given to an arrival
 *     20      44    -
 *     64      64    wait set
 *     data: a record for each participant
 *         0   4     waits     bits 31..16 how many waits it has here, bits 15..0 how many of them were notified
 *         4   4     since     a number from when the oldest of the others came (a hint: who is told first)
 *
 * Each step is one store of a `waits`: a wait begins, is notified, ends. A notification is given to a participant
 * that waits, never remembered for one that may come; and its wait ends only when it has the lock again. If it dies
 * before, whoever reaps it gives the notification to another one, and only then takes it from the record of the dead:
 * a second death between the two makes one wake-up too many, never one too few.
 *
 * Only the participants that are notified are rung, each before its record says so: the rule of wait-set.ts for one
 * bit.
 *
 * @module
 */
import { DuodaoError, FAULTY, layout, pass } from '../base/index.ts';
import {
  BODY_OFFSET,
  type Here,
  here,
  type Reference,
  type SharedObject,
  type Tag,
  WaitSet,
} from '../memory/index.ts';
import { SLOTS, slotOf } from './bounded-slots.ts';

const CONDITION = layout('condition', 128, {
  lock: [0, 'u32', 3],
  sleepers: [12, 'u32'],
  turn: [16, 'u32'],
  spare: [20, 'pad', 44],
  waitSet: [64, 'u32', 16],
});
export const CONDITION_BYTES: number = CONDITION.sizeBytes;
export const RECORDS_BYTES: number = SLOTS * 8;

const LOCK = (BODY_OFFSET + CONDITION.lock) / 4;
const SLEEPERS = (BODY_OFFSET + CONDITION.sleepers) / 4;
const TURN = (BODY_OFFSET + CONDITION.turn) / 4;
const WAIT_SET = (BODY_OFFSET + CONDITION.waitSet) / 4;

/** Waits that one thread can have at one condition. */
export const MOST_WAITS = 0xffff;
const ONE_WAIT = 0x10000;

const waitsIn = (record: number): number => record >>> 16;
const toldIn = (record: number): number => record & MOST_WAITS;

/** The steps of a condition, on the bytes of one object, for one thread. */
export class ConditionBody {
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #records: Int32Array;
  readonly #repair: () => void;
  /** Waits of this thread that know that they were notified, and are on their way to the lock. */
  #going = 0;

  constructor(object: SharedObject) {
    this.object = object;
    this.waiting = waitSetOf(object);
    this.#here = here();
    this.#words = object.words;
    this.#records = new Int32Array(object.data(CONDITION_BYTES));
    this.#repair = () => this.#here.objects.repair(object);
  }

  /** Writes the handle of the lock into a new condition. */
  static init({ words }: SharedObject, lock: Reference): void {
    words[LOCK] = lock.kind;
    words[LOCK + 1] = lock.offset;
    words[LOCK + 2] = lock.serial;
  }

  /** The handle of the lock. */
  static lockOf({ words }: SharedObject): Reference {
    const word = (index: number): number => (words[LOCK + index] as number) >>> 0;
    return { kind: word(0), offset: word(1), serial: word(2) };
  }

  /** Waits that have not been notified. */
  get waits(): number {
    const { slots } = this.#here;
    let count = 0;
    for (let slot = 0; slot < slots.top; slot++) {
      const record = Atomics.load(this.#records, slot * 2);
      if (record !== 0 && slots.isAlive(slots.tagOf(slot))) count += waitsIn(record) - toldIn(record);
    }
    return count;
  }

  /** Begins a wait. @throws DuodaoError `over-limit` when this thread has too many here. */
  enter(): void {
    const { slot } = this.#here;
    const isRoom = this.#inside(() => {
      const record = this.#record(slot);
      if (waitsIn(record) === MOST_WAITS) return false;
      if (waitsIn(record) === toldIn(record)) this.#records[slot * 2 + 1] = this.#nextTurn();
      this.#setRecord(slot, record + ONE_WAIT); // the commit
      if (FAULTY) pass('condition.entered');
      return true;
    });
    if (isRoom) return;
    const limit = MOST_WAITS;
    throw new DuodaoError('over-limit', `A thread can have ${limit} waits at one condition, and has`, {
      limit,
    });
  }

  /** Whether a wait of this thread was notified; with `register`, leaves it among the sleepers if none was. */
  tryGo(register: boolean): boolean {
    const { slot } = this.#here;
    return this.#inside(() => {
      if (toldIn(this.#record(slot)) > this.#going) {
        this.#going++;
        return true;
      }
      if (register) this.waiting.add(slot);
      return false;
    });
  }

  /** Ends a wait that has come to nothing. False if it was notified after all: then it goes as if it had been told. */
  giveUp(): boolean {
    const { slot } = this.#here;
    return this.#inside(() => {
      const record = this.#record(slot);
      const told = toldIn(record) - this.#going;
      // As long as others of this thread wait, the notification is theirs.
      if (told > 0 && waitsIn(record) - this.#going === told) {
        this.#going++;
        return false;
      }
      this.#setRecord(slot, record - ONE_WAIT); // the commit
      return true;
    });
  }

  /** Ends a wait that goes: it has the lock again. */
  end(): void {
    const { slot } = this.#here;
    this.#inside(() => {
      this.#setRecord(slot, this.#record(slot) - ONE_WAIT - 1); // the commit
      this.#going--;
      if (FAULTY) pass('condition.ended');
    });
  }

  /** Ends a wait that goes, but cannot have the lock again: its notification is for another. */
  passOn(): void {
    const { slot } = this.#here;
    this.#inside(() => {
      this.#tellOne();
      this.#setRecord(slot, this.#record(slot) - ONE_WAIT - 1); // the commit
      this.#going--;
    });
  }

  /** Notifies so many waits, the oldest first, and says how many there were. */
  notify(count: number): number {
    return this.#inside(() => {
      let told = 0;
      while (told < count && this.#tellOne()) told++;
      return told;
    });
  }

  #tellOne(): boolean {
    const slot = this.#oldest();
    if (slot < 0) return false;
    if (this.waiting.has(slot)) {
      this.#here.bell.ring(slot);
      this.waiting.remove(slot);
    }
    const record = this.#record(slot) + 1;
    // Who else waits there has waited less long than others may have.
    if (waitsIn(record) > toldIn(record)) this.#records[slot * 2 + 1] = this.#nextTurn();
    if (FAULTY) pass('condition.telling');
    this.#setRecord(slot, record); // the commit
    if (FAULTY) pass('condition.told');
    return true;
  }

  /** The participant that has waited longest and is alive; −1 if nobody waits. */
  #oldest(): number {
    const { slots } = this.#here;
    const turn = this.#words[TURN] as number;
    let oldest = -1;
    let age = -1;
    for (let slot = 0; slot < slots.top; slot++) {
      const record = this.#record(slot);
      if (waitsIn(record) <= toldIn(record) || !slots.isAlive(slots.tagOf(slot))) continue;
      const its = (turn - (this.#records[slot * 2 + 1] as number)) >>> 0;
      if (its <= age) continue;
      oldest = slot;
      age = its;
    }
    return oldest;
  }

  /** Passes on what a dead participant was told. Inside the guard; may be cut short anywhere and run again. */
  reap(dead: Tag): void {
    const slot = slotOf(dead);
    if (slot < 0 || this.#record(slot) === 0) return;
    // Nobody gives it more: it is dead.
    for (let told = toldIn(this.#record(slot)); told > 0; told--) {
      if (!this.#tellOne()) break;
      if (FAULTY) pass('condition.passed');
      this.#setRecord(slot, this.#record(slot) - 1);
    }
    this.#setRecord(slot, 0);
  }

  #nextTurn(): number {
    const turn = ((this.#words[TURN] as number) + 1) | 0;
    this.#words[TURN] = turn;
    return turn;
  }

  #record(slot: number): number {
    return this.#records[slot * 2] as number;
  }

  #setRecord(slot: number, record: number): void {
    Atomics.store(this.#records, slot * 2, record);
  }

  #inside<R>(step: () => R): R {
    return this.object.guard.inside(this.#repair, step);
  }
}

function waitSetOf({ words }: SharedObject): WaitSet {
  return new WaitSet(words, WAIT_SET, SLEEPERS);
}

/** Puts a condition in order after a death inside the guard: only the number of sleepers is derived. */
export function repairCondition(object: SharedObject): void {
  waitSetOf(object).recount();
}
