/**
 * Locks whose holders and waiters are killed: nobody else ever gets in beside a holder, the next one gets in and is
 * told, and nothing is left of the dead.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { type Held, Lock, Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { PACE, type Pace } from '../fixtures/crash/pace.ts';
import { ENDS, GUARDED, holdAndEnd, LOCK_FAULTS, takeInTurn, takeNext } from '../fixtures/crash/takers.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { KILLS, numbersIn, Storm } from './storm.ts';

/** Only turns a hang into a failure: 100 ms are promised, of a machine that is not busy otherwise. */
const LIMIT_MS = 10_000;

afterEach(endChildren);

let clean: Holdings;
let resting: number;
before(async () => {
  const pace: Pace = new SharedArray('i32', PACE.workers + 1);
  await (await new Process({ target: takeNext, args: [new Lock(), pace, 'awaits'] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

const arrivals = ({ view }: Pace): number => Atomics.load(view, PACE.total);

function release(held: Held): { ownerDied: boolean; at: number } {
  const told = { ownerDied: held.ownerDied, at: Date.now() };
  held.release();
  return told;
}

for (const how of ENDS) {
  test(`Lock whose holder is gone (${how}) goes to all who wait, and the first of them is told`, async (t) => {
    const lock = new Lock();
    const pace: Pace = new SharedArray('i32', PACE.workers + 1);
    const holder = await new Process({ target: holdAndEnd, args: [lock, pace, how] }).start();
    await until('the holder holds', () => arrivals(pace) === 1);
    const waiters = (['blocks', 'awaits'] as const).map(
      (form) => new Process({ target: takeNext, args: [lock, pace, form] }),
    );
    for (const waiter of waiters) await waiter.start();
    await until('the others wait', () => arrivals(pace) === 3);
    Atomics.store(pace.view, PACE.stop, 1);
    let began = Date.now();
    let mine: Promise<Held>;
    if (how === 'killed') {
      await until('the holder is busy', () => arrivals(pace) === 4);
      // A holder that is stopped is not dead: nobody takes the lock from him, however long it lasts.
      process.kill(holder.pid as number, 'SIGSTOP');
      await assert.rejects(lock.acquire({ timeoutMs: 100 }), { code: 'timed-out' });
      assert.equal(lock.holder?.pid, holder.pid);
      mine = lock.acquire();
      began = Date.now();
      holder.kill();
    } else {
      // Blocked, we hear nothing of our children: the lock must come all the same.
      mine = how === 'exits' ? lock.acquire() : Promise.resolve(lock.acquireSync());
    }
    const told = [release(await mine)];
    told.push(...(await Promise.all(waiters.map((waiter) => waiter.result()))));
    // The first one releases it normally, so the others need not know.
    assert.equal(told.filter(({ ownerDied }) => ownerDied).length, 1);
    assert.equal(lock.isLocked, false);
    const killed = { how: 'killed', signal: 'SIGKILL' };
    const exits = {
      killed,
      'kills itself': killed,
      exits: { how: 'exited', code: 0 },
      fails: { how: 'exited', code: 1 },
    };
    assert.deepEqual(await holder.join(), exits[how]);
    await Promise.all(waiters.map((it) => it.join()));
    const late = Math.min(...told.map(({ at }) => at)) - began;
    t.diagnostic(`the next one had it ${late} ms after the end was asked for`);
    assert.ok(late < LIMIT_MS, `${late} ms`);
  });
}

test('Locks survive a storm of kills: one inside at a time, the next one is told, nobody waits in vain', async (t) => {
  const lock = new Lock();
  const guarded = new SharedArray('i32', 3);
  const options = { kills: KILLS, workers: 4, never: /^(queue|map|object|heap)\./ };
  const killed = new SharedArray('u8', numbersIn(options));
  const storm: Storm = new Storm(t, {
    ...options,
    start: (number, _place, random) =>
      new Process({
        target: takeInTurn,
        args: [number, { lock, guarded, pace: storm.pace, killed }, random(2 ** 31)],
      }).start() as Promise<unknown> as Promise<Process>,
    onKill: ({ number }) => Atomics.store(killed.view, number, 1),
  });
  await storm.run();
  await storm.stop();
  assert.deepEqual(storm.faults(LOCK_FAULTS), []);
  const held = await lock.acquire({ timeoutMs: LIMIT_MS });
  const first = guarded.view[GUARDED.first] as number;
  // Whoever is killed inside may have counted in one place and not yet in the other, and nothing else may be lost.
  assert.ok(
    first >= storm.total && first <= storm.total + KILLS + options.workers,
    `${first} inside, ${storm.total} on record`,
  );
  if (!held.ownerDied) assert.equal(guarded.view[GUARDED.second], first);
  held.release();
  t.diagnostic(`${storm.total} turns`);
});

test('Locks and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
