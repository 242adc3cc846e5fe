/** Scalars as cells: what goes in comes out, and what is no cell is left alone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CELL_WORDS_LIMIT, cellCursor, isScalar, readCell, writeCell } from '../../../src/wire/index.ts';

const words = new Int32Array(8 * CELL_WORDS_LIMIT);

function there(values: readonly unknown[]): unknown[] | undefined {
  let at = 0;
  for (const value of values) {
    at = writeCell(words, at, value);
    if (at < 0) return undefined;
  }
  cellCursor.at = 0;
  const back = values.map(() => readCell(words));
  assert.equal(cellCursor.at, at, 'the cursor stands behind the last cell');
  return back;
}

test('Cells give back what was written, bit by bit, one behind the other', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 64 });
  const cell = fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0), ascii);
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 8 }), (values) => {
      const back = there(values);
      assert.ok(back);
      for (const [index, value] of values.entries()) assert.ok(Object.is(back[index], value), String(value));
    }),
  );
});

test('The edges of numbers and of texts cross as they are', () => {
  const edges = [2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324];
  for (const value of [...edges, '', 'a', 'abcd', 'x'.repeat(64), '\u0000\u007f'])
    assert.ok(Object.is(there([value])?.[0], value), String(value));
});

test('Whatever is more than a short ASCII text, a number or a word of the language is no cell', () => {
  for (const value of ['é', '\ud800', 'x'.repeat(65), 1n, {}, [], () => 1, Symbol('s')])
    assert.equal(writeCell(words, 0, value), -1);
  for (const value of [1, 'x'.repeat(1000), true, null, undefined]) assert.ok(isScalar(value));
  for (const value of [1n, {}, () => 1]) assert.ok(!isScalar(value));
});
