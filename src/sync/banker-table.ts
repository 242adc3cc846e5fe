/**
 * A banker as bytes: what there is of each resource, and a table of claims. How much is available is not kept: it is
 * what there is without what is held.
 *
 *     body
 *     offset  size  field      meaning
 *     0       4     resources  how many there are
 *     4       4     avoids     1: grants only what leaves a safe state; 0: whatever is available
 *     8       4     lastId     number of the last claim; raised before its commit, so gaps may be, repeats not
 *     12      4     -
 *     16      8     grants     how many requests were granted: each death may cost one
 *     24      8     waits      how many requests had to wait
 *     32      32    -
 *     64      64    totals     of each resource
 *
 *     data: names of the resources, 64 bytes each; then for each claim a row
 *     0       4     owner      tag of the participant it belongs to, 0: the row is free
 *     4       4     id         tells the claim from others that had the row before
 *     8       4     state      COPY: which copy of `held` counts; WAITS: it waits for `request`
 *     12      4     sleepers   (derived) how many wait: one or none
 *     16      48    -
 *     64      64    max        what it may hold
 *     128     128   held       what it holds, twice
 *     256     64    request    what it waits for
 *     320     64    wait set   of its own, as each claim waits for something else (see memory/waiting.ts)
 *     384     64    name       for people: length, then UTF-8
 *
 * Everything here happens inside the object's guard. Whatever a claim does changes its own row only, by one store: of
 * `owner` when it comes and goes; of `state` when it is granted something or gives it back, after the copy of `held`
 * that does not count was written. So a death anywhere leaves the old state or the new, never some of the counts.
 *
 * Checked by stopping at each single store: test/unit/sync/banker-table.test.ts.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import {
  type Bell,
  BODY_OFFSET,
  type SharedObject,
  type Tag,
  WaitSet,
  WAIT_SET_WORDS,
} from '../memory/index.ts';
import type { Ledger } from './banker-safety.ts';

export const RESOURCES_MAX = 16;
export const CLAIMS_MAX = 64;
const NAME_BYTES = 64;

const BANKER = layout('banker', 128, {
  resources: [0, 'u32'],
  avoids: [4, 'u32'],
  lastId: [8, 'u32'],
  spare: [12, 'pad', 4],
  grants: [16, 'f64'],
  waits: [24, 'f64'],
  more: [32, 'pad', 32],
  totals: [64, 'i32', RESOURCES_MAX],
});

const ROW = layout('claim', 448, {
  owner: [0, 'u32'],
  id: [4, 'u32'],
  state: [8, 'u32'],
  sleepers: [12, 'u32'],
  spare: [16, 'pad', 48],
  max: [64, 'i32', RESOURCES_MAX],
  held: [128, 'i32', 2 * RESOURCES_MAX],
  request: [256, 'i32', RESOURCES_MAX],
  waitSet: [320, 'u32', WAIT_SET_WORDS],
  name: [384, 'u8', NAME_BYTES],
});

export const BANKER_BODY_BYTES: number = BANKER.sizeBytes;
const ROWS = RESOURCES_MAX * NAME_BYTES;
export const BANKER_DATA_BYTES: number = ROWS + CLAIMS_MAX * ROW.sizeBytes;

const RESOURCES = (BODY_OFFSET + BANKER.resources) / 4;
const AVOIDS = (BODY_OFFSET + BANKER.avoids) / 4;
const LAST_ID = (BODY_OFFSET + BANKER.lastId) / 4;
const GRANTS = (BODY_OFFSET + BANKER.grants) / 8;
const WAITS_COUNT = (BODY_OFFSET + BANKER.waits) / 8;
const TOTALS = (BODY_OFFSET + BANKER.totals) / 4;

const ROW_WORDS = ROW.sizeBytes / 4;
const OWNER = (ROWS + ROW.owner) / 4;
const ID = (ROWS + ROW.id) / 4;
const STATE = (ROWS + ROW.state) / 4;
const SLEEPERS = (ROWS + ROW.sleepers) / 4;
const MAX = (ROWS + ROW.max) / 4;
const HELD = (ROWS + ROW.held) / 4;
const REQUEST = (ROWS + ROW.request) / 4;
const WAIT_SET = (ROWS + ROW.waitSet) / 4;

const COPY = 1;
const WAITS = 2;
const ID_MASK = 0x7fffffff;

/** What of a shared object is a banker's. */
export type BankerMemory = Pick<SharedObject, 'words' | 'data'>;

/** What a banker has: names as UTF-8, each with what there is of it. */
export interface BankerFacts {
  readonly names: readonly Uint8Array[];
  readonly totals: Int32Array;
  readonly avoids: boolean;
}

export class BankerTable {
  readonly resources: number;
  readonly avoids: boolean;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #rows: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: BankerMemory) {
    const data = memory.data(BANKER_BODY_BYTES);
    this.#words = memory.words;
    this.#floats = new Float64Array(memory.words.buffer);
    this.#rows = new Int32Array(data);
    this.#bytes = new Uint8Array(data);
    this.resources = this.#words[RESOURCES] as number;
    this.avoids = this.#words[AVOIDS] !== 0;
  }

  /** Writes a new banker, before anybody else can see it. */
  static init(memory: BankerMemory, { names, totals, avoids }: BankerFacts): void {
    const bytes = new Uint8Array(memory.data(BANKER_BODY_BYTES));
    memory.words[RESOURCES] = names.length;
    memory.words[AVOIDS] = avoids ? 1 : 0;
    memory.words.set(totals, TOTALS);
    for (const [index, name] of names.entries()) writeName(bytes, index * NAME_BYTES, name);
  }

  total(resource: number): number {
    return this.#words[TOTALS + resource] as number;
  }
  /** The name of a resource, as UTF-8. */
  resourceName(resource: number): Uint8Array {
    return readName(this.#bytes, resource * NAME_BYTES);
  }
  get grants(): number {
    return this.#floats[GRANTS] as number;
  }
  get waits(): number {
    return this.#floats[WAITS_COUNT] as number;
  }

  /** Whose claim is in the row, 0 if none is. May be read outside the guard: only then it may be out of date. */
  owner(row: number): Tag {
    return Atomics.load(this.#rows, OWNER + row * ROW_WORDS);
  }
  id(row: number): number {
    return this.#rows[ID + row * ROW_WORDS] as number;
  }
  /** The name of a claim, as UTF-8. */
  name(row: number): Uint8Array {
    return readName(this.#bytes, ROWS + row * ROW.sizeBytes + ROW.name);
  }
  isWaiting(row: number): boolean {
    return (this.#state(row) & WAITS) !== 0;
  }
  max(row: number, resource: number): number {
    return this.#rows[MAX + row * ROW_WORDS + resource] as number;
  }
  held(row: number, resource: number): number {
    return this.#rows[this.#heldAt(row) + resource] as number;
  }
  /** What it waits for, if it waits. */
  requested(row: number, resource: number): number {
    return this.#rows[REQUEST + row * ROW_WORDS + resource] as number;
  }
  waitSet(row: number): WaitSet {
    return new WaitSet(this.#rows, WAIT_SET + row * ROW_WORDS, SLEEPERS + row * ROW_WORDS);
  }

  #state(row: number): number {
    return this.#rows[STATE + row * ROW_WORDS] as number;
  }
  #heldAt(row: number): number {
    return HELD + row * ROW_WORDS + (this.#state(row) & COPY) * RESOURCES_MAX;
  }

  /** Makes a claim, and gives its row; -1 if all rows are taken. */
  add(owner: Tag, max: Int32Array, name: Uint8Array): number {
    let row = 0;
    while (row < CLAIMS_MAX && this.#rows[OWNER + row * ROW_WORDS] !== 0) row++;
    if (row === CLAIMS_MAX) return -1;
    const base = row * ROW_WORDS;
    const id = ((this.#words[LAST_ID] as number) % ID_MASK) + 1;
    this.#words[LAST_ID] = id;
    this.#rows.fill(0, ID + base, (ROWS + ROW.sizeBytes) / 4 + base);
    this.#rows[ID + base] = id;
    this.#rows.set(max, MAX + base);
    writeName(this.#bytes, ROWS + row * ROW.sizeBytes + ROW.name, name);
    Atomics.store(this.#rows, OWNER + base, owner); // the commit
    return row;
  }

  /** Ends a claim: what it holds is available again. Ring before. */
  remove(row: number): void {
    Atomics.store(this.#rows, OWNER + row * ROW_WORDS, 0); // the commit
  }

  /** Gives a claim what it asked for; then it waits for nothing more. */
  grant(row: number, amounts: Int32Array): void {
    this.#hold(row, amounts, 1, ~WAITS);
    this.#floats[GRANTS] = this.grants + 1;
  }

  /** Takes back some of what a claim holds. Ring before. */
  giveBack(row: number, amounts: Int32Array): void {
    this.#hold(row, amounts, -1, ~0);
  }

  #hold(row: number, amounts: Int32Array, sign: 1 | -1, keep: number): void {
    const state = this.#state(row);
    const from = this.#heldAt(row);
    const to = HELD + row * ROW_WORDS + ((state ^ COPY) & COPY) * RESOURCES_MAX;
    for (let at = 0; at < this.resources; at++) {
      this.#rows[to + at] = (this.#rows[from + at] as number) + sign * (amounts[at] as number);
    }
    Atomics.store(this.#rows, STATE + row * ROW_WORDS, (state ^ COPY) & keep); // the commit
  }

  /** Says what a claim waits for. */
  wait(row: number, amounts: Int32Array): void {
    if (!this.isWaiting(row)) this.#floats[WAITS_COUNT] = this.waits + 1;
    this.withdraw(row);
    this.#rows.set(amounts, REQUEST + row * ROW_WORDS);
    Atomics.store(this.#rows, STATE + row * ROW_WORDS, this.#state(row) | WAITS); // the commit
  }

  /** Says that a claim waits no more. */
  withdraw(row: number): void {
    Atomics.store(this.#rows, STATE + row * ROW_WORDS, this.#state(row) & ~WAITS);
  }

  /** Wakes all who wait. To be called BEFORE anything that gives something back is committed. */
  ringAll(bell: Bell): void {
    for (let row = 0; row < CLAIMS_MAX; row++) if (this.owner(row) !== 0) this.waitSet(row).ringAll(bell);
  }

  /** Derives everything that is derived. */
  repair(): void {
    for (let row = 0; row < CLAIMS_MAX; row++) this.waitSet(row).recount();
  }

  /**
   * Enters all claims into a ledger, and gives the place of one of them in it, -1 if that row is free.
   *
   * @param need - What counts as needed: what each claim may still ask for, or what it waits for now.
   */
  enter(ledger: Ledger, need: 'rest' | 'request', wanted = -1): number {
    let place = -1;
    ledger.rows = 0;
    for (let column = 0; column < this.resources; column++) ledger.available[column] = this.total(column);
    for (let row = 0; row < CLAIMS_MAX; row++) {
      if (this.owner(row) === 0) continue;
      if (row === wanted) place = ledger.rows;
      this.#enterRow(ledger, need, row);
      ledger.rows++;
    }
    return place;
  }

  #enterRow(ledger: Ledger, need: 'rest' | 'request', row: number): void {
    const { available, columns, rows } = ledger;
    const waits = this.isWaiting(row);
    for (let column = 0; column < this.resources; column++) {
      const held = this.held(row, column);
      const request = waits ? this.requested(row, column) : 0;
      ledger.held[rows * columns + column] = held;
      ledger.need[rows * columns + column] = need === 'rest' ? this.max(row, column) - held : request;
      available[column] = (available[column] as number) - held;
    }
  }

  /** All of it as it is now, in memory of the caller's own. */
  copy(): BankerTable {
    const data = this.#rows.slice().buffer;
    return new BankerTable({ words: this.#words.slice(), data: () => data });
  }
}

function writeName(bytes: Uint8Array, at: number, name: Uint8Array): void {
  bytes.set(name, at + 1);
  bytes[at] = name.length;
}

function readName(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.slice(at + 1, at + 1 + Math.min(bytes[at] as number, NAME_BYTES - 1));
}
