/** Faces: what programs hold of a shared object, one for each thread and kind, for as long as somebody has it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { openFace, referenceOf, retireFace } from '../../../src/memory/faces.ts';
import { here } from '../../../src/memory/index.ts';
import { makeProbe, PROBE } from '../../fixtures/memory/probes.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, collectGarbage, restingBytes } from '../../harness/tree.ts';

endsClean();

test('openFace() gives the face that is there, not another one', () => {
  const probe = makeProbe();
  const reference = referenceOf(probe);
  assert.ok(reference);
  assert.equal(openFace(reference), probe);
});

test('referenceOf() knows faces only', () => {
  assert.equal(referenceOf({}), undefined);
});

test('retireFace() has the next arrival get a face of its own', () => {
  const probe = makeProbe();
  const reference = referenceOf(probe);
  assert.ok(reference);
  retireFace(probe);
  assert.equal(referenceOf(probe), undefined);
  const other = openFace(reference);
  assert.notEqual(other, probe);
  assert.equal(openFace(reference), other);
  retireFace({}); // nobody's face: nothing happens
});

test('openFace() of what is gone is closed, and of a kind that this program has not is protocol', async () => {
  const before = await restingBytes();
  const reference = (() => referenceOf(makeProbe()))();
  assert.ok(reference);
  collectGarbage();
  await assertGivenBack(before);
  assert.throws(() => openFace(reference), { code: 'closed' });
  assert.throws(() => openFace({ kind: 999_999, offset: 1, serial: 1 }), { code: 'protocol' });
});

test('openFace() of a made-up place is closed, wherever it points', () => {
  for (const offset of [0, 1, 2 ** 31, 2 ** 32 - 1, here().arena.heapOffset / 64]) {
    assert.throws(() => openFace({ kind: PROBE.id, offset, serial: 12345 }), { code: 'closed' });
  }
});
