/**
 * The ledger: who waits for what, in the whole tree, as one table of the house.
 *
 * Only those write here who are about to wait for long, and those who are asked to tell everything; whoever looks
 * for a cycle, or looks on from outside, reads it.
 *
 *     offset  size        part
 *     0       4           top      entries from this index on are free (a hint, never too low)
 *     128     383 × 128   entries
 *
 *     offset  size  field      meaning
 *     0       4     tag        of the participant whose entry it is; NOBODY: it stays; 0: free
 *     4       4     kind       WAIT, HOLD, ORDER
 *     8       4     strand     which strand of the participant waits or holds; 0: the whole thread
 *     12      4     object     the lock that is waited for or held: offset in lines of 64 bytes
 *     16      4     serial     and its serial number
 *     20      4     other      ORDER: the lock that was held when `object` was taken
 *     24      4     otherSerial; WAIT: the mode of the wait, see sync/holders.ts
 *     28      4     -
 *     32      96    site       the line of code that waits or took it; ORDER: 48 bytes
 *     80      48    otherSite  ORDER: the line of code that had taken `other`
 *
 * All of it happens inside one guard of the house. An entry is written by the store of its tag, and gone with it, so
 * there is nothing to repair. What the dead wrote is taken out when they are reaped.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { type Arena, LEDGER_BYTES, LEDGER_OFFSET } from './arena.ts';
import type { Guard } from './guard.ts';
import { labelFits, readLabel, writeLabel } from './label.ts';
import type { Tag } from './slots.ts';

const ENTRY = layout('ledger entry', 128, {
  tag: [0, 'u32'],
  kind: [4, 'u32'],
  strand: [8, 'u32'],
  object: [12, 'u32'],
  serial: [16, 'u32'],
  other: [20, 'u32'],
  otherSerial: [24, 'u32'],
  spare: [28, 'pad', 4],
  site: [32, 'u8', 48],
  otherSite: [80, 'u8', 48],
});
const BYTES = ENTRY.sizeBytes;
const WORDS = BYTES / 4;
const SITE_BYTES = 96;
/** Of two in one entry. */
const HALF_BYTES = 48;
/** Entries at most. One more is not made: then somebody's wait is not seen by others. */
export const LEDGER_LIMIT: number = LEDGER_BYTES / BYTES - 1;

const KINDS = ['wait', 'hold', 'order'] as const;
export type EntryKind = (typeof KINDS)[number];
/** Stands for nobody in particular: such an entry outlives whoever made it. */
const NOBODY = -1;

/** A shared object, by where it lies. */
export interface Place {
  readonly offset: number;
  readonly serial: number;
}

export interface Entry {
  readonly index: number;
  readonly tag: Tag;
  readonly kind: EntryKind;
  readonly strand: number;
  readonly object: Place;
  readonly other: Place;
}

export class Ledger {
  readonly #guard: Guard;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(arena: Arena, guard: Guard) {
    const buffer = arena.view(LEDGER_OFFSET, LEDGER_BYTES);
    this.#guard = guard;
    this.#words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Takes a step inside the guard of the ledger; everything else here is to be called in one. */
  inside<R>(step: () => R): R {
    return this.#guard.inside(() => undefined, step);
  }

  /** Writes an entry, and gives its index; −1 when there is no room. */
  add(kind: 'wait' | 'hold', tag: Tag, strand: number, object: Place, site: string, mode = 0): number {
    const index = this.#free();
    if (index < 0) return -1;
    this.#write(index, kind, strand, object);
    this.#words[this.#at(index, ENTRY.other)] = 0;
    this.#words[this.#at(index, ENTRY.otherSerial)] = mode;
    writeLabel(this.#text(index, ENTRY.site, SITE_BYTES), endOf(site, SITE_BYTES));
    this.#commit(index, tag);
    return index;
  }

  /** Notes that `object` was taken at `site` by somebody who had taken `other` at `otherSite`. False without room. */
  addOrder(object: Place, site: string, other: Place, otherSite: string): boolean {
    const index = this.#free();
    if (index < 0) return false;
    this.#write(index, 'order', 0, object);
    this.#words[this.#at(index, ENTRY.other)] = other.offset / 64;
    this.#words[this.#at(index, ENTRY.otherSerial)] = other.serial;
    writeLabel(this.#text(index, ENTRY.site, HALF_BYTES), endOf(site, HALF_BYTES));
    writeLabel(this.#text(index, ENTRY.otherSite, HALF_BYTES), endOf(otherSite, HALF_BYTES));
    this.#commit(index, NOBODY);
    return true;
  }

  /** Takes an entry out, if it is this participant's. */
  remove(index: number, tag: Tag): void {
    if (index < 0 || this.#words[this.#at(index, ENTRY.tag)] !== tag) return;
    Atomics.store(this.#words, this.#at(index, ENTRY.tag), 0);
    let top = this.#top;
    while (top > 0 && this.#words[this.#at(top - 1, ENTRY.tag)] === 0) top--;
    this.#words[0] = top;
  }

  /** All entries there are. */
  entries(): Entry[] {
    const found: Entry[] = [];
    for (let index = 0; index < this.#top; index++)
      if (this.#words[this.#at(index, ENTRY.tag)] !== 0) found.push(this.#read(index));
    return found;
  }

  site(index: number): string {
    return readLabel(this.#text(index, ENTRY.site, SITE_BYTES));
  }

  otherSite(index: number): string {
    return readLabel(this.#text(index, ENTRY.otherSite, HALF_BYTES));
  }

  /** Takes out what a dead participant wrote about itself. */
  reap(dead: Tag): void {
    for (const { index, tag } of this.entries()) if (tag === dead) this.remove(index, dead);
  }

  get #top(): number {
    return Math.min((this.#words[0] as number) >>> 0, LEDGER_LIMIT);
  }

  #free(): number {
    for (let index = 0; index < LEDGER_LIMIT; index++)
      if (this.#words[this.#at(index, ENTRY.tag)] === 0) return index;
    return -1;
  }

  #write(index: number, kind: EntryKind, strand: number, object: Place): void {
    this.#words[this.#at(index, ENTRY.kind)] = KINDS.indexOf(kind) + 1;
    this.#words[this.#at(index, ENTRY.strand)] = strand;
    this.#words[this.#at(index, ENTRY.object)] = object.offset / 64;
    this.#words[this.#at(index, ENTRY.serial)] = object.serial;
  }

  #commit(index: number, tag: Tag): void {
    this.#words[0] = Math.max(this.#top, index + 1);
    Atomics.store(this.#words, this.#at(index, ENTRY.tag), tag);
  }

  #read(index: number): Entry {
    const word = (field: number): number => this.#words[this.#at(index, field)] as number;
    return {
      index,
      tag: word(ENTRY.tag),
      kind: KINDS[word(ENTRY.kind) - 1] ?? 'wait',
      strand: word(ENTRY.strand),
      object: { offset: (word(ENTRY.object) >>> 0) * 64, serial: word(ENTRY.serial) >>> 0 },
      other: { offset: (word(ENTRY.other) >>> 0) * 64, serial: word(ENTRY.otherSerial) >>> 0 },
    };
  }

  #at(index: number, field: number): number {
    return (index + 1) * WORDS + field / 4;
  }

  #text(index: number, field: number, sizeBytes: number): Uint8Array {
    const start = (index + 1) * BYTES + field;
    return this.#bytes.subarray(start, start + sizeBytes);
  }
}

/** As much of the end of a line as fits: there stands the number. */
function endOf(site: string, sizeBytes: number): string {
  let end = site;
  for (let cut = site.length - sizeBytes; !labelFits(end, sizeBytes); cut++)
    end = `…${site.slice(Math.max(0, cut))}`;
  return end;
}
