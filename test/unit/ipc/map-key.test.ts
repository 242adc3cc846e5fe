/** Keys are told apart exactly, whatever characters they have, and come back as they were. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isKey, keyBytes, mapKey, readKey, writeKey } from '../../../src/ipc/map-key.ts';

const SEED = 12345;
/**
 * Strings of any code units, halves of surrogate pairs included, around the length at which keys are handled
 * otherwise.
 */
const units = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: most }), { maxLength: 70, size: 'max' })
    .map((codes) => String.fromCharCode(...codes));
const strings = fc.oneof(
  units(0x7f),
  units(0xff),
  units(0xffff),
  fc.constantFrom('', '\0', '\ud83d', '\ude00'),
);

/** A key as bytes, in the middle of other bytes. */
function written(text: string): { readonly bytes: Uint8Array; readonly shape: number } {
  const key = mapKey(text, SEED);
  const bytes = new Uint8Array(new ArrayBuffer(keyBytes(key.shape) + 24), 8, keyBytes(key.shape) + 16).fill(
    0xaa,
  );
  writeKey(key, bytes, 8);
  const around = [...bytes.subarray(0, 8), ...bytes.subarray(8 + keyBytes(key.shape))];
  assert.deepEqual(new Set(around), new Set([0xaa]));
  return { bytes, shape: key.shape };
}

test('A key comes back as it was, at one byte a character where that is enough', () => {
  fc.assert(
    fc.property(strings, (text) => {
      const { bytes, shape } = written(text);
      assert.equal(readKey(bytes, 8, shape), text);
      const isWide = [...Array(text.length).keys()].some((index) => text.charCodeAt(index) > 0xff);
      assert.equal(keyBytes(shape), text.length * (isWide ? 2 : 1));
    }),
    { numRuns: 500 },
  );
});

test('A key is the same as itself and as no other, even where hashes are equal', () => {
  fc.assert(
    fc.property(strings, strings, fc.nat(), (text, other, at) => {
      const { bytes, shape } = written(text);
      assert.equal(isKey(mapKey(text, SEED), bytes, 8), true);
      const changed = text.length === 0 ? 'x' : replaced(text, at % text.length);
      for (const candidate of [other, changed, `${text}\0`]) {
        const key = mapKey(candidate, SEED);
        assert.equal(key.shape === shape && isKey(key, bytes, 8), candidate === text);
      }
    }),
    { numRuns: 500 },
  );
});

function replaced(text: string, index: number): string {
  const other = String.fromCharCode(text.charCodeAt(index) ^ 1);
  return text.slice(0, index) + other + text.slice(index + 1);
}

test('A key that looks like the bytes of a wide one is another key', () => {
  const [narrow, wide] = ['ab\0c', '\u6261\u6300'];
  assert.deepEqual(Buffer.from(written(narrow).bytes), Buffer.from(written(wide).bytes));
  assert.notEqual(written(narrow).shape, written(wide).shape);
});

test('The hash of a key spreads over all bits, and is another one in another map', () => {
  const count = 4096;
  for (const shift of [0, 10, 20]) {
    const chains = new Set<number>();
    for (let index = 0; index < count; index++)
      chains.add((mapKey(`key${index}`, SEED).hash >>> shift) & (count - 1));
    // As many as of random numbers: 1 − 1/e of them.
    assert.ok(chains.size > count * 0.6, `${chains.size} of ${count} chains`);
  }
  const hashes = (seed: number): number[] => ['', 'a', 'b', 'longer'].map((text) => mapKey(text, seed).hash);
  assert.deepEqual(hashes(1), hashes(1));
  for (const [index, hash] of hashes(1).entries()) assert.notEqual(hash, hashes(2)[index]);
});
