/** The bounds of a map: what is refused, and what is made of the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfBytesFor, type SharedMapOptions } from '../../../src/ipc/map-options.ts';

test('halfBytesFor() rounds up to whole lines, and fills in what is left out', () => {
  const cases: [SharedMapOptions, number][] = [
    [{}, 4 * 1024 * 1024],
    [{ name: 'only a label' }, 4 * 1024 * 1024],
    [{ bytes: 1 }, 256],
    [{ bytes: 256 }, 256],
    [{ bytes: 257 }, 320],
    [{ bytes: 100_000 }, 100_032],
    [{ bytes: 2 ** 30 - 65_536 }, 2 ** 30 - 65_536],
  ];
  for (const [options, bytes] of cases) assert.equal(halfBytesFor(options), bytes);
});

test('halfBytesFor() refuses what is no possible number of bytes', () => {
  for (const bytes of [
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 30,
    '64' as never,
    null as never,
  ]) {
    assert.throws(() => halfBytesFor({ bytes }), {
      name: 'RangeError',
      message: `Cannot make a map as its bytes must be a whole number from 1 to 1073676288: current value is ${bytes}`,
    });
  }
});
