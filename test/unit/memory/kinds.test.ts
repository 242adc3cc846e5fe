/** What rooms tell of their classes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Kind, kindOf, registerKind } from '../../../src/memory/kinds.ts';

const KIND: Kind = { id: 4711, name: 'thing', open: (object) => object, repair() {}, reap() {} };

test('registerKind() makes a kind known by its number', () => {
  assert.equal(kindOf(4711), undefined);
  registerKind(KIND);
  assert.equal(kindOf(4711), KIND);
});

test('registerKind() refuses a number that is taken', () => {
  assert.throws(() => registerKind({ ...KIND, name: 'other' }), /registered once/);
});
