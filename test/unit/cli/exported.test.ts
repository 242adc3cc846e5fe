/** What a module exports, however it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportedBy } from '../../../src/cli/exported.ts';

const isNumber = (value: unknown): value is number => typeof value === 'number';

test('exportedBy has what is of the kind, by name', () => {
  assert.deepEqual(
    [...exportedBy({ a: 1, b: 'no', default: 2 }, isNumber)],
    [
      ['a', 1],
      ['default', 2],
    ],
  );
});

test('exportedBy looks into what a CommonJS module exports, and takes nothing twice', () => {
  const all = { a: 1, b: 2, c: null };
  const module = { default: all, a: 1, 'module.exports': 3 };
  assert.deepEqual(
    [...exportedBy(module, isNumber)],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
});
