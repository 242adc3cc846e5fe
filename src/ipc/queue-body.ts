/**
 * A queue as bytes: what is kept about its ring of records (record-ring.ts), and the steps that change it.
 *
 *     offset  size  field      meaning
 *     0       4     capacity   items at most
 *     4       4     closed     1: nothing more is put; 2: so it is, as those who could are gone (pipe.ts)
 *     8       4     head       where the oldest record that somebody needs begins (derived)
 *     12      4     tail       where the next record will begin: moving it is the commit of a put
 *     16      4     scan       no record before this one is READY (derived)
 *     20      4     ready      how many are READY (derived)
 *     24      4     leased     how many are LEASED (derived)
 *     28      4     -
 *     32      8     lastId     of the last record; raised before its commit, so gaps may be, repeats not
 *     40      12    sleepers   (derived) in the three wait sets
 *     52      12    -
 *     64      64    getters    wait set: until an item is READY, or none can come
 *     128     64    putters    wait set: until there is room
 *     192     64    joiners    wait set: until every item is done
 *
 * Everything happens inside the object's guard. Each change is one store: of the tail, of a record's state, of
 * `closed`. Before it, those who sleep for it are rung; after it, what is derived follows. So a death anywhere leaves
 * the old state or the new, and repair() derives the rest.
 *
 * Checked by killing (test/crash) and by properties against a plain array (test/unit/ipc).
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { type Bell, BODY_OFFSET, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import type { LeaseEnd } from './lease.ts';
import { broken, DONE, isLeased, leasedTo, PAD, READY, RecordRing, recordBytes } from './record-ring.ts';

const QUEUE = layout('queue', 256, {
  capacity: [0, 'u32'],
  closed: [4, 'u32'],
  head: [8, 'u32'],
  tail: [12, 'u32'],
  scan: [16, 'u32'],
  ready: [20, 'u32'],
  leased: [24, 'u32'],
  spare: [28, 'pad', 4],
  lastId: [32, 'f64'],
  sleepers: [40, 'u32', 3],
  more: [52, 'pad', 12],
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
const LAST_ID = (BODY_OFFSET + QUEUE.lastId) / 8;
const SLEEPERS = at(QUEUE.sleepers);

/** A record as its taker sees it. */
export interface Taken {
  readonly position: number;
  readonly id: number;
  readonly deliveries: number;
  readonly links: number;
  /** A copy, the taker's own. */
  readonly bytes: Uint8Array;
}

export class QueueBody {
  readonly getters: WaitSet;
  readonly putters: WaitSet;
  readonly joiners: WaitSet;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #ring: RecordRing;
  readonly #bell: Bell;

  constructor(object: SharedObject) {
    this.#words = object.words;
    this.#floats = new Float64Array(object.words.buffer);
    this.#bell = here().bell;
    this.getters = new WaitSet(object.words, at(QUEUE.getters), SLEEPERS);
    this.putters = new WaitSet(object.words, at(QUEUE.putters), SLEEPERS + 1);
    this.joiners = new WaitSet(object.words, at(QUEUE.joiners), SLEEPERS + 2);
    this.#ring = new RecordRing(object.data(QUEUE_BODY_BYTES));
  }

  /** Writes the body of a new queue. */
  static init(object: SharedObject, capacity: number): void {
    object.words[CAPACITY] = capacity;
  }

  get capacity(): number {
    return (this.#words[CAPACITY] as number) >>> 0;
  }
  get ringBytes(): number {
    return this.#ring.sizeBytes;
  }
  /** Items that wait to be taken. */
  get ready(): number {
    return Atomics.load(this.#words, READY_COUNT);
  }
  /** Items that are leased and not done yet. */
  get leased(): number {
    return Atomics.load(this.#words, LEASED_COUNT);
  }
  get isClosed(): boolean {
    return Atomics.load(this.#words, CLOSED) !== 0;
  }
  get isBroken(): boolean {
    return Atomics.load(this.#words, CLOSED) === 2;
  }

  /** Whether an item with this many bytes of payload can be put now. */
  hasRoom(payloadBytes: number): boolean {
    if (this.ready + this.leased >= this.capacity) return false;
    const sizeBytes = recordBytes(payloadBytes);
    const [head, tail] = [this.#words[HEAD] as number, this.#words[TAIL] as number];
    const toEnd = this.#ring.toEnd(tail);
    // In an empty queue the padding is reclaimed at once.
    const padBytes = sizeBytes <= toEnd || head === tail ? 0 : toEnd;
    return padBytes + sizeBytes <= this.ringBytes - ((tail - head) >>> 0);
  }

  /** Puts an item for which there is room. */
  put(bytes: Uint8Array, links: number): void {
    const sizeBytes = recordBytes(bytes.length);
    this.getters.ringAll(this.#bell);
    if (sizeBytes > this.#ring.toEnd(this.#words[TAIL] as number)) this.#putPad();
    const tail = this.#words[TAIL] as number;
    const id = (this.#floats[LAST_ID] as number) + 1;
    this.#floats[LAST_ID] = id;
    this.#ring.write(tail, id, bytes, links);
    Atomics.store(this.#words, TAIL, (tail + sizeBytes) | 0); // the commit
    this.#count(READY_COUNT, 1);
  }

  #putPad(): void {
    const tail = this.#words[TAIL] as number;
    this.#ring.writePad(tail);
    Atomics.store(this.#words, TAIL, (tail + this.#ring.toEnd(tail)) | 0); // committed on its own
    this.#reclaim();
  }

  /** Takes the oldest READY item for good, or leases it to `lessee`; undefined if there is none. */
  take(lessee: Tag | undefined): Taken | undefined {
    if (this.#words[READY_COUNT] === 0) return undefined;
    const position = this.#firstReady();
    const taken = {
      position,
      id: this.#ring.id(position),
      deliveries: this.#ring.countDelivery(position),
      links: this.#ring.links(position),
      bytes: this.#ring.payload(position),
    };
    if (lessee === undefined) {
      this.#ringForDone();
      this.#ring.setState(position, DONE); // the commit
    } else {
      this.#ring.setState(position, leasedTo(lessee)); // the commit
      this.#count(LEASED_COUNT, 1);
    }
    this.#words[SCAN] = this.#ring.after(position, this.#words[TAIL] as number);
    this.#count(READY_COUNT, -1);
    if (lessee === undefined) this.#reclaim();
    return taken;
  }

  /** How many objects and functions the oldest READY item refers to; undefined if there is none. */
  linksOfFirst(): number | undefined {
    return this.#words[READY_COUNT] === 0 ? undefined : this.#ring.links(this.#firstReady());
  }

  #firstReady(): number {
    const tail = this.#words[TAIL] as number;
    // Not by positions(): every get comes by here, and a generator costs it a tenth.
    for (let position = this.#words[SCAN] as number; position !== tail; ) {
      const next = this.#ring.after(position, tail);
      if (this.#ring.state(position) === READY) return position;
      position = next;
    }
    throw broken('it counts an item that is not there');
  }

  /** Rings whoever an item that becomes DONE lets go on. */
  #ringForDone(): void {
    this.putters.ringAll(this.#bell);
    if (this.ready + this.leased > 1) return;
    this.joiners.ringAll(this.#bell);
    if (this.isClosed) this.getters.ringAll(this.#bell);
  }

  /** Ends a lease: the item is DONE, or READY for somebody else. False if `lessee` has no such lease. */
  settle(position: number, id: number, lessee: Tag, end: LeaseEnd): boolean {
    const head = this.#words[HEAD] as number;
    if ((position - head) >>> 0 >= ((this.#words[TAIL] as number) - head) >>> 0) return false;
    if (this.#ring.id(position) !== id || this.#ring.state(position) !== leasedTo(lessee)) return false;
    if (end === 'done') {
      this.#ringForDone();
      this.#ring.setState(position, DONE); // the commit
    } else {
      if (end === 'unread') this.#ring.uncountDelivery(position);
      this.getters.ringAll(this.#bell);
      this.#ring.setState(position, READY); // the commit
      this.#words[SCAN] = head;
      this.#count(READY_COUNT, 1);
    }
    this.#count(LEASED_COUNT, -1);
    this.#reclaim();
    return true;
  }

  /** Gives what a dead participant had leased to others. */
  reap(dead: Tag): void {
    if (this.leased === 0) return;
    const mark = leasedTo(dead);
    for (const position of this.#positions()) {
      if (this.#ring.state(position) !== mark) continue;
      this.getters.ringAll(this.#bell);
      this.#ring.setState(position, READY); // the commit
    }
    this.repair();
  }

  /** Nothing more is put; what is there can still be got. Why counts at the first time. */
  close(byLoss = false): void {
    if (this.isClosed) return;
    this.getters.ringAll(this.#bell);
    this.putters.ringAll(this.#bell);
    Atomics.store(this.#words, CLOSED, byLoss ? 2 : 1); // the commit
  }

  /** Throws everything away, what is leased too, and gives the payloads that refer to others. For a closed queue. */
  discard(): Uint8Array[] {
    const payloads = [...this.payloadsWithLinks()];
    for (const set of [this.getters, this.joiners]) set.ringAll(this.#bell);
    for (const position of this.#positions()) {
      if (this.#ring.state(position) !== PAD) this.#ring.setState(position, DONE); // a commit each
    }
    this.repair();
    return payloads;
  }

  /** Derives everything that is derived. */
  repair(): void {
    this.#reclaim();
    let ready = 0;
    let leased = 0;
    for (const position of this.#positions()) {
      const state = this.#ring.state(position);
      if (state === READY) ready++;
      if (isLeased(state)) leased++;
    }
    this.#words[SCAN] = this.#words[HEAD] as number;
    this.#words[READY_COUNT] = ready;
    this.#words[LEASED_COUNT] = leased;
    for (const set of [this.getters, this.putters, this.joiners]) set.recount();
  }

  /** Payloads of all items that refer to shared objects or functions. */
  *payloadsWithLinks(): Generator<Uint8Array> {
    for (const position of this.#positions()) {
      const state = this.#ring.state(position);
      if (state === DONE || state === PAD || this.#ring.links(position) === 0) continue;
      yield this.#ring.payload(position);
    }
  }

  /** Moves the head over what nobody needs any more. */
  #reclaim(): void {
    const from = this.#words[HEAD] as number;
    const tail = this.#words[TAIL] as number;
    let head = from;
    while (head !== tail) {
      const next = this.#ring.after(head, tail);
      const state = this.#ring.state(head);
      if (state !== DONE && state !== PAD) break;
      head = next;
    }
    if (head === from) return;
    if (((this.#words[SCAN] as number) - from) >>> 0 < (head - from) >>> 0) this.#words[SCAN] = head;
    Atomics.store(this.#words, HEAD, head);
  }

  #positions(): Generator<number> {
    return this.#ring.positions(this.#words[HEAD] as number, this.#words[TAIL] as number);
  }

  #count(index: number, change: number): void {
    Atomics.store(this.#words, index, (this.#words[index] as number) + change);
  }
}
