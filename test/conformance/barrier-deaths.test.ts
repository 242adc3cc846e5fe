/**
 * What a barrier promises when participants die, the same for processes and for worker threads: the others are told at
 * once, and need no time limit for it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Barrier, Queue } from '../../src/index.ts';
import { meetAndStay, meetOnce } from '../fixtures/sync/meeters.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const FORMS = ['awaits', 'blocks'] as const;
const died = { name: 'DuodaoError', code: 'broken', facts: { cause: 'died' } };

for (const kind of KINDS) {
  for (const form of FORMS) {
    test(`A ${kind} that ${form} at a barrier and is killed breaks it for all who wait`, async () => {
      const barrier = new Barrier(4);
      const told = new Queue<string>();
      const victim = await start(kind, meetOnce, [barrier, told, form]);
      const other = await start(kind, meetOnce, [barrier, told, form]);
      const mine = barrier.wait(HANG_GUARD);
      const heard = assert.rejects(mine, died);
      for (let others = 0; others < 2; others++) await told.get(HANG_GUARD);
      await until('all wait', () => barrier.waiting === 3);
      await victim.kill();
      await heard;
      assert.equal(await other.result(), 'broken: died');
      await assert.rejects(barrier.wait(HANG_GUARD), died);
      barrier.reset();
      assert.equal(barrier.isBroken, false);
    });

    test(`A ${kind} killed between rounds breaks the barrier for one who ${form}`, async () => {
      const barrier = new Barrier(2);
      const told = new Queue<string>();
      const victim = await start(kind, meetAndStay, [barrier, told, 2]);
      for (let round = 0; round < 2; round++) await barrier.wait(HANG_GUARD);
      await told.get(HANG_GUARD);
      if (form === 'awaits') {
        const heard = assert.rejects(barrier.wait(HANG_GUARD), died);
        await victim.kill();
        await heard;
      } else {
        await victim.kill();
        assert.throws(() => barrier.waitSync(HANG_GUARD), died);
      }
      assert.equal(barrier.isBroken, true);
    });
  }

  test(`A ${kind} that never arrived may die: nobody knows of it, and a time limit must tell`, async () => {
    const barrier = new Barrier(2, { timeoutMs: 50 });
    const other = new Barrier(1);
    const told = new Queue<string>();
    const stranger = await start(kind, meetAndStay, [other, told, 1]);
    await told.get(HANG_GUARD);
    const mine = barrier.wait();
    const heard = assert.rejects(mine, { code: 'timed-out' });
    await stranger.kill();
    await heard;
  });

  test(`After a reset the death of a ${kind} that took part before is nothing to the barrier`, async () => {
    const barrier = new Barrier(2);
    const told = new Queue<string>();
    const victim = await start(kind, meetAndStay, [barrier, told, 1]);
    await barrier.wait(HANG_GUARD);
    await told.get(HANG_GUARD);
    barrier.reset();
    const mine = barrier.wait(HANG_GUARD);
    await victim.kill();
    const other = await start(kind, meetOnce, [barrier, told, 'awaits']);
    assert.deepEqual([await mine, await other.result()], [0, 1]);
  });
}
