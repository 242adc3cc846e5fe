/** What a once promises between participants, the same for processes and for worker threads, whoever dies. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Queue, SharedArray } from '../../src/index.ts';
import { Once } from '../../src/sync/public.ts';
import { runOnce } from '../fixtures/sync/permits.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

for (const kind of KINDS) {
  test(`Once runs in one ${kind} of many, and after those in which it fails`, async () => {
    const once = new Once();
    const array = new SharedArray('i32', 1);
    const told = new Queue<string>();
    const hows = ['fails', 'awaits', 'blocks', 'awaits'] as const;
    const others = await Promise.all(hows.map((how) => start(kind, runOnce, [once, array, told, how])));
    const ends = await Promise.all(others.map((other) => other.result()));
    assert.equal(array.view[0], 1);
    assert.equal(ends.filter((end) => end === 'ran').length, 1);
    assert.ok(
      ends.every((end) => ['ran', 'found it done', 'told to'].includes(end)),
      ends.join(),
    );
    assert.equal(once.isDone, true);
  });

  for (const form of ['awaits', 'blocks'] as const) {
    test(`A ${kind} that dies in its run leaves it to one who ${form}`, async () => {
      const once = new Once();
      const array = new SharedArray('i32', 1);
      const told = new Queue<string>();
      const runner = await start(kind, runOnce, [once, array, told, 'never ends']);
      assert.equal(await told.get(HANG_GUARD), 'here');
      assert.equal(await told.get(HANG_GUARD), 'runs');
      const next = await start(kind, runOnce, [once, array, told, form]);
      await until('it waits', () => once.stats().waiting === 1);
      await runner.kill();
      assert.equal(await next.result(), 'ran');
      assert.equal(await once.run(() => assert.fail('done already'), HANG_GUARD), false);
    });
  }

  test(`Who does not wait runs when a ${kind} has died in its run`, async () => {
    const once = new Once();
    const told = new Queue<string>();
    const runner = await start(kind, runOnce, [once, new SharedArray('i32', 1), told, 'never ends']);
    for (const _ of [1, 2]) await told.get(HANG_GUARD);
    assert.throws(() => once.runSync(() => undefined, { timeoutMs: 0 }), { code: 'timed-out' });
    await runner.kill();
    assert.equal(
      once.runSync(() => undefined, { timeoutMs: 0 }),
      true,
    );
  });
}
