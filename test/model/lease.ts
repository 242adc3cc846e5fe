/**
 * Model of a queue's records: how items are put, taken, leased, given back and taken from the dead, safe
 * against a kill at any store.
 *
 *     put       fill up to the end of the ring with a PAD if need be: write it, move the tail
 *               write the record; move the tail (the commit); count it ready
 *     take      copy the oldest READY record; its state := DONE or LEASED by me (the commit);
 *               scan behind it; count
 *     settle    my lease: state := DONE, or READY again (the commit); scan back to the head; count
 *     reap      each LEASED by the dead := READY (a commit each); then as repair
 *     reclaim   head over all that is DONE or PAD
 *     repair    whoever enters after a death inside: reclaim; scan back to the head; count anew
 *
 * The ring is a few units, as small as an 8-byte step is in record-ring.ts. A record takes one or two; the
 * second holds payload only, whatever was in its words before. What lies behind the tail is never cleared, so
 * an uncommitted record is junk that a defect could read.
 *
 * Positions count modulo `wrap` units, in the sources 2^32 bytes. With a small one a position comes round
 * again while somebody still remembers it.
 *
 * This file is what each operation does to the shared words, in the order of the sources' stores. Who does
 * them, when, and what is promised: lease-world.ts. Not here: waiting and waking (bell.ts), closing.
 *
 * @module
 */
import type { Stores } from './stores.ts';

export const READY = 1;
export const LEASED = 2;
export const DONE = 3;
export const PAD = 4;
const KIND_BITS = 3;
const SLOT_BITS = 3;

export type LeaseMutation =
  | 'the tail moves before the record is written'
  | 'a taker marks DONE, leaves, then copies'
  | 'a taker marks DONE, then copies, then leaves'
  | 'a slot is reaped, whatever its generation'
  | 'the dead are buried before they are reaped'
  | 'repair forgets the leased'
  | 'repair leaves scan where it is'
  | 'scan stays where it is when an item is given back'
  | 'the head moves past leased records'
  | 'counts change before the commit, and repair does not count'
  | 'leases end without a look at the id'
  | 'nothing is reclaimed when a lease ends';

/** What is fixed for a queue, and the mistake in it, if any. */
export interface QueueRules {
  readonly capacity: number;
  readonly units: number;
  readonly wrap: number;
  readonly mutation?: LeaseMutation | undefined;
}

/** The shared words of a queue, a ring of units behind them. */
export interface QueueWords {
  head: number;
  tail: number;
  scan: number;
  ready: number;
  leased: number;
  lastId: number;
  readonly length: number[];
  readonly state: number[];
  readonly id: number[];
  readonly deliveries: number[];
  readonly payload: number[];
}

export interface Taken {
  readonly position: number;
  readonly id: number;
  readonly deliveries: number;
}

/** A violation that shows inside an operation. */
class Nonsense extends Error {}

/** What made no sense on the way, or what the step found; empty if nothing. */
export function nonsenseIn(step: () => string | undefined | void): string {
  try {
    return step() ?? '';
  } catch (error) {
    if (error instanceof Nonsense) return error.message;
    throw error;
  }
}

export function leasedTo(slot: number, generation: number): number {
  return (((generation << SLOT_BITS) | slot) << KIND_BITS) | LEASED;
}
export function isLeased(state: number): boolean {
  return (state & ((1 << KIND_BITS) - 1)) === LEASED;
}
export function slotOf(state: number): number {
  return (state >> KIND_BITS) & ((1 << SLOT_BITS) - 1);
}

export function emptyQueue(units: number): QueueWords {
  const zeros = (): number[] => Array<number>(units).fill(0);
  return {
    head: 0,
    tail: 0,
    scan: 0,
    ready: 0,
    leased: 0,
    lastId: 0,
    length: zeros(),
    state: zeros(),
    id: zeros(),
    deliveries: zeros(),
    payload: zeros(),
  };
}

export function copyQueue(q: QueueWords): QueueWords {
  return {
    ...q,
    length: q.length.slice(),
    state: q.state.slice(),
    id: q.id.slice(),
    deliveries: q.deliveries.slice(),
    payload: q.payload.slice(),
  };
}

/** Operations on one state of a queue, under one set of rules. */
export class Queue {
  readonly #q: QueueWords;
  readonly #rules: QueueRules;
  readonly #stores: Stores;

  constructor(words: QueueWords, rules: QueueRules, stores: Stores) {
    this.#q = words;
    this.#rules = rules;
    this.#stores = stores;
  }

  get words(): QueueWords {
    return this.#q;
  }

  /** Where in the ring a position lies. */
  unit(position: number): number {
    return position % this.#rules.units;
  }

  hasRoom(units: number): boolean {
    const { head, tail, ready, leased } = this.#q;
    if (ready + leased >= this.#rules.capacity) return false;
    const toEnd = this.#toEnd(tail);
    const padding = units <= toEnd || head === tail ? 0 : toEnd;
    return padding + units <= this.#rules.units - this.distance(head, tail);
  }

  put(units: number): number {
    const q = this.#q;
    const [set, { mutation }] = [this.#stores, this.#rules];
    if (units > this.#toEnd(q.tail)) this.#putPad();
    const { tail } = q;
    const id = q.lastId + 1;
    set.set(q, 'lastId', id);
    const countsFirst = mutation === 'counts change before the commit, and repair does not count';
    if (countsFirst) set.set(q, 'ready', q.ready + 1);
    const after = (tail + units) % this.#rules.wrap;
    if (mutation === 'the tail moves before the record is written') set.set(q, 'tail', after);
    const unit = tail % this.#rules.units;
    set.set(q.length, unit, units);
    set.set(q.state, unit, READY);
    set.set(q.id, unit, id);
    set.set(q.deliveries, unit, 0);
    for (let i = 0; i < units; i++) set.set(q.payload, unit + i, id);
    if (q.tail === tail) set.set(q, 'tail', after);
    if (!countsFirst) set.set(q, 'ready', q.ready + 1);
    return id;
  }

  #putPad(): void {
    const q = this.#q;
    const toEnd = this.#toEnd(q.tail);
    const unit = q.tail % this.#rules.units;
    this.#stores.set(q.length, unit, toEnd);
    this.#stores.set(q.state, unit, PAD);
    this.#stores.set(q, 'tail', (q.tail + toEnd) % this.#rules.wrap);
    this.#reclaim();
  }

  /** Takes the oldest for good (DONE) or as the lease that `as` says. `look` sees it where it is copied. */
  take(as: number, look: (taken: Taken) => void): Taken | undefined {
    const q = this.#q;
    const [set, { mutation }] = [this.#stores, this.#rules];
    if (q.ready === 0) return undefined;
    const position = this.#firstReady();
    const unit = position % this.#rules.units;
    const deliveries = (q.deliveries[unit] as number) + 1;
    set.set(q.deliveries, unit, deliveries);
    const taken = { position, id: q.id[unit] as number, deliveries };
    const countsFirst = mutation === 'counts change before the commit, and repair does not count';
    if (countsFirst) set.set(q, 'ready', q.ready - 1);
    if (mutation !== 'a taker marks DONE, then copies, then leaves') look(taken);
    set.set(q.state, unit, as);
    if (mutation === 'a taker marks DONE, then copies, then leaves') look(taken);
    if (as !== DONE) set.set(q, 'leased', q.leased + 1);
    set.set(q, 'scan', this.#after(position));
    if (!countsFirst) set.set(q, 'ready', q.ready - 1);
    if (as === DONE) this.#reclaim();
    return taken;
  }

  #firstReady(): number {
    const found = this.positions(this.#q.scan).find((position) => this.state(position) === READY);
    if (found === undefined) throw new Nonsense('an item is counted that is not there');
    return found;
  }

  /** Ends a lease. False if there is none such. */
  settle(position: number, id: number, lease: number, end: typeof DONE | typeof READY): boolean {
    const q = this.#q;
    const [set, { mutation }] = [this.#stores, this.#rules];
    if (this.distance(q.head, position) >= this.distance(q.head, q.tail)) return false;
    const unit = position % this.#rules.units;
    if (q.id[unit] !== id && mutation !== 'leases end without a look at the id') return false;
    if (q.state[unit] !== lease) return false;
    set.set(q.state, unit, end);
    if (end === READY) {
      if (mutation !== 'scan stays where it is when an item is given back') set.set(q, 'scan', q.head);
      set.set(q, 'ready', q.ready + 1);
    }
    set.set(q, 'leased', q.leased - 1);
    if (mutation !== 'nothing is reclaimed when a lease ends') this.#reclaim();
    return true;
  }

  /** Gives the leases of a dead one to others. */
  reap(mark: number): void {
    if (this.#q.leased === 0) return;
    const anyGeneration = this.#rules.mutation === 'a slot is reaped, whatever its generation';
    for (const position of this.positions()) {
      const state = this.state(position);
      const isHis = anyGeneration ? isLeased(state) && slotOf(state) === slotOf(mark) : state === mark;
      if (isHis) this.#stores.set(this.#q.state, position % this.#rules.units, READY);
    }
    this.repair();
  }

  repair(): void {
    const q = this.#q;
    const { mutation } = this.#rules;
    this.#reclaim();
    const states = this.positions().map((position) => this.state(position));
    if (mutation !== 'repair leaves scan where it is') this.#stores.set(q, 'scan', q.head);
    if (mutation === 'counts change before the commit, and repair does not count') return;
    this.#stores.set(q, 'ready', states.filter((state) => state === READY).length);
    if (mutation !== 'repair forgets the leased')
      this.#stores.set(q, 'leased', states.filter(isLeased).length);
  }

  #reclaim(): void {
    const q = this.#q;
    const passesLeased = this.#rules.mutation === 'the head moves past leased records';
    const isNeeded = (state: number): boolean =>
      state !== DONE && state !== PAD && !(passesLeased && isLeased(state));
    const head = this.positions().find((position) => isNeeded(this.state(position))) ?? q.tail;
    if (head === q.head) return;
    if (this.distance(q.head, q.scan) < this.distance(q.head, head)) this.#stores.set(q, 'scan', head);
    this.#stores.set(q, 'head', head);
  }

  state(position: number): number {
    return this.#q.state[position % this.#rules.units] as number;
  }

  /** Where the records lie from `from`, or the head, up to the tail. */
  positions(from: number = this.#q.head): number[] {
    const found: number[] = [];
    for (let position = from; position !== this.#q.tail; position = this.#after(position))
      found.push(position);
    return found;
  }

  #after(position: number): number {
    const length = this.#q.length[position % this.#rules.units] as number;
    const left = Math.min(this.distance(position, this.#q.tail), this.#toEnd(position));
    if (length < 1 || length > left) throw new Nonsense('a record reaches beyond its end');
    return (position + length) % this.#rules.wrap;
  }

  #toEnd(position: number): number {
    return this.#rules.units - (position % this.#rules.units);
  }

  distance(from: number, to: number): number {
    return (to - from + this.#rules.wrap) % this.#rules.wrap;
  }
}
