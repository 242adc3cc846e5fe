/**
 * Rounds of tasks in one thread: unique numbers, the action, and all the ways in which a barrier breaks. Between
 * processes and threads: test/conformance/barrier*.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Barrier, Event, Queue } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };
const byNumber = (a: number, b: number): number => a - b;
const brokenBy = (cause: string): object => ({ name: 'DuodaoError', code: 'broken', facts: { cause } });

test('Barrier lets all go when all have arrived, each with a number of its own, round after round', async () => {
  const barrier = new Barrier(4);
  for (let round = 0; round < 3; round++) {
    const waits = Array.from({ length: 4 }, () => barrier.wait(HANG_GUARD));
    assert.deepEqual((await Promise.all(waits)).toSorted(byNumber), [0, 1, 2, 3]);
    assert.deepEqual(barrier.stats(), { parties: 4, waiting: 0, isBroken: false });
  }
});

test('Barrier of one lets everybody go at once', async () => {
  const barrier = new Barrier(1);
  assert.equal(barrier.waitSync({ timeoutMs: 0 }), 0);
  assert.equal(await barrier.wait({ timeoutMs: 0 }), 0);
});

test('Barrier counts who waits', async () => {
  const barrier = new Barrier(3);
  const waits = [barrier.wait(HANG_GUARD), barrier.wait(HANG_GUARD)];
  assert.deepEqual([barrier.parties, barrier.waiting], [3, 2]);
  assert.equal(barrier.waitSync(HANG_GUARD), 2);
  assert.equal(barrier.waiting, 0);
  assert.deepEqual(await Promise.all(waits), [0, 1]);
});

test('A fast task is in the next round while a slow one has not looked yet', async () => {
  const barrier = new Barrier(2);
  const slow = barrier.wait(HANG_GUARD);
  const fast = barrier.wait(HANG_GUARD).then(() => barrier.wait({ timeoutMs: 1 }));
  assert.equal(await slow, 0);
  await assert.rejects(fast, timedOut);
});

test('Barrier runs its action once in each round, before anybody is let go', async () => {
  const order: string[] = [];
  const barrier = new Barrier(3, {
    action: async () => {
      await turn();
      order.push('action');
    },
  });
  const go = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      await barrier.wait(HANG_GUARD);
      order.push('gone');
    }
  };
  await Promise.all([go(), go(), go()]);
  assert.deepEqual(
    order,
    [1, 2, 3].flatMap(() => ['action', 'gone', 'gone', 'gone']),
  );
});

test('More tasks than parties share the rounds', async () => {
  let rounds = 0;
  const barrier = new Barrier(2, { action: () => turn().then(() => rounds++) });
  const waits = Array.from({ length: 6 }, () => barrier.wait(HANG_GUARD));
  assert.deepEqual((await Promise.all(waits)).toSorted(byNumber), [0, 0, 0, 1, 1, 1]);
  assert.equal(rounds, 3);
});

test('Barrier.waitSync() runs the action itself, though others of its thread wait for it, too', async () => {
  let acts = 0;
  const barrier = new Barrier(2, { action: () => acts++ });
  const waits = barrier.wait(HANG_GUARD);
  assert.equal(barrier.waitSync(HANG_GUARD), 1);
  assert.equal(await waits, 0);
  assert.equal(acts, 1);
});

test('An action that throws breaks the barrier: its party gets the error, the others hear of it', async () => {
  const error = new Error('mine');
  const barrier = new Barrier(2, {
    action: () => {
      throw error;
    },
  });
  for (let round = 0; round < 2; round++) {
    const first = barrier.wait(HANG_GUARD);
    if (round === 0) assert.throws(() => barrier.waitSync(HANG_GUARD), error);
    else await assert.rejects(barrier.wait(HANG_GUARD), error);
    await assert.rejects(first, brokenBy('action-failed'));
    assert.equal(barrier.isBroken, true);
    barrier.reset();
  }
});

test('An action that is asynchronous is refused by waitSync, and breaks the barrier', () => {
  const barrier = new Barrier(1, { action: async () => undefined });
  assert.throws(() => barrier.waitSync(), TypeError);
  assert.throws(() => barrier.waitSync(), brokenBy('action-failed'));
});

test('A barrier that is broken during its action does not let anybody go', async () => {
  const begun = new Event();
  const end = new Event();
  const barrier = new Barrier(2, {
    action: async () => {
      begun.set();
      await end.wait(HANG_GUARD);
    },
  });
  const waits = [barrier.wait(HANG_GUARD), barrier.wait(HANG_GUARD)];
  const ended = Promise.allSettled(waits);
  await begun.wait(HANG_GUARD);
  barrier.abort();
  await assert.rejects(waits[0] as Promise<number>, brokenBy('abort'));
  end.set();
  await ended;
  await assert.rejects(waits[1] as Promise<number>, brokenBy('abort'));
});

for (const own of [true, false]) {
  test(`A party that is out of ${own ? 'its own' : "the barrier's"} time breaks the barrier for all`, async () => {
    const barrier = new Barrier(3, own ? {} : { timeoutMs: 5 });
    const other = barrier.wait(HANG_GUARD);
    const late = barrier.wait(own ? { timeoutMs: 5 } : {});
    const heard = assert.rejects(other, brokenBy('timed-out'));
    await assert.rejects(late, timedOut);
    await heard;
    assert.deepEqual(barrier.stats(), { parties: 3, waiting: 0, isBroken: true });
    await assert.rejects(barrier.wait(), brokenBy('timed-out'));
    assert.throws(() => barrier.waitSync(), brokenBy('timed-out'));
  });
}

test('Barrier.waitSync() that is out of time breaks the barrier for all', async () => {
  const barrier = new Barrier(3);
  const other = barrier.wait(HANG_GUARD);
  assert.throws(() => barrier.waitSync({ timeoutMs: 1 }), timedOut);
  await assert.rejects(other, brokenBy('timed-out'));
});

test('A party that is aborted breaks the barrier; one that was so before it came does not arrive', async () => {
  const barrier = new Barrier(3);
  const other = barrier.wait(HANG_GUARD);
  await assert.rejects(barrier.wait({ signal: AbortSignal.abort('early') }), (reason) => reason === 'early');
  assert.deepEqual([barrier.waiting, barrier.isBroken], [1, false]);
  const abort = new AbortController();
  const mine = barrier.wait({ signal: abort.signal });
  const heard = assert.rejects(other, brokenBy('aborted'));
  abort.abort('mine');
  await assert.rejects(mine, (reason) => reason === 'mine');
  await heard;
});

test('Barrier.abort() breaks it, waited at or not, and reset() mends it', async () => {
  const barrier = new Barrier(2);
  const wait = barrier.wait(HANG_GUARD);
  barrier.abort();
  barrier.abort();
  await assert.rejects(wait, brokenBy('abort'));
  await assert.rejects(barrier.wait(HANG_GUARD), brokenBy('abort'));
  barrier.reset();
  assert.equal(barrier.isBroken, false);
  assert.deepEqual(await Promise.all([barrier.wait(HANG_GUARD), barrier.wait(HANG_GUARD)]), [0, 1]);
});

test('Barrier.reset() tells those who wait, and is usable at once', async () => {
  const barrier = new Barrier(2);
  const wait = barrier.wait(HANG_GUARD);
  barrier.reset();
  const next = barrier.wait(HANG_GUARD);
  await assert.rejects(wait, brokenBy('reset'));
  barrier.reset();
  await assert.rejects(next, brokenBy('reset'));
  barrier.reset();
  assert.equal(barrier.waiting, 0);
});

test('Barrier refuses what is no number of parties, no time and no action', async () => {
  for (const parties of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Barrier(parties), RangeError);
  assert.throws(() => new Barrier('2' as never), TypeError);
  assert.throws(() => new Barrier(2, { timeoutMs: -1 }), RangeError);
  assert.throws(() => new Barrier(2, { action: 5 as never }), TypeError);
  const barrier = new Barrier(2);
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(barrier.wait({ timeoutMs }), RangeError);
    assert.throws(() => barrier.waitSync({ timeoutMs }), RangeError);
  }
  assert.deepEqual([barrier.waiting, barrier.isBroken], [0, false]);
});

test('Barrier.named() gives one barrier to all who ask for the name and the same of it', () => {
  const one = Barrier.named('step', 2, { timeoutMs: 1000, action: () => undefined });
  assert.equal(Barrier.named('step', 2), one);
  assert.equal(Barrier.named('step', 2, { timeoutMs: 1000, action: () => undefined }), one);
  assert.throws(() => Barrier.named('step', 3), {
    name: 'RangeError',
    message: /"step" with 3 parties.*has 2/,
  });
  assert.throws(() => Barrier.named('step', 2, { timeoutMs: 5 }), RangeError);
  Barrier.named('bare step', 2);
  assert.throws(() => Barrier.named('bare step', 2, { action: () => undefined }), RangeError);
  assert.throws(() => Event.named('step'), { name: 'TypeError', message: /barrier/ });
  assert.throws(() => Barrier.named('', 2), RangeError);
  assert.throws(() => Barrier.named('other step', 0), RangeError);
});

test('A barrier that comes home is the very same object', async () => {
  const queue = new Queue<Barrier>();
  const barrier = new Barrier(2);
  await queue.put(barrier);
  assert.equal(await queue.get(), barrier);
});

test('A barrier gives its memory back when nobody has it any more', async () => {
  const before = await restingBytes();
  await (async () => {
    for (let index = 0; index < 20; index++) await new Barrier(1).wait();
  })();
  await assertGivenBack(before);
});
