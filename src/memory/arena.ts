/**
 * The arena: the one piece of memory that all processes of a program's tree share.
 *
 * It is a sparse, sealed memfd of a fixed size, mapped whole by each thread that takes part; pages cost nothing
 * until they are touched. The descriptor is handed to children by number, on their command line: users' own
 * children inherit the environment, but not this.
 *
 *     offset      size         part
 *     0           4096         header (below)
 *     4096        64 × 64      guards of the house, a line each: see HOUSE_GUARDS
 *     8192        512 × 256    slots of the participants (participants.ts)
 *     139264      49152        who waits for what (ledger.ts)
 *     188416      16 × n       table of extents (allocator.ts)
 *     heapOffset  64 KiB × n   extents
 *
 * Numbers are in the machine's own byte order: nobody else reads them.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { DuodaoError, layout, type Offsets } from '../base/index.ts';
import { createMemory, mapMemory, pidNamespace, sizeOf, viewMemory } from '../platform/index.ts';

/** What the kernel shows of the memory of an arena among the descriptors of a process. */
export const LABEL = 'duodao-arena';
export const MAGIC = 0x6f616475; // "udao"
/** Raised with every change of a layout in shared memory: a tree runs one version. */
export const ABI = 3;

type HeaderField =
  | 'magic'
  | 'abi'
  | 'arenaBytes'
  | 'heapOffset'
  | 'extentCount'
  | 'arenaId'
  | 'serial'
  | 'joins'
  | 'deaths'
  | 'netHits'
  | 'extentTop'
  | 'slotTop'
  | 'pidNamespace'
  | 'classHints'
  | 'spare'
  | 'end';

export const HEADER: Offsets<HeaderField> = layout('arena header', 128, {
  magic: [0, 'u32'],
  abi: [4, 'u32'],
  arenaBytes: [8, 'f64'],
  heapOffset: [16, 'u32'],
  extentCount: [20, 'u32'],
  arenaId: [24, 'u32'], //      random: a handle of another tree is refused
  serial: [28, 'u32'], //       last serial number given to an object
  joins: [32, 'u32'], //        how often somebody joined: sleepers look for new neighbours
  deaths: [36, 'u32'], //       how many participants were reaped
  netHits: [40, 'u32'], //      wake-ups that only a safety net delivered: 0, or we have a defect
  extentTop: [44, 'u32'], //    extents from this index on were never used (derived)
  slotTop: [48, 'u32'], //      slots from this index on were never used
  spare: [52, 'pad', 4],
  pidNamespace: [56, 'f64'],
  classHints: [64, 'u32', 15], // per size class: 1 + the extent where a free block was seen last (derived)
  end: [124, 'pad', 4],
});

/** Index of a header field in 32-bit words. */
export const AT = Object.freeze({
  magic: HEADER.magic / 4,
  abi: HEADER.abi / 4,
  heapOffset: HEADER.heapOffset / 4,
  extentCount: HEADER.extentCount / 4,
  arenaId: HEADER.arenaId / 4,
  serial: HEADER.serial / 4,
  joins: HEADER.joins / 4,
  deaths: HEADER.deaths / 4,
  netHits: HEADER.netHits / 4,
  extentTop: HEADER.extentTop / 4,
  slotTop: HEADER.slotTop / 4,
  classHints: HEADER.classHints / 4,
}) as Readonly<Record<Exclude<HeaderField, 'spare' | 'end' | 'arenaBytes' | 'pidNamespace'>, number>>;

/** Guards that belong to no object: which line each has. */
export const HOUSE_GUARDS = { slots: 0, heap: 1, names: 2, ledger: 3 } as const;
const GUARDS_OFFSET = 4096;
const GUARD_BYTES = 64;
export const SLOTS_OFFSET = 8192;
/** Participants at once: one for each JavaScript thread that uses shared objects. */
export const SLOT_LIMIT = 512;
export const SLOT_BYTES = 256;
export const LEDGER_OFFSET: number = SLOTS_OFFSET + SLOT_LIMIT * SLOT_BYTES;
export const LEDGER_BYTES: number = 48 * 1024;
export const EXTENTS_OFFSET: number = LEDGER_OFFSET + LEDGER_BYTES;
export const EXTENT_BYTES: number = 64 * 1024;
export const EXTENT_ENTRY_BYTES = 16;

const DEFAULT_MIB = 1024;
export const LIMIT_MIB: number = 64 * 1024;

/** One thread's mapping of the arena. */
export interface Arena {
  readonly fd: number;
  readonly sizeBytes: number;
  readonly heapOffset: number;
  readonly extentCount: number;
  readonly id: number;
  /** The header as 32-bit words. */
  readonly header: Int32Array;
  addressOf(offsetBytes: number): number;
  /** A part of the arena as an ArrayBuffer of its own. */
  view(offsetBytes: number, sizeBytes: number): ArrayBuffer;
}

/**
 * How large an arena the environment asks for: DUODAO_ARENA_MIB, 1024 by default. It is address space, not
 * memory.
 */
function wantedBytes(): number {
  const text = process.env['DUODAO_ARENA_MIB'];
  const mib = text === undefined ? DEFAULT_MIB : Number(text);
  if (!Number.isInteger(mib) || mib < 1 || mib > LIMIT_MIB) {
    throw new RangeError(
      `Cannot make shared memory as DUODAO_ARENA_MIB must be a whole number from 1 to ${LIMIT_MIB}: ` +
        `current value is ${text}`,
    );
  }
  return mib * 1024 * 1024;
}

/** Inode of the pid namespace: thread ids in guards mean nothing outside it. */
export function namespaceNumber(): number {
  return Number(/\d+/.exec(pidNamespace())?.[0]);
}

/** Makes the arena of a new tree. */
export function createArena(): Arena {
  const sizeBytes = wantedBytes();
  const fd = createMemory(LABEL, sizeBytes);
  const address = mapMemory(fd, sizeBytes);
  const most = Math.floor((sizeBytes - EXTENTS_OFFSET) / EXTENT_BYTES);
  const heapOffset = Math.ceil((EXTENTS_OFFSET + most * EXTENT_ENTRY_BYTES) / EXTENT_BYTES) * EXTENT_BYTES;
  const buffer = viewMemory(address, HEADER.sizeBytes);
  const floats = new Float64Array(buffer);
  const words = new Int32Array(buffer);
  floats[HEADER.arenaBytes / 8] = sizeBytes;
  floats[HEADER.pidNamespace / 8] = namespaceNumber();
  words[AT.abi] = ABI;
  words[AT.heapOffset] = heapOffset;
  words[AT.extentCount] = (sizeBytes - heapOffset) / EXTENT_BYTES;
  words[AT.arenaId] = randomBytes(4).readInt32LE(0);
  // Magic last: whoever sees it sees the rest.
  Atomics.store(words, AT.magic, MAGIC);
  return arenaAt(fd, address, sizeBytes, words);
}

/**
 * Maps the arena behind a descriptor that this process was given.
 *
 * @throws DuodaoError `protocol` when it is not an arena, is of another version, or comes from another pid namespace.
 */
export function openArena(fd: number): Arena {
  const sizeBytes = sizeOf(fd);
  if (sizeBytes < EXTENTS_OFFSET) throw foreign(`it holds only ${sizeBytes} bytes`);
  const address = mapMemory(fd, sizeBytes);
  const buffer = viewMemory(address, HEADER.sizeBytes);
  const words = new Int32Array(buffer);
  const floats = new Float64Array(buffer);
  if (Atomics.load(words, AT.magic) !== MAGIC) throw foreign('it does not begin like one');
  if (words[AT.abi] !== ABI) throw foreign(`it has layout ${words[AT.abi]}, this duodao has ${ABI}`);
  if (floats[HEADER.arenaBytes / 8] !== sizeBytes) throw foreign('its size is not what its header says');
  if (floats[HEADER.pidNamespace / 8] !== namespaceNumber())
    throw foreign('it comes from another pid namespace');
  return arenaAt(fd, address, sizeBytes, words);
}

function foreign(why: string): DuodaoError {
  return new DuodaoError('protocol', `Cannot use the shared memory of this descriptor: ${why}`);
}

function arenaAt(fd: number, address: number, sizeBytes: number, words: Int32Array): Arena {
  return {
    fd,
    sizeBytes,
    heapOffset: (words[AT.heapOffset] as number) >>> 0,
    extentCount: (words[AT.extentCount] as number) >>> 0,
    id: (words[AT.arenaId] as number) >>> 0,
    header: words,
    addressOf: (offsetBytes) => address + offsetBytes,
    view(offsetBytes, length) {
      const isThere = offsetBytes >= 0 && length > 0 && offsetBytes + length <= sizeBytes;
      if (!isThere || !Number.isInteger(length)) {
        throw new DuodaoError('protocol', `Cannot view ${length} bytes at ${offsetBytes} of shared memory`, {
          sizeBytes,
        });
      }
      return viewMemory(address + offsetBytes, length);
    },
  };
}

/** Where the line of a guard of the house lies. */
export function houseGuardOffset(name: keyof typeof HOUSE_GUARDS): number {
  return GUARDS_OFFSET + HOUSE_GUARDS[name] * GUARD_BYTES;
}

/** The descriptor of an arena that another thread of this process already uses: the lowest, if there are two. */
export function findArenaFd(): number | undefined {
  const found: number[] = [];
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`).startsWith(`/memfd:${LABEL}`)) found.push(Number(name));
    } catch {
      // The descriptor that read the folder is gone by now: not ours.
    }
  }
  return found.length === 0 ? undefined : Math.min(...found);
}
