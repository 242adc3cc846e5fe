/** A layout that is accepted is right: in order, aligned, without holes, of the size it says. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Field, type FieldType, layout } from '../../../src/base/layout.ts';

const SIZES = { u8: 1, u16: 2, i32: 4, u32: 4, f64: 8, u64: 8, pad: 1 } as const;

type Fields = Record<string, Field>;

/** A correct table of fields, and the size of the whole. */
const tables = fc
  .array(
    fc.record({
      type: fc.constantFrom<FieldType>('u8', 'u16', 'i32', 'u32', 'f64', 'u64', 'pad'),
      count: fc.integer({ min: 1, max: 5 }),
    }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((wanted) => {
    const fields: Fields = {};
    let end = 0;
    for (const [index, { type, count }] of wanted.entries()) {
      const gap = -end & (SIZES[type] - 1);
      if (gap > 0) fields[`gap${index}`] = [end, 'pad', gap];
      end += gap;
      fields[`field${index}`] = count === 1 ? [end, type] : [end, type, count];
      end += SIZES[type] * count;
    }
    return { fields, sizeBytes: end };
  });

test('layout() gives the offset of each field, and the size of the whole', () => {
  const offsets = layout('record', 24, {
    length: [0, 'u32'],
    state: [4, 'u8'],
    spare: [5, 'pad', 3],
    id: [8, 'f64'],
    pair: [16, 'i32', 2],
  });
  assert.deepEqual({ ...offsets }, { length: 0, state: 4, spare: 5, id: 8, pair: 16, sizeBytes: 24 });
});

test('layout() gives offsets that nobody can change', () => {
  const offsets = layout('record', 4, { word: [0, 'u32'] });
  assert.ok(Object.isFrozen(offsets));
});

test('layout() accepts every correct table', () => {
  fc.assert(
    fc.property(tables, ({ fields, sizeBytes }) => {
      const offsets = layout('record', sizeBytes, fields);
      for (const [name, [offset]] of Object.entries(fields)) assert.equal(offsets[name], offset);
      assert.equal(offsets.sizeBytes, sizeBytes);
    }),
  );
});

test('layout() refuses a table with one offset moved, or another size, and says where', () => {
  fc.assert(
    fc.property(tables, fc.nat(), fc.constantFrom(-8, -4, -1, 1, 4, 8), ({ fields, sizeBytes }, pick, by) => {
      const names = Object.keys(fields);
      const name = names[pick % names.length]!;
      const [offset, ...rest] = fields[name]!;
      const moved: Fields = { ...fields, [name]: [offset + by, ...rest] };
      assert.throws(
        () => layout('record', sizeBytes, moved),
        new RegExp(`Broken belief: record\\.${name}\\b`),
      );
      assert.throws(
        () => layout('record', sizeBytes + by, fields),
        /Broken belief: record is \d+ bytes, not/,
      );
    }),
  );
});

test('layout() refuses a field that is not aligned to its size', () => {
  for (const type of ['u16', 'i32', 'u32', 'f64', 'u64'] as const) {
    const fields: Fields = { one: [0, 'u8'], other: [1, type] };
    assert.throws(() => layout('record', 1 + SIZES[type], fields), /record\.other is aligned to \d bytes/);
  }
});

test('layout() refuses fields out of order', () => {
  assert.throws(() => layout('record', 8, { second: [4, 'u32'], first: [0, 'u32'] }), /record\.second/);
});

test('layout() refuses a field with the name of its own size', () => {
  const fields: Fields = { sizeBytes: [0, 'u32'] };
  assert.throws(() => layout('record', 4, fields), /sizeBytes/);
});
