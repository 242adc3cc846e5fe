/** The one piece of memory of a tree: as large as asked, costing what is touched, refused when it is another. */
import assert from 'node:assert/strict';
import { closeSync, fstatSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  AT,
  createArena,
  EXTENT_BYTES,
  EXTENT_ENTRY_BYTES,
  EXTENTS_OFFSET,
  findArenaFd,
  HEADER,
  HOUSE_GUARDS,
  houseGuardOffset,
  openArena,
  SLOTS_OFFSET,
} from '../../../src/memory/arena.ts';
import { createMemory } from '../../../src/platform/index.ts';
import { smallArena, withSize } from './small-arena.ts';

const MIB = 2 ** 20;
const opened: number[] = [];
after(() => opened.forEach((fd) => closeSync(fd)));

function refusal(why: RegExp): object {
  return { name: 'DuodaoError', code: 'protocol', message: why };
}

test('createArena() makes what the environment asks for, 1024 MiB if it does not', () => {
  for (const [text, mib] of [
    [undefined, 1024],
    ['1', 1],
    ['3', 3],
    ['65536', 65_536],
  ] as const) {
    const arena = withSize(text, createArena);
    opened.push(arena.fd);
    assert.equal(arena.sizeBytes, mib * MIB);
    assert.equal(fstatSync(arena.fd).size, mib * MIB);
  }
});

test('createArena() refuses a size that is none, and says what a good one is', () => {
  for (const text of ['0', '-1', '1.5', 'many', '', '65537', 'Infinity', 'NaN']) {
    assert.throws(() => withSize(text, createArena), {
      name: 'RangeError',
      message: new RegExp(`^Cannot .* as DUODAO_ARENA_MIB must be .* 1 to 65536: current value is ${text}$`),
    });
  }
});

test('The parts of an arena lie one behind the other, and its extents fill it to the end', () => {
  for (const mib of [1, 2, 1024, 65_536]) {
    const { heapOffset, extentCount, sizeBytes } = mib < 3 ? smallArena(mib) : withSize(`${mib}`, tracked);
    assert.ok(heapOffset >= EXTENTS_OFFSET + extentCount * EXTENT_ENTRY_BYTES);
    assert.equal(heapOffset % EXTENT_BYTES, 0);
    assert.equal(heapOffset + extentCount * EXTENT_BYTES, sizeBytes);
    assert.ok(extentCount > 0);
  }
});

function tracked(): ReturnType<typeof createArena> {
  const arena = createArena();
  opened.push(arena.fd);
  return arena;
}

test('The guards of the house have a line each, between the header and the slots', () => {
  const names = Object.keys(HOUSE_GUARDS) as (keyof typeof HOUSE_GUARDS)[];
  const offsets = names.map(houseGuardOffset).sort((a, b) => a - b);
  assert.equal(new Set(offsets).size, names.length);
  assert.ok(offsets.every((offset) => offset % 64 === 0));
  assert.ok(offsets[0]! >= HEADER.sizeBytes && offsets.at(-1)! + 64 <= SLOTS_OFFSET);
});

test('An arena costs what is touched of it, however large it is', () => {
  const arena = withSize('65536', tracked);
  assert.ok(fstatSync(arena.fd).blocks * 512 < MIB);
  assert.ok(process.memoryUsage.rss() < 1024 * MIB);
});

test('openArena() sees the same memory, and the same facts', () => {
  const made = smallArena();
  const found = openArena(made.fd);
  assert.notEqual(found.addressOf(0), made.addressOf(0));
  const facts = ({ sizeBytes, heapOffset, extentCount, id }: typeof made): unknown[] => [
    sizeBytes,
    heapOffset,
    extentCount,
    id,
  ];
  assert.deepEqual(facts(found), facts(made));
  new Uint8Array(made.view(made.heapOffset, 8))[3] = 7;
  assert.equal(new Uint8Array(found.view(made.heapOffset, 8))[3], 7);
});

test('openArena() refuses memory that is no arena, and says why', () => {
  const foreign = createMemory('something', MIB);
  const tiny = createMemory('something', 4096);
  opened.push(foreign, tiny);
  assert.throws(() => openArena(tiny), refusal(/it holds only 4096 bytes/));
  assert.throws(() => openArena(foreign), refusal(/it does not begin like one/));
});

test('openArena() refuses an arena of another version, another size, another pid namespace', () => {
  const { fd, header, sizeBytes } = smallArena();
  const floats = new Float64Array(header.buffer);
  const refuses = (words: Int32Array | Float64Array, index: number, value: number, why: RegExp): void => {
    const before = words[index]!;
    words[index] = value;
    assert.throws(() => openArena(fd), refusal(why));
    words[index] = before;
    openArena(fd);
  };
  refuses(header, AT.magic, 1, /does not begin like one/);
  refuses(header, AT.abi, header[AT.abi]! + 1, /it has layout \d+, this duodao has \d+/);
  refuses(floats, HEADER.arenaBytes / 8, sizeBytes * 2, /its size is not what its header says/);
  refuses(floats, HEADER.pidNamespace / 8, 1, /it comes from another pid namespace/);
});

test('view() gives a buffer of its own, and never beyond the arena', () => {
  const { view, sizeBytes } = smallArena();
  assert.equal(view(4096, 64).byteLength, 64);
  assert.equal(view(sizeBytes - 64, 64).byteLength, 64);
  for (const [offset, length] of [
    [-64, 64],
    [sizeBytes, 64],
    [sizeBytes - 64, 128],
    [0, sizeBytes + 8],
    [0, 0],
    [0, -8],
    [Number.NaN, 64],
    [0, Number.NaN],
    [0, 0.5],
    [0, Number.MIN_VALUE],
  ] as const) {
    assert.throws(() => view(offset, length), refusal(/^Cannot view/), `${length} bytes at ${offset}`);
  }
});

test('Two arenas have ids that differ, so that a handle of one is refused in the other', () => {
  assert.equal(new Set([smallArena(), smallArena(), smallArena()].map(({ id }) => id)).size, 3);
});

test('findArenaFd() gives the lowest descriptor of an arena that this process has', () => {
  const own = [...opened, smallArena().fd];
  const found = findArenaFd()!;
  assert.ok(found <= Math.min(...own));
});
