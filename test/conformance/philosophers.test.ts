/**
 * Five philosophers, each a process, with five forks between them. Left alone they end in a circle, and
 * each time one is told, so that all eat in the end; and three ways in which nobody has to be told. That the banker is
 * a fourth: test/conformance/banker.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Semaphore, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { type Cure, eat } from '../fixtures/sync/circles.ts';
import { endsClean } from '../harness/clean-end.ts';
import { start } from '../harness/participants.ts';

endsClean();

const MEALS = 60;

async function dinner(cure: Cure): Promise<number> {
  const forks = Array.from({ length: 5 }, (_, index) => new Lock({ name: `fork ${index}` }));
  const seats = new Semaphore(4);
  const table = new SharedArray('i32', 3);
  const people = await Promise.all(
    forks.map((_, place) => start('process', eat, [place, forks, seats, table, MEALS, cure])),
  );
  let failures = 0;
  for (const one of people) failures += await one.result();
  assert.ok(forks.every((fork) => !fork.isLocked));
  assert.deepEqual(
    here().ledger.inside(() => here().ledger.entries()),
    [],
  );
  return failures;
}

test('Philosophers who take their forks as they come all eat, as circles are told to one of them', async (t) => {
  const circles = await dinner('none');
  t.diagnostic(`${circles} circles`);
  assert.ok(circles > 0, 'they begin with one fork each');
});

for (const cure of ['in order', 'four at the table'] as const)
  test(`Philosophers are never in a circle: ${cure}`, async () => {
    assert.equal(await dinner(cure), 0);
  });

test('Philosophers who give way after a short while are in no circle that lasts', async (t) => {
  t.diagnostic(`gave way ${await dinner('gives way')} times`);
});
