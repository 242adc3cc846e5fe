/**
 * What a queue keeps about its ring of records (record-ring.ts), as bytes.
 *
 *     offset  size  field      meaning
 *     0       4     capacity   items at most
 *     4       4     closed     1: nothing more is put; 2: so it is, as those who could are gone (pipe.ts)
 *     8       4     head       where the oldest record that somebody needs begins (derived)
 *     12      4     tail       where the next record will begin: moving it is the commit of a put
 *     16      4     scan       no record before this one is READY (derived)
 *     20      4     ready      how many are READY (derived)
 *     24      4     leased     how many are LEASED (derived)
 *     28      4     claimed    how many are CLAIMED (derived)
 *     32      8     lastId     of the last record; raised before its commit, so gaps may be, repeats not
 *     40      12    sleepers   (derived) in the three wait sets
 *     52      4     dead       how many are DEAD (derived)
 *     56      4     deathLimit takers that die of an item before it is a dead letter; 0: there are none
 *     60      4     -
 *     64      64    getters    wait set: until an item is READY, or none can come
 *     128     64    putters    wait set: until there is room
 *     192     64    joiners    wait set: until every item is done
 *
 * Who changes what and when: queue-body.ts and queue-upkeep.ts.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { type Bell, BODY_OFFSET, here, type SharedObject, WaitSet } from '../memory/index.ts';
import { RecordRing } from './record-ring.ts';

const QUEUE = layout('queue', 256, {
  capacity: [0, 'u32'],
  closed: [4, 'u32'],
  head: [8, 'u32'],
  tail: [12, 'u32'],
  scan: [16, 'u32'],
  ready: [20, 'u32'],
  leased: [24, 'u32'],
  claimed: [28, 'u32'],
  lastId: [32, 'f64'],
  sleepers: [40, 'u32', 3],
  dead: [52, 'u32'],
  deathLimit: [56, 'u32'],
  spare: [60, 'pad', 4],
  getters: [64, 'u32', 16],
  putters: [128, 'u32', 16],
  joiners: [192, 'u32', 16],
});

export const QUEUE_BODY_BYTES: number = QUEUE.sizeBytes;
/** The capacity of a queue that is bounded by its bytes only. */
export const UNBOUNDED = 0xffffffff;

const at = (offset: number): number => (BODY_OFFSET + offset) / 4;
const CAPACITY = at(QUEUE.capacity);
const CLOSED = at(QUEUE.closed);
const HEAD = at(QUEUE.head);
const TAIL = at(QUEUE.tail);
const SCAN = at(QUEUE.scan);
const READY_COUNT = at(QUEUE.ready);
const LEASED_COUNT = at(QUEUE.leased);
const CLAIMED_COUNT = at(QUEUE.claimed);
const DEAD_COUNT = at(QUEUE.dead);
const DEATH_LIMIT = at(QUEUE.deathLimit);
const LAST_ID = (BODY_OFFSET + QUEUE.lastId) / 8;
const COUNTS = { ready: READY_COUNT, leased: LEASED_COUNT, dead: DEAD_COUNT };
const SLEEPERS = at(QUEUE.sleepers);

/** One thread's access to the bytes of a queue. */
export class QueueFields {
  readonly ring: RecordRing;
  readonly bell: Bell;
  readonly getters: WaitSet;
  readonly putters: WaitSet;
  readonly joiners: WaitSet;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;

  constructor(object: SharedObject) {
    this.#words = object.words;
    this.#floats = new Float64Array(object.words.buffer);
    this.bell = here().bell;
    this.getters = new WaitSet(object.words, at(QUEUE.getters), SLEEPERS);
    this.putters = new WaitSet(object.words, at(QUEUE.putters), SLEEPERS + 1);
    this.joiners = new WaitSet(object.words, at(QUEUE.joiners), SLEEPERS + 2);
    this.ring = new RecordRing(object.data(QUEUE_BODY_BYTES));
  }

  /** Writes the body of a new queue. */
  static init(object: SharedObject, capacity: number, deathLimit: number): void {
    object.words[CAPACITY] = capacity;
    object.words[DEATH_LIMIT] = deathLimit;
  }

  get capacity(): number {
    return (this.#words[CAPACITY] as number) >>> 0;
  }
  /** Takers that die of an item before it is a dead letter; 0: it never is. */
  get deathLimit(): number {
    return this.#words[DEATH_LIMIT] as number;
  }
  get ringBytes(): number {
    return this.ring.sizeBytes;
  }

  get head(): number {
    return this.#words[HEAD] as number;
  }
  set head(position: number) {
    Atomics.store(this.#words, HEAD, position);
  }
  get tail(): number {
    return this.#words[TAIL] as number;
  }
  set tail(position: number) {
    Atomics.store(this.#words, TAIL, position | 0);
  }
  get scan(): number {
    return this.#words[SCAN] as number;
  }
  set scan(position: number) {
    this.#words[SCAN] = position;
  }

  // The counts, as they are inside the guard.

  /** Items that wait to be taken. */
  get ready(): number {
    return this.#words[READY_COUNT] as number;
  }
  set ready(count: number) {
    this.#words[READY_COUNT] = count;
  }
  /** Items that are leased and not done yet. */
  get leased(): number {
    return this.#words[LEASED_COUNT] as number;
  }
  set leased(count: number) {
    this.#words[LEASED_COUNT] = count;
  }
  /** Items that are being copied in. */
  get claimed(): number {
    return this.#words[CLAIMED_COUNT] as number;
  }
  set claimed(count: number) {
    this.#words[CLAIMED_COUNT] = count;
  }
  /** Dead letters. */
  get dead(): number {
    return this.#words[DEAD_COUNT] as number;
  }
  set dead(count: number) {
    this.#words[DEAD_COUNT] = count;
  }

  /** The counts for whoever only looks, outside of the guard: a plain load might be done once for a whole loop. */
  look(what: 'ready' | 'leased' | 'dead'): number {
    return Atomics.load(this.#words, COUNTS[what]);
  }

  /** Items that are neither done nor dead letters. */
  get pending(): number {
    return this.ready + this.leased + this.claimed;
  }

  get isClosed(): boolean {
    return Atomics.load(this.#words, CLOSED) !== 0;
  }
  get isBroken(): boolean {
    return Atomics.load(this.#words, CLOSED) === 2;
  }
  /** Closes it, by loss of those who could put or not. */
  setClosed(byLoss: boolean): void {
    Atomics.store(this.#words, CLOSED, byLoss ? 2 : 1);
  }

  /** A number that no record of this queue has had. */
  nextId(): number {
    return this.nextIds(1);
  }

  /** The first of `count` numbers in a row that no record of this queue has had. */
  nextIds(count: number): number {
    const last = this.#floats[LAST_ID] as number;
    this.#floats[LAST_ID] = last + count;
    return last + 1;
  }

  /** The positions of all records. @throws DuodaoError `broken` at the first that does not lie where it says. */
  positions(): Generator<number> {
    return this.ring.positions(this.head, this.tail);
  }
}
