/** Histograms: percentiles that are at most a bucket too high, in a fixed number of words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../../../../src/pool/figures/histogram.ts';

test('A percentile is never below the exact one, and at most 9.1 % above', () => {
  const value = fc.double({ min: 0.0001, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (values, share) => {
        const histogram = new Histogram();
        for (const one of values) histogram.add(one);
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] as number;
        const read = histogram.at(share);
        assert.ok(read >= exact * 0.999 && read <= exact * 1.0912, `${read} for ${exact}`);
      },
    ),
  );
});

test('Count, mean and maximum are exact; an empty one says 0', () => {
  const histogram = new Histogram();
  assert.deepEqual([histogram.count, histogram.mean, histogram.max, histogram.at(0.5)], [0, 0, 0, 0]);
  for (const one of [1, 2, 6]) histogram.add(one);
  assert.deepEqual([histogram.count, histogram.mean, histogram.max], [3, 3, 6]);
});

test('Values beyond all buckets stay countable', () => {
  const histogram = new Histogram();
  for (const one of [0, 1e-12, 1e30]) histogram.add(one);
  assert.equal(histogram.at(1), 1e30);
  assert.equal(histogram.count, 3);
});
