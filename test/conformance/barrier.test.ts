/**
 * What a barrier promises between participants: this thread, worker threads and processes in one round, whoever waits
 * in which form. Deaths are in barrier-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Barrier, Queue, SharedArray } from '../../src/index.ts';
import { meet, meetAtNamed, meetLast, meetOnce } from '../fixtures/sync/meeters.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const ROUNDS = 100;
const FORMS = ['awaits', 'blocks'] as const;

test('Tasks, threads and processes meet at one barrier, each with a number of its own in each round', async () => {
  const barrier = new Barrier(6);
  const array = new SharedArray('i32', 6);
  const others = KINDS.flatMap((kind, offset) =>
    FORMS.map((form, index) => start(kind, meet, [barrier, array, 2 + 2 * offset + index, ROUNDS, form])),
  );
  const met = await Promise.all([
    ...[0, 1].map((place) => meet(barrier, array, place, ROUNDS, 'awaits')),
    ...others.map(async (other) => (await other).result()),
  ]);
  assert.deepEqual(
    met.map(({ faults }) => faults),
    [0, 0, 0, 0, 0, 0],
  );
  for (let round = 0; round < ROUNDS; round++) {
    const indexes = met.map(({ indexes: all }) => all[round] as number);
    assert.deepEqual(
      indexes.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5],
    );
  }
});

for (const kind of KINDS) {
  test(`A thread that blocks runs the action itself, though it awaits the ${kind}, too`, async () => {
    let acts = 0;
    const barrier = new Barrier(3, { action: () => acts++ });
    const last = await start(kind, meetLast, [barrier]);
    const mine = barrier.wait(HANG_GUARD);
    assert.equal(barrier.waitSync(HANG_GUARD), 1);
    assert.deepEqual([await mine, await last.result(), acts], [0, 2, 1]);
  });

  for (const form of FORMS) {
    test(`A barrier whose party is out of time is broken for a ${kind} that ${form}`, async () => {
      const barrier = new Barrier(3);
      const told = new Queue<string>();
      const waiter = await start(kind, meetOnce, [barrier, told, form]);
      await until('it waits', () => barrier.waiting === 1);
      await assert.rejects(barrier.wait({ timeoutMs: 1 }), { code: 'timed-out' });
      assert.equal(await waiter.result(), 'broken: timed-out');
      const late = await start(kind, meetOnce, [barrier, told, form]);
      assert.equal(await late.result(), 'broken: timed-out');
    });

    test(`A ${kind} that ${form} and is out of time breaks the barrier for all`, async () => {
      const barrier = new Barrier(3);
      const told = new Queue<string>();
      const mine = barrier.wait(HANG_GUARD);
      const heard = assert.rejects(mine, { code: 'broken', facts: { cause: 'timed-out' } });
      const waiter = await start(kind, meetOnce, [barrier, told, form, 5]);
      assert.equal(await waiter.result(), 'timed-out');
      await heard;
    });

    test(`Barrier.reset() tells a ${kind} that ${form}, and is usable at once`, async () => {
      const barrier = new Barrier(2);
      const told = new Queue<string>();
      const waiter = await start(kind, meetOnce, [barrier, told, form]);
      await until('it waits', () => barrier.waiting === 1);
      barrier.reset();
      const next = barrier.wait(HANG_GUARD);
      const other = await start(kind, meetOnce, [barrier, told, form]);
      assert.equal(await waiter.result(), 'broken: reset');
      assert.deepEqual([await next, await other.result()], [0, 1]);
    });

    test(`The action of a thread is run by it, though a ${kind} that ${form} comes last`, async () => {
      let acts = 0;
      const barrier = new Barrier(2, { action: () => acts++ });
      const told = new Queue<string>();
      const mine = barrier.wait(HANG_GUARD);
      const last = await start(kind, meetOnce, [barrier, told, form]);
      assert.deepEqual([await mine, await last.result()], [0, 1]);
      assert.equal(acts, 1);
    });

    test(`A barrier breaks for a ${kind} that ${form} if nobody who came has the action`, async () => {
      const barrier = new Barrier(2, { action: () => assert.fail('not one of the parties') });
      const told = new Queue<string>();
      const both = await Promise.all([1, 2].map(() => start(kind, meetOnce, [barrier, told, form])));
      for (const one of both) assert.equal(await one.result(), 'broken: no-action');
    });

    test(`An action that each ${kind} has is run once in each round, by one that ${form}`, async () => {
      const array = new SharedArray('i32', 1);
      const name = `step of a ${kind} that ${form}`;
      const parties = await Promise.all(
        [1, 2].map(() => start(kind, meetAtNamed, [name, 2, array, ROUNDS, form])),
      );
      for (const party of parties) await party.result();
      assert.equal(array.view[0], ROUNDS);
    });
  }
}
