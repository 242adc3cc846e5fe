/** Short texts in shared memory: what fits comes back as it was, and what does not is cut at a whole character. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { labelFits, readLabel, writeLabel } from '../../../src/memory/label.ts';

const SIZE = 64;
const texts = fc.string({ unit: 'binary', maxLength: 80 });

function roundTrip(text: string): string {
  const bytes = new Uint8Array(SIZE).fill(0xff);
  writeLabel(bytes, text);
  return readLabel(bytes);
}

test('A text that fits comes back as it was', () => {
  for (const text of ['', 'seats', '多道', '\uFEFFmark', 'a\0b', 'x'.repeat(63), '😀'.repeat(15)]) {
    assert.equal(labelFits(text, SIZE), true);
    assert.equal(roundTrip(text), text);
  }
});

test('A text comes back whole if it fits, and else its beginning, cut at a whole character', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const back = roundTrip(text);
      if (labelFits(text, SIZE)) return assert.equal(back, text);
      assert.ok(text.startsWith(back));
      const next = String.fromCodePoint(text.codePointAt(back.length)!);
      assert.equal(labelFits(back + next, SIZE), false);
    }),
  );
});

test('labelFits() counts bytes of UTF-8, and leaves one for the length', () => {
  assert.deepEqual(
    ['x'.repeat(63), 'x'.repeat(64), '道'.repeat(21), '道'.repeat(22)].map((text) => labelFits(text, SIZE)),
    [true, false, true, false],
  );
});

test('readLabel() ends whatever the bytes hold', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: SIZE, maxLength: SIZE }), (bytes) => {
      assert.ok(readLabel(bytes).length < SIZE);
    }),
  );
});

test('writeLabel() touches nothing beyond its bytes', () => {
  const bytes = new Uint8Array(SIZE + 1);
  writeLabel(bytes.subarray(0, SIZE), 'x'.repeat(100));
  assert.equal(bytes[SIZE], 0);
});
