/**
 * Items into and out of a queue, in the three forms, and what happens to an item when its wait comes to nothing.
 * The faces that use this, queue.ts and pipe.ts, have their own tests.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Lock, Queue } from '../../../src/index.ts';
import { createQueue } from '../../../src/ipc/queue.ts';
import { QueueFlow } from '../../../src/ipc/queue-flow.ts';
import type { QueueWords } from '../../../src/ipc/queue-side.ts';
import { QueueSteps } from '../../../src/ipc/queue-steps.ts';
import { NOT_YET, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };

interface Side {
  readonly steps: QueueSteps<unknown>;
  readonly flow: QueueFlow<unknown>;
}

function sideOf(queue: SharedObject, words?: QueueWords): Side {
  const steps = new QueueSteps<unknown>(queue, words);
  return { steps, flow: new QueueFlow(steps) };
}

test('QueueFlow puts and gets items, awaited, blocking and at once, in one order', async () => {
  const { flow } = sideOf(createQueue({ capacity: 3 }));
  await flow.put(1);
  flow.putSync(2);
  assert.equal(flow.tryPut(3), true);
  assert.equal(flow.tryPut(4), false);
  assert.deepEqual([await flow.get(), flow.getSync(), flow.tryGet()], [1, 2, { item: 3 }]);
  assert.equal(flow.tryGet(), undefined);
});

test('QueueFlow puts what was given, though others are packed while it waits', async () => {
  const { flow } = sideOf(createQueue({ capacity: 1 }));
  await flow.put('first');
  const waits = ['a'.repeat(100), 'b'.repeat(100), 'c'.repeat(100)].map((item) => flow.put(item));
  const got = [await flow.get()];
  for (let i = 0; i < 3; i++) got.push(await flow.get());
  await Promise.all(waits);
  assert.deepEqual(got, ['first', 'a'.repeat(100), 'b'.repeat(100), 'c'.repeat(100)]);
});

test('QueueFlow lets go of what an item refers to when the item is not put', async () => {
  const before = await restingBytes();
  await (async () => {
    const { flow } = sideOf(createQueue({ capacity: 1 }));
    await flow.put('only one');
    await assert.rejects(flow.put(new Lock(), { timeoutMs: 0 }), TIMED_OUT);
    assert.throws(() => flow.putSync(new Lock(), { timeoutMs: 0 }), TIMED_OUT);
    assert.throws(() => flow.putSync(new Lock(), { timeoutMs: -1 }), RangeError);
    assert.equal(flow.tryPut(new Lock()), false);
  })();
  await assertGivenBack(before);
});

test('QueueFlow says when a get would not wait, and takes nothing', async () => {
  const { flow, steps } = sideOf(createQueue({}));
  assert.equal(flow.isReady, false);
  await assert.rejects(flow.untilReady({ timeoutMs: 1 }), TIMED_OUT);
  const wait = flow.untilReady();
  await flow.put('item');
  await wait;
  assert.equal(flow.isReady, true);
  const lease = steps.tryLease(false);
  assert.ok(lease !== NOT_YET);
  assert.equal(flow.isReady, false);
  steps.inside(() => steps.body.close());
  // The item may come back.
  assert.equal(flow.isReady, false);
  const end = flow.untilReady();
  steps.settle(lease, 'done');
  await end;
  assert.equal(flow.isReady, true);
});

test('QueueSteps.leave() tells whoever waits, and gives back what was not yet opened as if never taken', async () => {
  const queue = createQueue({ capacity: 1 });
  const words: QueueWords = {
    name: 'well',
    putting: 'Pouring',
    getting: 'Drawing',
    ended: (action, why) => new DuodaoError('closed', `${action} ${why}`),
  };
  const [ours, theirs] = [sideOf(queue, words), sideOf(queue)];
  await assert.rejects(ours.flow.get({ timeoutMs: 0 }), { message: 'Drawing did not happen within 0 ms' });
  const inner = new Queue();
  await theirs.flow.put(inner);
  await assert.rejects(ours.flow.put(1, { timeoutMs: 0 }), { message: 'Pouring did not happen within 0 ms' });
  const taken = ours.steps.tryGet(false);
  assert.ok(taken !== NOT_YET && 'position' in taken);
  const waits = [ours.flow.get(), ours.flow.untilReady(), ours.flow.put(2)];
  const told = Promise.all(
    waits.map((wait) => assert.rejects(wait, { code: 'closed', message: 'get left' })),
  );
  ours.steps.leave();
  await told;
  await assert.rejects(ours.flow.put(3), { message: 'put left' });
  assert.throws(() => ours.steps.settle(taken, 'done'), { message: 'get left' });
  const again = theirs.steps.tryLease(false);
  assert.ok(again !== NOT_YET);
  assert.equal(again.deliveries, 1);
  assert.equal(theirs.steps.open(again), inner);
  theirs.steps.settle(again, 'done');
});
