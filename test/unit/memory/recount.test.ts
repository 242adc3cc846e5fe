/** How handles are counted anew: all that are in doubt in one walk, each as often as it is somewhere else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE } from '../../fixtures/memory/probes.ts';
import { type Doubt, tally } from '../../../src/memory/recount.ts';
import { Household } from './household.ts';

const LINE = 64;

function doubt(offset: number, serial: number): Doubt {
  return { reference: { kind: 1, offset, serial }, version: 0, count: 0 };
}

test('tally() counts each handle in each object, but for those of itself, and of what was there before', () => {
  const doubts = [doubt(5, 1), doubt(6, 2), doubt(7, 3)];
  const to = (offset: number, serial: number): Doubt['reference'] => ({ kind: 1, offset, serial });
  tally(doubts, [
    { offset: 5 * LINE, references: [to(5, 1), to(6, 2)] },
    { offset: 8 * LINE, references: [to(5, 1), to(5, 1), to(6, 9), to(4, 1)] },
    { offset: 9 * LINE, references: [] },
  ]);
  assert.deepEqual(
    doubts.map(({ count }) => count),
    [2, 1, 0],
  );
});

test('A death has all that lies in messages counted in one walk, however much that is', () => {
  const household = new Household();
  const { member: living, heap } = household.joinMeddling();
  const keep = Array.from({ length: 60 }, () => {
    const inner = living.probe();
    const box = living.box([inner]);
    living.objects.leave(inner);
    return { box, reference: living.objects.referenceOf(inner, PROBE.id) };
  });
  const doomed = household.join();
  doomed.die();
  let walks = 0;
  heap.meddle = (call) => {
    if (call === 'pieces') walks++;
  };
  assert.equal(living.reap(doomed), true);
  // To reap, to count, and to take back what it had not finished.
  assert.equal(walks, 3);
  heap.meddle = () => {};
  for (const { box, reference } of keep) {
    assert.deepEqual(
      [living.objects.find(reference)?.flights, living.objects.find(reference)?.isDoubtful],
      [1, false],
    );
    living.objects.leave(box);
  }
  assert.equal(household.usedBytes, 0);
});
