/** The list of kinds: each number belongs to one. What the house asks of a kind is in objects.test.ts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import '../../../src/index.ts';
import { type Kind, kindOf, registerKind } from '../../../src/memory/kinds.ts';
import { BOX, PROBE } from '../../fixtures/memory/probes.ts';

test('kindOf() gives the kind that was registered, and undefined for a number that nobody has', () => {
  assert.equal(kindOf(PROBE.id), PROBE);
  assert.equal(kindOf(BOX.id), BOX);
  assert.equal(kindOf(999_999), undefined);
  assert.equal(kindOf(0), undefined);
});

test('registerKind() refuses a number that is taken', () => {
  const other: Kind = { ...PROBE, name: 'impostor' };
  assert.throws(() => registerKind(other), /kind 1001 is registered once/);
  assert.equal(kindOf(PROBE.id), PROBE);
});

test('Each public class has a kind of its own, with the name that people call it', () => {
  const names = Array.from({ length: 100 }, (_, id) => kindOf(id)?.name).filter((name) => name !== undefined);
  assert.equal(new Set(names).size, names.length);
  for (const name of ['lock', 'value', 'array', 'queue']) assert.ok(names.includes(name), name);
});
