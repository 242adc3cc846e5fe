/**
 * Half of a map finds what was put into it, and lives with whatever its memory says: it reads and writes only inside
 * itself, each call ends, and nonsense is refused as `broken`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DuodaoError } from '../../../src/index.ts';
import { MapBody } from '../../../src/ipc/map-body.ts';
import { MapHalf, overheadBytes } from '../../../src/ipc/map-half.ts';
import { mapKey } from '../../../src/ipc/map-key.ts';
import { BODY_WORD, get, Memory, put, remove } from './map-memory.ts';

const broken = { name: 'DuodaoError', code: 'broken' };
const SEED = 3;
const [BUCKETS, TAIL, TABLE] = [0, 1, 4];

function add(half: MapHalf, name: string, id: number, value = ''): void {
  const key = mapKey(name, SEED);
  half.put(half.find(key), { key, id, birth: id, value: Buffer.from(value), hasLinks: false });
}

const namesOf = (half: MapHalf): string[] => [...half.positions()].map((at) => half.records.key(at)).sort();

test('MapHalf finds in one chain or many what was put in, and no more what was taken out', () => {
  for (const buckets of [2, 64]) {
    const half = new MapHalf(new ArrayBuffer(8192));
    half.begin(buckets);
    const names = Array.from({ length: 40 }, (_, index) => `key ${index}`);
    for (const [index, name] of names.entries()) add(half, name, index + 1);
    assert.deepEqual([half.entries, namesOf(half)], [40, names.toSorted()]);
    // From the start, the middle and the end of the chains.
    for (const name of names.filter((_, index) => index % 3 === 0))
      half.remove(half.find(mapKey(name, SEED)));
    const left = names.filter((_, index) => index % 3 !== 0);
    assert.deepEqual(namesOf(half), left.toSorted());
    for (const name of left) add(half, name, 100, 'new');
    assert.deepEqual([half.entries, namesOf(half)], [left.length, left.toSorted()]);
    for (const name of names) {
      const { position } = half.find(mapKey(name, SEED));
      assert.equal(position !== 0 && half.records.id(position) === 100, left.includes(name));
    }
    const { liveBytes, garbageBytes, freeBytes } = half;
    assert.equal(overheadBytes(buckets) + liveBytes + garbageBytes + freeBytes, 8192);
  }
});

test('MapHalf that adopts all records of another one has the same entries and no garbage', () => {
  const memory = new ArrayBuffer(4096);
  const [half, other] = [new MapHalf(memory, 0, 2048), new MapHalf(memory, 2048, 2048)];
  half.begin(2);
  for (let index = 0; index < 20; index++) add(half, `k${index % 9}`, index + 1, `${index}`);
  other.begin(8);
  for (const position of half.positions()) other.adopt(half.records, position);
  assert.deepEqual(namesOf(other), namesOf(half));
  assert.deepEqual([other.entries, other.liveBytes, other.garbageBytes], [9, half.liveBytes, 0]);
  for (let index = 0; index < 9; index++) {
    const { position } = other.find(mapKey(`k${index}`, SEED));
    assert.equal(other.records.id(position), half.records.id(half.find(mapKey(`k${index}`, SEED)).position));
  }
});

test('A copy of a half has its entries, and no more of its memory than is in use', () => {
  const half = new MapHalf(new ArrayBuffer(8192), 4096, 4096);
  half.begin(4);
  add(half, 'a', 1, 'one');
  const copy = half.copy();
  add(half, 'b', 2);
  assert.deepEqual(namesOf(copy), ['a']);
  assert.deepEqual([copy.sizeBytes, copy.freeBytes], [4096 - half.freeBytes - 40, 0]);
});

/** A half with one record in a chain, behind garbage; and its words. */
function small(): { half: MapHalf; words: Int32Array; link: number; first: number } {
  const memory = new ArrayBuffer(512);
  const half = new MapHalf(memory);
  half.begin(2);
  add(half, 'gone', 1, 'x'.repeat(40));
  half.remove(half.find(mapKey('gone', SEED)));
  add(half, 'a', 2, 'one');
  const words = new Int32Array(memory);
  const link = words[TABLE] === 0 ? TABLE + 1 : TABLE;
  return { half, words, link, first: words[link] as number };
}

test('MapHalf refuses a header, a link or a record that cannot be', () => {
  const spoil: Record<string, (words: Int32Array, link: number, first: number) => void> = {
    'no chains': (words) => (words[BUCKETS] = 0),
    'one chain': (words) => (words[BUCKETS] = 1),
    'three chains': (words) => (words[BUCKETS] = 3),
    'more chains than memory': (words) => (words[BUCKETS] = 2 ** 30),
    'a negative number of chains': (words) => (words[BUCKETS] = -(2 ** 31)),
    'a tail before the log': (words) => (words[TAIL] = 16),
    'a negative tail': (words) => (words[TAIL] = -8),
    'a tail beyond the memory': (words) => (words[TAIL] = 520),
    'a tail in the middle of a word': (words, _link, first) => (words[TAIL] = first + 41),
    'a link into the table': (words, link) => (words[link] = 8),
    'a negative link': (words, link) => (words[link] = -8),
    'a link into the middle of a record': (words, link, first) => (words[link] = first + 4),
    'a link behind the tail': (words, link) => (words[link] = words[TAIL] as number),
    'a link beyond the memory': (words, link) => (words[link] = 2 ** 30),
    'a record in a circle': (words, _link, first) => (words[first / 4] = first),
    'a key beyond the tail': (words, _link, first) => (words[first / 4 + 6] = 1000),
    'a value a little beyond the tail': (words, _link, first) => (words[first / 4 + 7] = 9 * 2),
    'a value far beyond the tail': (words, _link, first) => (words[first / 4 + 7] = -1),
    'a record without a number': (words, _link, first) => words.fill(0, first / 4 + 2, first / 4 + 4),
    'a number that is none': (words, _link, first) => words.fill(-1, first / 4 + 2, first / 4 + 4),
  };
  for (const [what, change] of Object.entries(spoil)) {
    const { half, words, link, first } = small();
    change(words, link, first);
    const name = words[link] === first && first === words[first / 4] ? 'another key' : 'a';
    const inChain = Array.from({ length: 99 }, (_, index) => `${name}${index || ''}`).find(
      (it) => (mapKey(it, SEED).hash & 1) === link - TABLE,
    ) as string;
    assert.throws(() => half.find(mapKey(inChain, SEED)), broken, `find: ${what}`);
    assert.throws(() => [...half.positions()], broken, `positions: ${what}`);
    assert.throws(() => half.recount(), broken, `recount: ${what}`);
  }
});

test('MapHalf refuses chains that cross, as they would be walked again for each of them', () => {
  const memory = new ArrayBuffer(4096);
  const half = new MapHalf(memory);
  half.begin(64);
  add(half, 'a', 1);
  const words = new Int32Array(memory, 0, TABLE + 64);
  words.fill(half.find(mapKey('a', SEED)).position, TABLE);
  assert.throws(() => [...half.positions()], broken);
});

test('A map lives with whatever its memory says', () => {
  let refused = 0;
  const spoils = fc.array(
    fc.record({
      at: fc.nat(),
      word: fc.oneof(
        fc.integer(),
        fc.integer({ min: 0, max: 640 }),
        fc.nat(80).map((it) => it * 8),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const names = Array.from({ length: 8 }, (_, index) => `k${index}`);
  fc.assert(
    fc.property(spoils, fc.boolean(), (changes, repaired) => {
      const memory = Memory.of(512, SEED);
      const body = new MapBody(memory);
      for (const name of [...names, ...names.slice(0, 4)]) put(body, name, `value of ${name}`);
      const words = new Int32Array(memory.data());
      for (const { at, word } of changes) {
        // Now and then the body itself: which half is in use, and the number of changes.
        if (at % 16 === 0) memory.words[BODY_WORD + ((at >> 4) % 16)] = word;
        else words[at % (words.length * 0.75)] = word;
      }
      if (repaired) body.repair();
      for (const name of [...names, 'new']) {
        for (const act of [
          () => get(body, name),
          () => put(body, name, 'another value'.repeat(8)),
          () => remove(body, name),
          () => [...body.copy().positions()],
          () => body.valuesWithLinks(),
        ]) {
          try {
            act();
          } catch (error) {
            assert.ok(error instanceof DuodaoError && error.code === 'broken', String(error));
            refused++;
          }
        }
      }
      body.repair();
    }),
    { numRuns: 2000 },
  );
  assert.ok(refused > 1000, `only ${refused} were refused`);
});
