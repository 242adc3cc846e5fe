/**
 * All primitives at once, taken in any order, while participants are killed: circles of waits are told to one of
 * those in them, so that the others go on; nothing stays taken by the dead.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { MINGLE_FAULTS, mingle, minglingPlace, type MingleStorm } from '../fixtures/crash/minglers.ts';
import { PACE } from '../fixtures/crash/pace.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { KILLS, numbersIn, Storm } from './storm.ts';

afterEach(endChildren);

const options = { kills: KILLS, workers: 4, never: /^(queue|map|object|heap|condition)\./ };
const made = (): Omit<MingleStorm, 'pace'> => ({
  ...minglingPlace(),
  killed: new SharedArray('u8', numbersIn(options)),
});

let clean: Holdings;
let resting: number;
before(async () => {
  const pace = new SharedArray('i32', PACE.workers + 1);
  pace.view[PACE.stop] = 1;
  await (await new Process({ target: mingle, args: [0, { ...made(), pace }, 1] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

test('Everything at once survives a storm of kills, and circles are told', async (t) => {
  const things = made();
  const storm: Storm = new Storm(t, {
    ...options,
    start: (number, _place, random) => {
      const args = [number, { ...things, pace: storm.pace }, random(2 ** 31)] as const;
      return new Process({ target: mingle, args }).start() as Promise<unknown> as Promise<Process>;
    },
    onKill: ({ number }) => Atomics.store(things.killed.view, number, 1),
  });
  await storm.run();
  await storm.stop();
  assert.deepEqual(storm.faults(MINGLE_FAULTS), []);
  for (const lock of things.locks) (await lock.acquire({ timeoutMs: 2000 })).markConsistent();
  for (const lock of things.locks) assert.equal(lock.holder?.pid, process.pid);
  const permits = await Promise.all(
    Array.from({ length: things.bounded.capacity }, () => things.bounded.acquire({ timeoutMs: 2000 })),
  );
  for (const permit of permits) permit.release();
  (await things.shared.acquireWrite({ timeoutMs: 2000 })).release();
  assert.deepEqual(
    here().ledger.inside(() => here().ledger.entries()),
    [],
  );
  t.diagnostic(`${storm.total} turns, ${things.circles.view[0]} circles`);
});

test('They and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
