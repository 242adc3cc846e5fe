/**
 * What a condition promises between participants, the same for processes and for worker threads: who is woken, who
 * holds the lock, and what becomes of what the dead were told.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Condition, Lock, Queue } from '../../src/index.ts';
import { notify, waitFor } from '../fixtures/sync/waiters.ts';
import { endsClean } from '../harness/clean-end.ts';
import { KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const FORMS = ['awaits', 'blocks'] as const;
/** A wait begins before its lock is free. */
const waiting = (condition: Condition, count: number): Promise<void> =>
  until(`${count} wait`, () => condition.stats().waiting === count && !condition.lock.isLocked);

for (const kind of KINDS) {
  for (const form of FORMS) {
    test(`A notification wakes a ${kind} that ${form}, and it holds the lock as often as before`, async () => {
      for (const [condition, levels] of [
        [new Condition(), 3],
        [new Condition(new Lock()), 1],
        [new Condition(new Lock({ fair: true })), 1],
      ] as const) {
        const told = new Queue<string>();
        const waiter = await start(kind, waitFor, [condition, told, form, levels]);
        await waiting(condition, 1);
        assert.equal(condition.lock.isLocked, false);
        const held = await condition.acquire();
        assert.equal(condition.notify(), 1);
        assert.deepEqual([await told.get(), told.size], ['waits', 0], 'it waits for the lock');
        held.release();
        assert.equal(await waiter.result(), `holds it ${levels} times`);
        assert.equal(condition.lock.isLocked, false);
      }
    });
  }

  test(`Condition.notify(n) wakes n of each ${kind}, the longest waiting first, and notifyAll() the rest`, async () => {
    const condition = new Condition();
    const told = [];
    const waiters = [];
    for (const [index, form] of [...FORMS, ...FORMS, ...FORMS].entries()) {
      const mine = new Queue<string>();
      told.push(mine);
      waiters.push(await start(kind, waitFor, [condition, mine, form]));
      await waiting(condition, index + 1);
    }
    assert.equal(await (await start(kind, notify, [condition, 2])).result(), 2);
    for (const index of [0, 1]) await waiters[index]?.result();
    assert.deepEqual(
      told.map(({ size }) => size),
      [2, 2, 1, 1, 1, 1],
    );
    assert.equal(await condition.use(() => condition.notify()), 1);
    await waiters[2]?.result();
    assert.equal(await condition.use(() => condition.notifyAll()), 3);
    for (const waiter of waiters) await waiter.result();
  });

  test(`A notification is not remembered for a ${kind} that comes later`, async () => {
    const condition = new Condition();
    assert.equal(await condition.use(() => condition.notify(5)), 0);
    const told = new Queue<string>();
    const waiter = await start(kind, waitFor, [condition, told, 'blocks']);
    await waiting(condition, 1);
    assert.equal(await condition.use(() => condition.notifyAll()), 1);
    await waiter.result();
  });

  for (const form of FORMS) {
    test(`A notification given to a ${kind} that ${form} and is killed is passed on`, async () => {
      const condition = new Condition();
      const told = [new Queue<string>(), new Queue<string>()] as const;
      const victim = await start(kind, waitFor, [condition, told[0], form]);
      await waiting(condition, 1);
      const other = await start(kind, waitFor, [condition, told[1], form]);
      await waiting(condition, 2);
      // It is told, and cannot go on as long as we have the lock.
      const held = await condition.acquire();
      assert.equal(condition.notify(), 1);
      await victim.kill();
      held.release();
      await other.result();
      assert.deepEqual([told[0].size, told[1].size, condition.stats().waiting], [1, 2, 0]);
    });

    test(`A ${kind} that ${form} and is killed before it is notified takes nothing with it`, async () => {
      const condition = new Condition();
      const told = new Queue<string>();
      const victim = await start(kind, waitFor, [condition, told, form]);
      await waiting(condition, 1);
      await victim.kill();
      await waiting(condition, 0);
      assert.equal(await condition.use(() => condition.notifyAll()), 0);
    });
  }

  test(`Condition.named() is one condition with one lock for each ${kind}`, async () => {
    const name = `known to each ${kind}`;
    const condition = Condition.named(name);
    const told = new Queue<string>();
    const waiter = await start(kind, waitFor, [condition, told, 'awaits', 2]);
    await waiting(Condition.named(name), 1);
    await notify(Condition.named(name), 1);
    assert.equal(await waiter.result(), 'holds it 2 times');
  });
}
