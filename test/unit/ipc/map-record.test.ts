/** Records say what was written into them, wherever they lie, and touch nothing beside them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MapKey, mapKey } from '../../../src/ipc/map-key.ts';
import { MapRecords, type NewEntry, RECORD_BYTES_MIN, recordBytes } from '../../../src/ipc/map-record.ts';

const SEED = 7;
const entries: fc.Arbitrary<NewEntry> = fc.record({
  key: fc.string({ unit: 'binary', maxLength: 100 }).map((text) => mapKey(text, SEED)),
  id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  birth: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  value: fc.uint8Array({ maxLength: 400, size: 'max' }),
  hasLinks: fc.boolean(),
});

function check(records: MapRecords, position: number, entry: NewEntry, next: number): void {
  const { key, id, birth, value, hasLinks } = entry;
  assert.equal(records.next(position), next);
  assert.equal(records.hash(position), key.hash);
  assert.equal(records.id(position), id);
  assert.equal(records.birth(position), birth);
  assert.equal(records.hasLinks(position), hasLinks);
  assert.equal(records.sizeAt(position), recordBytes(key, value.length));
  assert.equal(records.isOf(position, key), true);
  assert.equal(records.key(position), key.text);
  assert.deepEqual(records.value(position), value);
}

test('A record says what was written into it, and so does a copy of it elsewhere', () => {
  fc.assert(
    fc.property(entries, fc.integer({ min: 0, max: 5 }), (entry, line) => {
      const memory = new ArrayBuffer(4096);
      const bytes = new Uint8Array(memory).fill(0xaa);
      const [here, there] = [new MapRecords(memory, 0, 2048), new MapRecords(memory, 2048, 2048)];
      const sizeBytes = recordBytes(entry.key, entry.value.length);
      here.write(line * 8, entry, 24);
      check(here, line * 8, entry, 24);
      there.copy(16, here, line * 8, 0);
      check(there, 16, entry, 0);
      check(here, line * 8, entry, 24);
      const written = [
        [line * 8, line * 8 + sizeBytes],
        [2048 + 16, 2048 + 16 + sizeBytes],
      ] as const;
      const isBeside = (index: number): boolean => !written.some(([from, to]) => from <= index && index < to);
      for (const [index, byte] of bytes.entries()) if (isBeside(index)) assert.equal(byte, 0xaa);
    }),
    { numRuns: 300 },
  );
});

test('A value that was read is a copy', () => {
  const records = new MapRecords(new ArrayBuffer(128), 0, 128);
  const entry = { key: mapKey('k', SEED), id: 1, birth: 1, value: Buffer.from('value'), hasLinks: false };
  records.write(0, entry, 0);
  const value = records.value(0);
  records.write(0, { ...entry, value: Buffer.from('other') }, 0);
  assert.equal(Buffer.from(value).toString(), 'value');
});

test('A record is of no other key, even of one that has the same hash', () => {
  const records = new MapRecords(new ArrayBuffer(128), 0, 128);
  const key = mapKey('some', SEED);
  records.write(0, { key, id: 1, birth: 1, value: new Uint8Array(8), hasLinks: false }, 0);
  const others: MapKey[] = [
    mapKey('same', SEED),
    { ...mapKey('same', SEED), hash: key.hash },
    { ...key, shape: key.shape + 1 },
    { ...key, hash: key.hash ^ 1 },
  ];
  for (const other of others) assert.equal(records.isOf(0, other), false);
});

test('The size of a record is exact, also of one that no memory could hold', () => {
  const key = (length: number): MapKey => ({ text: '', hash: 0, shape: length * 2 });
  assert.equal(recordBytes(key(0), 0), RECORD_BYTES_MIN);
  assert.equal(recordBytes(key(1), 8), RECORD_BYTES_MIN + 16);
  assert.equal(recordBytes(key(8), 9), RECORD_BYTES_MIN + 24);
  assert.equal(recordBytes(key(2 ** 30 - 1), 2 ** 31 - 1), RECORD_BYTES_MIN + 2 ** 30 + 2 ** 31);
});
