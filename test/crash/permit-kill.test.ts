/**
 * Permits, read-write locks and events whose users are killed: never too many inside, all permits come back, what was
 * half-written is told of, and nobody waits in vain.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { BoundedSemaphore, Event, Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { ReadWriteLock } from '../../src/sync/public.ts';
import {
  clearPlace,
  markKilled,
  SHARE_FAULTS,
  shareInTurn,
  type ShareStorm,
} from '../fixtures/crash/sharers.ts';
import { givePermits } from '../fixtures/sync/permits.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { KILLS, Storm } from './storm.ts';

afterEach(endChildren);

const PERMITS = 2;

let clean: Holdings;
let resting: number;
before(async () => {
  await (await new Process({ target: givePermits, args: [new BoundedSemaphore(1), 1] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

test('Permits, read-write locks and events survive a storm of kills', async (t) => {
  const options = { kills: KILLS, workers: 4, never: /^(queue|map|lock|object|heap)\./ };
  const shared = {
    semaphore: new BoundedSemaphore(PERMITS),
    lock: new ReadWriteLock(),
    event: new Event(),
    guarded: new SharedArray('i32', 2),
    inside: new SharedArray('i32', 1),
  };
  const storm: Storm = new Storm(t, {
    ...options,
    start: (number, place, random) => {
      clearPlace(shared.inside, place);
      const all: ShareStorm = { ...shared, pace: storm.pace };
      const args = [number, place, all, random(2 ** 31)] as const;
      return new Process({ target: shareInTurn, args }).start() as Promise<unknown> as Promise<Process>;
    },
    onKill: (_worker, place) => markKilled(shared.inside, place),
  });
  await storm.run();
  await storm.stop();
  assert.deepEqual(storm.faults(SHARE_FAULTS), []);
  // All permits, and no more, are there; the lock is free, and in order or known to be not.
  const permits = await Promise.all(
    Array.from({ length: PERMITS }, () => shared.semaphore.acquire({ timeoutMs: 2000 })),
  );
  assert.equal(shared.semaphore.tryAcquire(), undefined);
  for (const permit of permits) permit.release();
  const held = await shared.lock.acquireWrite({ timeoutMs: 2000 });
  const [first, second] = shared.guarded.view;
  if (!held.ownerDied) assert.equal(first, second);
  held.release();
  assert.deepEqual(shared.lock.stats(), { readers: 0, isWriting: false, writersWaiting: 0 });
  t.diagnostic(`${storm.total} turns, ${first} writes`);
});

test('They and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
