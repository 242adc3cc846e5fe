/** Random numbers that can be had again: the same for the same seed, spread evenly, never 1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { seededRandom } from '../../../src/cli/random.ts';

function first(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
}

/** The algorithm once more, on whole numbers without end instead of 32-bit arithmetic. */
function* mulberry32(seed: number): Generator<number> {
  const cut = (number: bigint): bigint => BigInt.asUintN(32, number);
  for (let state = cut(BigInt(seed)); ; ) {
    state = cut(state + 0x6d2b79f5n);
    let mixed = cut((state ^ (state >> 15n)) * (state | 1n));
    mixed ^= cut(mixed + (mixed ^ (mixed >> 7n)) * (mixed | 61n));
    yield Number(mixed ^ (mixed >> 14n)) / 2 ** 32;
  }
}

test('seededRandom gives the published numbers of mulberry32', () => {
  assert.deepEqual(first(1, 3), [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('seededRandom follows its algorithm for every seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const numbers = mulberry32(seed);
      assert.deepEqual(
        first(seed, 20),
        Array.from({ length: 20 }, () => numbers.next().value),
      );
    }),
  );
});

test('seededRandom never reaches 1 and never falls below 0, so that it chooses an index', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      assert.ok(first(seed, 100).every((number) => number >= 0 && number < 1));
    }),
  );
});

test('seededRandom chooses each of a few about equally often', () => {
  const counts = [0, 0, 0, 0, 0];
  for (const number of first(7, 5000)) counts[Math.floor(number * 5)]!++;
  assert.ok(
    counts.every((count) => count > 900 && count < 1100),
    String(counts),
  );
});

test('Two seededRandoms do not disturb each other', () => {
  const [a, b] = [seededRandom(3), seededRandom(4)];
  const mixed = [a(), b(), a(), b()];
  const [x, y] = [first(3, 2), first(4, 2)];
  assert.deepEqual(mixed, [x[0], y[0], x[1], y[1]]);
});
