/**
 * Locks and queues whose users are killed at the edge of the very system call that wakes others, or that they are woken
 * in: nobody sleeps on, nobody gets what was not there, and the next one is told where there is something to tell.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Lock, Process, Queue } from '../../src/index.ts';
import { type Reference, referenceOf } from '../../src/memory/index.ts';
import {
  type Form,
  HERE,
  putItem,
  releaseLock,
  type Stages,
  takeItem,
  takeLock,
  waitForItem,
  waitForLock,
} from '../fixtures/crash/edges.ts';
import { openHandle } from '../fixtures/memory/probes.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { type Edge, EDGES, sleepsInLoop, sleepsOnWord } from '../harness/system-calls.ts';
import { tracingRefused } from '../harness/tracer.ts';
import { until } from '../harness/tree.ts';
import { endVictims, newStages, Victim } from './victim.ts';

endsClean();
afterEach(endVictims);

const skip = await tracingRefused();
const FORMS: readonly Form[] = ['blocks', 'awaits'];
const ETIMEDOUT = 110;
const WAITERS = 1 << 31;
const SIDES = ['entry', 'exit'] as const;

/** Where one is killed who lets others in, in the order in which he comes there. */
const WAKING: Readonly<Record<string, Omit<Edge, 'at'>>> = {
  'the futex of a bell': EDGES.wakeWord,
  'the pipe of a bell': EDGES.writeBell,
  'the guard that others wait for': EDGES.storeAndWake,
};

/** Where one is killed who waits. */
const WAITING: readonly (readonly [string, Form, Edge])[] = [
  ['about to sleep', 'blocks', { ...EDGES.waitOnWord, at: 'entry' }],
  ['woken by the futex', 'blocks', { ...EDGES.waitOnWord, at: 'exit', result: 0 }],
  ['woken by the pipe', 'awaits', { ...EDGES.readBell, at: 'exit', result: 1 }],
];

/** Has the victim come to that edge, where it wakes the others who wait for the object. */
async function goToWaking(victim: Victim, object: Lock | Queue<number>, edge: Edge): Promise<void> {
  if (edge.args !== EDGES.storeAndWake.args) return victim.goTo(edge);
  const { words } = openHandle(referenceOf(object) as Reference); // now, as it enters the guard
  // The one whom it wakes first is to find it still inside.
  await victim.goTo({ ...EDGES.wakeWord, at: 'exit' });
  await until('the guard is wanted', () => (Atomics.load(words, 0) & WAITERS) !== 0);
  await victim.stopsAt(edge);
}

/** Waits until the other one, who has said that he is there, is asleep. */
async function untilAsleep(stages: Stages, place: number, pid: number, form: Form): Promise<void> {
  const sleeps = form === 'blocks' ? sleepsOnWord : sleepsInLoop;
  await until('it waits', () => stages.view[place] === HERE && sleeps(pid));
}

/** Starts one who blocks and one who awaits the lock. */
function startTakers(lock: Lock, stages: Stages): Promise<Process<typeof waitForLock>[]> {
  return Promise.all(
    FORMS.map(async (form, index) => {
      const args = [lock, stages, index + 1, form] as const;
      const taker = await new Process({ target: waitForLock, args: [...args] }).start();
      await untilAsleep(stages, index + 1, taker.pid as number, form);
      return taker;
    }),
  );
}

/** Starts one who blocks and one who awaits an item. */
function startGetters(queue: Queue<number>, stages: Stages): Promise<Process<typeof waitForItem>[]> {
  return Promise.all(
    FORMS.map(async (form, index) => {
      const args = [queue, stages, index + 1, form] as const;
      const getter = await new Process({ target: waitForItem, args: [...args] }).start();
      await untilAsleep(stages, index + 1, getter.pid as number, form);
      return getter;
    }),
  );
}

function resultsOf<R>(all: readonly { result(wait: typeof HANG_GUARD): Promise<R> }[]): Promise<R[]> {
  return Promise.all(all.map((one) => one.result(HANG_GUARD)));
}

async function freeOf(lock: Lock): Promise<void> {
  const held = await lock.acquire(HANG_GUARD);
  assert.equal(held.ownerDied, false);
  held.release();
}

for (const [what, call] of Object.entries(WAKING)) {
  for (const at of SIDES) {
    test(`Lock whose holder is killed at the ${at} of ringing ${what} goes to all who wait`, {
      skip,
    }, async () => {
      const [lock, stages] = [new Lock(), newStages()];
      const victim = await Victim.start(stages, releaseLock, [lock, stages]);
      const takers = await startTakers(lock, stages);
      await goToWaking(victim, lock, { ...call, at });
      await victim.kill();
      // Whoever is killed before he has released it normally died in it; the guard is left after that.
      const deaths = call === EDGES.storeAndWake ? 0 : 1;
      assert.equal((await resultsOf(takers)).filter(Boolean).length, deaths);
      await freeOf(lock);
    });

    test(`Queue whose producer is killed at the ${at} of ringing ${what} brings later items to all`, {
      skip,
    }, async () => {
      const [queue, stages] = [new Queue<number>(), newStages()];
      const victim = await Victim.start(stages, putItem, [queue, stages, 1]);
      const getters = await startGetters(queue, stages);
      await goToWaking(victim, queue, { ...call, at });
      await victim.kill();
      queue.putSync(2);
      await queue.put(3);
      const got = (await resultsOf(getters)).sort((a, b) => a - b);
      // The item of the dead is whole or not there; it is there once the guard is being left.
      const isThere = call === EDGES.storeAndWake;
      assert.deepEqual(got, isThere ? [1, 2] : [2, 3]);
      assert.deepEqual(queue.tryGet(), isThere ? { item: 3 } : undefined);
      assert.equal(queue.size, 0);
    });
  }
}

for (const [when, form, edge] of WAITING) {
  test(`Lock for which somebody is killed ${when} goes to the others, also while he stands there`, {
    skip,
  }, async () => {
    const [lock, stages] = [new Lock(), newStages()];
    const held = lock.acquireSync();
    const victim = await Victim.start(stages, takeLock, [lock, stages, form]);
    const takers = await startTakers(lock, stages);
    await standAt(victim, form, edge, () => held.release());
    assert.deepEqual(await resultsOf(takers), [false, false]);
    await victim.kill();
    await freeOf(lock);
  });

  test(`Queue of which a consumer is killed ${when} loses nothing, also while he stands there`, {
    skip,
  }, async () => {
    const [queue, stages] = [new Queue<number>(), newStages()];
    const victim = await Victim.start(stages, takeItem, [queue, stages, form]);
    const getters = await startGetters(queue, stages);
    await standAt(victim, form, edge, () => queue.putSync(1));
    await queue.put(2);
    assert.deepEqual(
      (await resultsOf(getters)).sort((a, b) => a - b),
      [1, 2],
    );
    await victim.kill();
    queue.putSync(3);
    assert.equal(queue.getSync(HANG_GUARD), 3);
  });
}

/** Has the victim come to where it sleeps or is woken; `wake` is what everybody waits for. */
async function standAt(victim: Victim, form: Form, edge: Edge, wake: () => void): Promise<void> {
  if (edge.at === 'entry') {
    await victim.goTo(edge);
    return wake();
  }
  // Who blocks looks again by himself now and then: just after that he sleeps for long enough.
  if (form === 'blocks') await victim.goTo({ ...EDGES.waitOnWord, at: 'exit', result: -ETIMEDOUT });
  const stopped = victim.stopsAt(edge);
  victim.go();
  await until('it waits', () => (form === 'blocks' ? sleepsOnWord : sleepsInLoop)(victim.pid));
  wake();
  await stopped;
}
