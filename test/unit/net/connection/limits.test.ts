/** Limits as users set them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { connectionLimits, LIMIT_NAMES } from '../../../../src/net/connection/limits.ts';

const forEver = Number.POSITIVE_INFINITY;
const DEFAULTS = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxHeaderBytes: 64 * 1024,
  idleTimeoutMs: forEver,
  headTimeoutMs: 10_000,
  minBytesPerSecond: 100,
  sendTimeoutMs: 30_000,
};

test('Limits that are left out have the values that the documentation says', () => {
  assert.deepEqual(connectionLimits({}), DEFAULTS);
  assert.deepEqual(
    connectionLimits(Object.fromEntries(LIMIT_NAMES.map((name) => [name, undefined]))),
    DEFAULTS,
  );
  assert.deepEqual([...LIMIT_NAMES].sort(), Object.keys(DEFAULTS).sort());
});

/** The least and the most of each, and what is beyond it. */
const RANGES: Readonly<Record<string, readonly [taken: readonly number[], refused: readonly number[]]>> = {
  maxMessageBytes: [
    [1, 2 ** 32 - 1],
    [0, -1, 1.5, 2 ** 32, forEver],
  ],
  maxHeaderBytes: [
    [2, 2 ** 32 - 1],
    [1, 0, 2.5, 2 ** 32, forEver],
  ],
  idleTimeoutMs: [
    [1, 1.5, 2 ** 40, forEver],
    [0, 0.5, -1],
  ],
  headTimeoutMs: [
    [1, 1.5, 2 ** 40, forEver],
    [0, 0.5, -1],
  ],
  minBytesPerSecond: [[0, 0.1, forEver], [-1]],
  sendTimeoutMs: [
    [1, 1.5, 2 ** 40, forEver],
    [0, 0.5, -1],
  ],
};

test('Every limit has its row here', () => {
  assert.deepEqual(Object.keys(RANGES).sort(), [...LIMIT_NAMES].sort());
});

for (const [name, [taken, refused]] of Object.entries(RANGES)) {
  test(`${name} is taken in its range, and refused beyond it by name and value`, () => {
    for (const value of taken)
      assert.deepEqual(connectionLimits({ [name]: value }), { ...DEFAULTS, [name]: value });
    for (const value of [...refused, Number.NaN]) {
      const start = `^Cannot use ${name} as it must be a (?:whole )?number from .*: current value is ${value}$`;
      assert.throws(() => connectionLimits({ [name]: value }), {
        name: 'RangeError',
        message: new RegExp(start),
      });
    }
    for (const [value, kind] of [
      ['5', 'string'],
      [null, 'null'],
      [5n, 'bigint'],
    ] as const) {
      const message = `Cannot use ${name} as it must be a number: it is ${kind}`;
      assert.throws(() => connectionLimits({ [name]: value }), { name: 'TypeError', message });
    }
  });
}
