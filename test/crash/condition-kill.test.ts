/**
 * Conditions whose waiters and notifiers are killed: no notification is lost, so nobody waits in vain, and the lock is
 * held by whoever comes out of a wait.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { Condition, Lock, Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { PACE } from '../fixtures/crash/pace.ts';
import { trade, TRADE_FAULTS } from '../fixtures/crash/traders.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { KILLS, Storm } from './storm.ts';

afterEach(endChildren);

function shared(lock: Lock): {
  notFull: Condition;
  notEmpty: Condition;
  goods: SharedArray<'i32'>;
} {
  return {
    notFull: new Condition(lock),
    notEmpty: new Condition(lock),
    goods: new SharedArray('i32', 3),
  };
}

let clean: Holdings;
let resting: number;
before(async () => {
  const pace = new SharedArray('i32', PACE.workers + 1);
  pace.view[PACE.stop] = 1;
  const args = [0, true, { ...shared(new Lock()), pace }, 1] as const;
  await (await new Process({ target: trade, args }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

for (const fair of [false, true]) {
  test(`Conditions of a ${fair ? 'fair' : 'plain'} lock survive a storm of kills`, async (t) => {
    const things = shared(new Lock({ fair }));
    const options = {
      kills: Math.ceil(KILLS / 2),
      workers: 6,
      roles: 2,
      never: /^(queue|map|object|heap)\./,
    };
    const storm: Storm = new Storm(t, {
      ...options,
      start: (number, place, random) => {
        const args = [number, place % 2 === 0, { ...things, pace: storm.pace }, random(2 ** 31)] as const;
        return new Process({ target: trade, args }).start() as Promise<unknown> as Promise<Process>;
      },
    });
    await storm.run();
    await storm.stop();
    assert.deepEqual(storm.faults(TRADE_FAULTS), []);
    for (const condition of [things.notFull, things.notEmpty])
      assert.deepEqual(condition.stats(), { waiting: 0 });
    (await things.notFull.acquire({ timeoutMs: 2000 })).release();
    t.diagnostic(`${storm.total} turns`);
  });
}

test('Conditions and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
