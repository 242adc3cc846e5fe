/** What a worker has found, in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../../../src/cli/map/discovery.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { says } from '../scratch.ts';

const target = { url: 'file:///f.ts', module: 'f.ts', name: undefined };

test('The name of a function that was found is that', () => {
  assert.equal(nameOf({ kind: 'found', name: 'small' }, target), 'small');
});

test('Several functions are named, to choose from', () => {
  const names = Array.from({ length: 14 }, (_, index) => `f${index}`);
  assert.throws(
    () => nameOf({ kind: 'several', names: ['a', 'b'] }, target),
    says(UsageError, 'Cannot choose a function of f.ts as it exports several: write f.ts#a or f.ts#b'),
  );
  assert.throws(() => nameOf({ kind: 'several', names }, target), /f\.ts#f11 or 2 more$/);
});

test('A name that is missing is answered with the one that was meant, or with all', () => {
  const missing = { kind: 'missing', names: ['small', 'large'] } as const;
  assert.throws(
    () => nameOf(missing, { ...target, name: 'smal' }),
    says(UsageError, 'Cannot map by f.ts#smal as it exports no such function; did you mean small?'),
  );
  assert.throws(
    () => nameOf(missing, { ...target, name: 'x' }),
    /no such function: it exports small or large$/,
  );
  assert.throws(() => nameOf({ kind: 'missing', names: [] }, target), /as it exports no function$/);
});

test('A module that cannot be loaded is told of with its error', () => {
  assert.throws(
    () => nameOf({ kind: 'broken', error: 'Error: x\n    at \u001b[2J' }, target),
    says(UsageError, 'Cannot load f.ts as it failed:\nError: x\n    at \\u001b[2J'),
  );
});
