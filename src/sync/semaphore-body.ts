/**
 * A semaphore as bytes, in the body of a shared object: a count, and who waits for it to be above zero.
 *
 *     offset  size  field    meaning
 *     0       4     free     permits that nobody has taken
 *     4       4     initial  how many there were at first
 *     8       4     sleepers (derived) how many participants wait, or have given up since the last release
 *     12      4     fair     1: who waits is served in the order of arrival
 *     16      4     ticket   fair: the last ticket that was drawn
 *     20      44    -
 *     64      64    wait set
 *     data, if fair: the line of those who wait, see semaphore-line.ts
 *
 * `free` is one word, so each change is one store, and a death leaves the count before or after it. Nobody owns a
 * permit: what a dead participant took is gone, and only its place in the line is taken back.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { BODY_OFFSET, type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import { slotOf } from './bounded-slots.ts';
import { MOST_COUNT } from './semaphore-count.ts';
import { WaitLine } from './semaphore-line.ts';

const SEMAPHORE = layout('semaphore', 128, {
  free: [0, 'u32'],
  initial: [4, 'u32'],
  sleepers: [8, 'u32'],
  fair: [12, 'u32'],
  ticket: [16, 'u32'],
  spare: [20, 'pad', 44],
  waitSet: [64, 'u32', 16],
});

export const SEMAPHORE_BYTES: number = SEMAPHORE.sizeBytes;

const FREE = (BODY_OFFSET + SEMAPHORE.free) / 4;
const INITIAL = (BODY_OFFSET + SEMAPHORE.initial) / 4;
const FAIR = (BODY_OFFSET + SEMAPHORE.fair) / 4;
const TICKET = (BODY_OFFSET + SEMAPHORE.ticket) / 4;
const SLEEPERS = (BODY_OFFSET + SEMAPHORE.sleepers) / 4;
const WAIT_SET = (BODY_OFFSET + SEMAPHORE.waitSet) / 4;

/** What a semaphore of either kind does with its bytes, for one thread. */
export interface PermitBody {
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly free: number;
  /** Whether who waits is served in the order of arrival. */
  readonly isFair: boolean;
  /**
   * Takes a permit if there is one and, where it is fair, it is the turn of `ticket`: 0 for who does not wait. With
   * `register`, leaves this participant among the sleepers if not.
   */
  tryTake(register: boolean, ticket: number): boolean;
  /** Where it is fair: draws a ticket. */
  join(): number;
  /** Gives up a ticket that was not served. */
  leave(ticket: number): void;
  /** Gives permits back. False if it cannot be so many; then nothing has changed. */
  giveBack(count: number): boolean;
}

export class SemaphoreBody implements PermitBody {
  readonly object: SharedObject;
  readonly waiting: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #line: WaitLine | undefined;
  readonly #repair: () => void;

  constructor(object: SharedObject) {
    this.object = object;
    this.waiting = waitSetOf(object);
    this.#here = here();
    this.#words = object.words;
    if (this.isFair)
      this.#line = new WaitLine(new Int32Array(object.data(SEMAPHORE_BYTES)), object.words, TICKET);
    this.#repair = () => this.#here.objects.repair(object);
  }

  static init({ words }: SharedObject, permits: number, fair: boolean): void {
    words[FREE] = permits;
    words[INITIAL] = permits;
    words[FAIR] = fair ? 1 : 0;
  }

  get isFair(): boolean {
    return this.#words[FAIR] === 1;
  }

  get free(): number {
    return Atomics.load(this.#words, FREE);
  }

  get initial(): number {
    return this.#words[INITIAL] as number;
  }

  get sleepers(): number {
    return Atomics.load(this.#words, SLEEPERS);
  }

  tryTake(register: boolean, ticket: number): boolean {
    const [words, line] = [this.#words, this.#line];
    const { slot } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      const free = words[FREE] as number;
      if (free === 0 || (line && !line.isTurnOf(ticket))) {
        if (register) this.waiting.add(slot);
        return false;
      }
      if (line && free > 1) this.waiting.ringAll(this.#here.bell); // for the next one in the line
      const next = line && ticket !== 0 ? line.takeFirst() : 0;
      Atomics.store(words, FREE, free - 1); // the commit
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

  /** Takes a dead participant out of the line. */
  reap(dead: Tag): void {
    const tickets = this.#line?.tickets;
    const slot = tickets ? slotOf(dead) : -1;
    if (!tickets || slot < 0 || tickets[slot] === 0) return;
    this.waiting.ringAll(this.#here.bell);
    Atomics.store(tickets, slot, 0); // the commit
  }

  giveBack(count: number): boolean {
    const words = this.#words;
    return this.object.guard.inside(this.#repair, () => {
      const free = words[FREE] as number;
      if (count > MOST_COUNT - free) return false;
      this.waiting.ringAll(this.#here.bell); // before the commit: see wait-set.ts
      Atomics.store(words, FREE, free + count); // the commit
      return true;
    });
  }
}

function waitSetOf({ words }: SharedObject): WaitSet {
  return new WaitSet(words, WAIT_SET, SLEEPERS);
}

/** Puts a semaphore in order after a death inside the guard: only the number of sleepers is derived. */
export function repairSemaphore(object: SharedObject): void {
  waitSetOf(object).recount();
}
