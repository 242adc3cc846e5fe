/**
 * A bounded semaphore as bytes: how many permits there are, and how many of them each participant holds.
 *
 *     body: offset  size  field     meaning
 *           0       4     free      (derived) permits that nobody holds
 *           4       4     capacity  how many permits there are
 *           8       4     sleepers  (derived) how many participants wait, or have given up since the last release
 *           12      4     fair      1: who waits is served in the order of arrival
 *           16      4     ticket    fair: the last ticket that was drawn
 *           20      44    -
 *           64      64    wait set
 *     data: 512 × u32     held      permits of the participant in each slot
 *           512 × u32     fair: the line of those who wait, see semaphore-line.ts
 *
 * Each change is one store into `held`, and what is free follows from it: whoever repairs adds the table up. What
 * a dead participant held comes back by setting its word to zero.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { BODY_OFFSET, type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import { SLOTS, slotOf } from './bounded-slots.ts';
import type { Holders } from './holders.ts';
import type { Holder } from './lock-body.ts';
import type { PermitBody } from './semaphore-body.ts';
import { WaitLine } from './semaphore-line.ts';
import { WHOLE_THREAD } from './strand.ts';

const BOUNDED = layout('bounded semaphore', 128, {
  free: [0, 'u32'],
  capacity: [4, 'u32'],
  sleepers: [8, 'u32'],
  fair: [12, 'u32'],
  ticket: [16, 'u32'],
  spare: [20, 'pad', 44],
  waitSet: [64, 'u32', 16],
});

export const BOUNDED_BODY_BYTES: number = BOUNDED.sizeBytes;
/** Of the table; the line follows it. */
export const BOUNDED_DATA_BYTES: number = SLOTS * 4;

const FREE = (BODY_OFFSET + BOUNDED.free) / 4;
const CAPACITY = (BODY_OFFSET + BOUNDED.capacity) / 4;
const FAIR = (BODY_OFFSET + BOUNDED.fair) / 4;
const TICKET = (BODY_OFFSET + BOUNDED.ticket) / 4;
const SLEEPERS = (BODY_OFFSET + BOUNDED.sleepers) / 4;
const WAIT_SET = (BODY_OFFSET + BOUNDED.waitSet) / 4;

export class BoundedBody implements PermitBody {
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #held: Int32Array;
  readonly #line: WaitLine | undefined;
  readonly #repair: () => void;

  constructor(object: SharedObject) {
    this.object = object;
    this.waiting = new WaitSet(object.words, WAIT_SET, SLEEPERS);
    this.#here = here();
    this.#words = object.words;
    const data = object.data(BOUNDED_BODY_BYTES);
    this.#held = new Int32Array(data, 0, SLOTS);
    if (this.isFair)
      this.#line = new WaitLine(new Int32Array(data, BOUNDED_DATA_BYTES, SLOTS), object.words, TICKET);
    this.#repair = () => this.#here.objects.repair(object);
  }

  static init({ words }: SharedObject, capacity: number, fair: boolean): void {
    words[FREE] = capacity;
    words[CAPACITY] = capacity;
    words[FAIR] = fair ? 1 : 0;
  }

  get isFair(): boolean {
    return this.#words[FAIR] === 1;
  }

  get free(): number {
    return Atomics.load(this.#words, FREE);
  }

  get capacity(): number {
    return this.#words[CAPACITY] as number;
  }

  get sleepers(): number {
    return Atomics.load(this.#words, SLEEPERS);
  }

  /** Permits that this participant holds. */
  get mine(): number {
    return this.#held[this.#here.slot] as number;
  }

  tryTake(register: boolean, ticket: number): boolean {
    const [words, held, line] = [this.#words, this.#held, this.#line];
    const { slot } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      const free = words[FREE] as number;
      if (free === 0 || (line && !line.isTurnOf(ticket))) {
        if (register) this.waiting.add(slot);
        return false;
      }
      if (line && free > 1) this.waiting.ringAll(this.#here.bell); // for the next one in the line
      const next = line && ticket !== 0 ? line.takeFirst() : 0;
      Atomics.store(held, slot, (held[slot] as number) + 1); // the commit
      words[FREE] = free - 1;
      if (line && ticket !== 0) Atomics.store(line.tickets, slot, next);
      return true;
    });
  }

  join(): number {
    return this.object.guard.inside(this.#repair, () => this.#line?.join(this.#here.slot) ?? 0);
  }

  leave(ticket: number): void {
    this.object.guard.inside(this.#repair, () => {
      this.waiting.ringAll(this.#here.bell);
      this.#line?.leave(this.#here.slot, ticket);
    });
  }

  /** Gives back permits of this participant. */
  giveBack(count: number): boolean {
    const [words, held] = [this.#words, this.#held];
    const { slot } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      const mine = held[slot] as number;
      if (count > mine) return false;
      this.waiting.ringAll(this.#here.bell); // before the commit: see wait-set.ts
      Atomics.store(held, slot, mine - count); // the commit
      words[FREE] = (words[FREE] as number) + count;
      return true;
    });
  }

  /** Takes the permits of a dead participant back, and its place in the line. */
  reap(dead: Tag): void {
    const slot = slotOf(dead);
    const tickets = this.#line?.tickets;
    if (slot < 0 || (this.#held[slot] === 0 && !tickets?.[slot])) return;
    this.waiting.ringAll(this.#here.bell);
    Atomics.store(this.#held, slot, 0); // the commit
    if (tickets) Atomics.store(tickets, slot, 0);
    this.#addUp();
  }

  /** Those who have all the permits, if there is none left: if all of them never let go, nobody does. */
  static holdersIn(object: SharedObject): Holders {
    const body = new BoundedBody(object);
    const { slots } = here();
    const all: Holder[] = [];
    let permits = 0;
    for (let slot = 0; slot < slots.top; slot++) {
      const count = Atomics.load(body.#held, slot);
      if (count === 0) continue;
      permits += count;
      all.push({ tag: slots.tagOf(slot), strand: WHOLE_THREAD });
    }
    // If one came between two looks, somebody lets go now and then.
    return { all: permits === body.capacity ? all : [], oneIsEnough: false };
  }

  /** Puts the derived numbers in order. */
  repair(): void {
    this.waiting.recount();
    this.#addUp();
  }

  #addUp(): void {
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot++) sum += this.#held[slot] as number;
    Atomics.store(this.#words, FREE, this.capacity - sum);
  }
}
