/**
 * Looking into an arena from outside: what others see of a tree, also while it hangs, is stopped, or was never sound.
 *
 * An onlooker takes no guard, has no slot, rings no bell and maps nothing. It reads pieces of the memory through the
 * descriptor, each into a buffer of its own, and hands these to the classes that know what the bytes mean. So nothing
 * it does can be felt inside; a read of what was never touched costs no page, which a mapping would; and memory that is
 * cut short under it is a short read, which a mapping would be killed for.
 *
 * What it sees may be of a moment in the middle of a change. It believes nothing: what the header says of the shape is
 * checked before use, each place is checked against the bounds, each loop has an end that the bytes cannot move.
 *
 * @module
 */
import { readSync } from 'node:fs';
import { DuodaoError } from '../base/index.ts';
import { sizeOf } from '../platform/index.ts';
import { Allocator, OBJECT } from './allocator.ts';
import {
  ABI,
  type Arena,
  AT,
  EXTENT_BYTES,
  EXTENT_ENTRY_BYTES,
  EXTENTS_OFFSET,
  HEADER,
  LIMIT_MIB,
  MAGIC,
  namespaceNumber,
} from './arena.ts';
import type { Guard } from './guard.ts';
import { kindOf } from './kinds.ts';
import { Ledger } from './ledger.ts';
import { BODY_OFFSET, readHeader } from './object.ts';
import { type Participant, Slots } from './slots.ts';
import { readSign } from './wait-sign.ts';

const LINE = 64;
/** How many pieces of memory are looked at: more than a sound tree has, few enough for one look. */
const PIECES_MOST = 200_000;
/** How many extents: the first 4 GiB that were used. Small pieces lie at the front, as room is found from there. */
const EXTENTS_MOST = 65_536;
/** How many objects of a class. */
const OBJECTS_MOST = 10_000;

/** What an object is called that somebody waits for, and where in the program. */
export interface SeenWait {
  /** Its class and its name, or its number: `Lock "stock"`, `Queue #7`. */
  readonly object: string;
  /** The line of code that waits; empty where nobody noted it. */
  readonly site: string;
}

/** A participant as an onlooker sees it. */
export interface SeenParticipant extends Participant {
  readonly tid: number;
  /** Of its process: see startTimeOf(). */
  readonly startTime: number;
  /** False when its thread has ended and is not yet buried. */
  readonly isAlive: boolean;
  /** Whether its thread is blocked in a wait; else its waits are of its event loop. */
  readonly isBlocked: boolean;
  readonly waits: readonly SeenWait[];
}

/** A shared object as an onlooker sees it. */
export interface SeenObject {
  readonly label: string;
  readonly body: ArrayBuffer;
}

export class Onlooker {
  readonly #arena: Arena;
  readonly #slots: Slots;
  readonly #heap: Allocator;
  readonly #ledger: Ledger;

  /**
   * @param fd - A descriptor of the arena, for reading; it is used while this object is.
   * @throws DuodaoError `protocol` when it is not an arena, or one whose layout we do not know.
   */
  constructor(fd: number) {
    this.#arena = copyingArena(fd);
    this.#slots = new Slots(this.#arena);
    this.#heap = new Allocator(this.#arena, NO_GUARD);
    this.#ledger = new Ledger(this.#arena, NO_GUARD);
  }

  /** All who take part, or did and are not yet buried. */
  participants(): SeenParticipant[] {
    const found: SeenParticipant[] = [];
    const entries = this.#ledger.entries().filter(({ kind }) => kind === 'wait');
    for (let slot = 0; slot < this.#slots.top; slot++) {
      const tag = this.#slots.tagOf(slot);
      const participant = this.#slots.isTaken(slot) ? this.#slots.describe(tag) : undefined;
      if (!participant) continue;
      const { isBlocked, lines } = readSign(this.#slots.sign(slot));
      const waits = lines.map((line) => {
        const entry = entries.find((one) => one.tag === tag && one.object.offset === line * LINE);
        return { object: this.#nameAt(line * LINE), site: entry ? this.#ledger.site(entry.index) : '' };
      });
      const isAlive = !this.#slots.isDead(slot);
      found.push({ ...participant, ...this.#slots.life(slot), isAlive, isBlocked, waits });
    }
    return found;
  }

  /** All objects of a class, with as much of their bodies. */
  objects(kind: number, bodyBytes: number): SeenObject[] {
    const found: SeenObject[] = [];
    let looked = 0;
    for (const { offset, sizeBytes, owner } of this.#heap.pieces()) {
      if (++looked > PIECES_MOST || found.length === OBJECTS_MOST) break;
      if (owner !== OBJECT || sizeBytes < BODY_OFFSET + bodyBytes) continue;
      const copy = this.#copy(offset, BODY_OFFSET + bodyBytes);
      const header = copy && readHeader(copy);
      if (header?.kind === kind) found.push({ label: header.label, body: copy!.slice(BODY_OFFSET) });
    }
    return found;
  }

  #nameAt(offset: number): string {
    const copy = this.#heap.ownerOf(offset) === OBJECT ? this.#copy(offset, BODY_OFFSET) : undefined;
    if (!copy) return 'Object';
    const { kind, label, serial } = readHeader(copy);
    const name = kindOf(kind)?.name ?? 'object';
    return `${name[0]!.toUpperCase()}${name.slice(1)} ${label ? `"${label}"` : `#${serial}`}`;
  }

  #copy(offset: number, sizeBytes: number): ArrayBuffer | undefined {
    return offset + sizeBytes <= this.#arena.sizeBytes ? this.#arena.view(offset, sizeBytes) : undefined;
  }
}

/** Stands where a guard is asked for by what only writers call. */
const NO_GUARD = {} as Guard;

/** An arena whose views are copies of what is there now. */
function copyingArena(fd: number): Arena {
  const sizeBytes = sizeOf(fd);
  const header = copyOf(fd, 0, HEADER.sizeBytes);
  const words = new Int32Array(header);
  checkHeader(words, new Float64Array(header), sizeBytes);
  words[AT.extentTop] = Math.min(words[AT.extentTop]! >>> 0, EXTENTS_MOST);
  return {
    fd,
    sizeBytes,
    heapOffset: (words[AT.heapOffset] as number) >>> 0,
    extentCount: (words[AT.extentCount] as number) >>> 0,
    id: (words[AT.arenaId] as number) >>> 0,
    header: words,
    addressOf: () => 0,
    view: (offsetBytes, length) => copyOf(fd, offsetBytes, length),
  };
}

/** What is not there reads as zeros. */
function copyOf(fd: number, offset: number, length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(fd, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.buffer;
}

/** Refuses an arena whose shape cannot be. Within this one, everything has its place and its end. */
function checkHeader(words: Int32Array, floats: Float64Array, sizeBytes: number): void {
  const [heap, extents] = [words[AT.heapOffset]! >>> 0, words[AT.extentCount]! >>> 0];
  if (words[AT.magic] !== MAGIC) throw strange('it does not begin like an arena');
  if (words[AT.abi] !== ABI) throw strange(`it has layout ${words[AT.abi]! >>> 0}, this duodao has ${ABI}`);
  if (floats[HEADER.pidNamespace / 8] !== namespaceNumber())
    throw strange('it comes from another pid namespace');
  const isSound =
    sizeBytes === floats[HEADER.arenaBytes / 8] &&
    sizeBytes <= LIMIT_MIB * 1024 * 1024 &&
    heap % EXTENT_BYTES === 0 &&
    heap >= EXTENTS_OFFSET + extents * EXTENT_ENTRY_BYTES &&
    heap + extents * EXTENT_BYTES <= sizeBytes;
  if (!isSound) throw strange('its header does not fit its size');
}

function strange(why: string): DuodaoError {
  return new DuodaoError('protocol', `Cannot look into this shared memory: ${why}`);
}
