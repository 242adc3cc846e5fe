/** A thread that runs out of heap ends alone: everybody is told why, and what it held is free. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { DuodaoError, Lock, Queue, Thread, Value } from '../../../../src/index.ts';
import { here } from '../../../../src/memory/here.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { fillWithLittle, holdAndFillHeap } from '../../../fixtures/processes/threads.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { assertGivenBack, restingBytes, slotsTaken } from '../../../harness/tree.ts';

endsClean({ killsThreads: true });

const MIB = 2 ** 20;
const TOO_LARGE = { how: 'killed', signal: 'SIGKILL', reason: 'memory-limit' };

let resting = 0;
before(async () => {
  await (await new Thread({ target: targets.nothing }).start()).join(HANG_GUARD);
  resting = await restingBytes();
});

test('Thread whose heap comes to its limit ends with that reason, which its result tells, too', async () => {
  const memory = { hardBytes: 48 * MIB };
  const thread = await new Thread({ target: fillWithLittle, memory, name: 'greedy' }).start();
  const error: unknown = await thread.result(HANG_GUARD).catch((reason: unknown) => reason);
  assert.ok(error instanceof DuodaoError && error.code === 'exited', String(error));
  assert.match(error.message, /^greedy ended without an answer: .* its heap came to its limit: .*hardBytes$/);
  assert.deepEqual(error.facts, { name: 'greedy', tid: thread.tid, exitCode: -9 });
  assert.equal((error.cause as { code?: string }).code, 'ERR_WORKER_OUT_OF_MEMORY');
  assert.deepEqual(await thread.join(), TOO_LARGE);
  assert.deepEqual([thread.state, thread.exitCode], ['terminated', -9]);
});

test('Thread that runs out of heap gives back what it held, and the others go on', async () => {
  const [lock, items, told, count] = [new Lock(), new Queue<string>(), new Queue<string>(), new Value('i32')];
  items.putSync('ticket');
  const memory = { hardBytes: 48 * MIB };
  const greedy = await new Thread({
    target: holdAndFillHeap,
    args: [lock, items, told, count],
    memory,
  }).start();
  assert.equal(await told.get(HANG_GUARD), 'holds');
  const [held, lease] = await Promise.all([lock.acquire(HANG_GUARD), items.lease(HANG_GUARD)]);
  assert.deepEqual([held.ownerDied, lease.item, lease.redelivered, count.value], [true, 'ticket', true, 1]);
  held.release();
  lease.done();
  assert.deepEqual(await greedy.join(HANG_GUARD), TOO_LARGE);
  const next = await new Thread({ target: targets.count, args: [count, 1], memory }).start();
  assert.equal(await next.result(HANG_GUARD), 1);
  assert.deepEqual(await next.join(HANG_GUARD), { how: 'exited', code: 0 });
  assert.equal(count.value, 2);
});

test('Thread has room for its buffers outside of its heap, whatever the limit of that', async () => {
  const memory = { hardBytes: 32 * MIB };
  const thread = await new Thread({ target: targets.lengthOf, args: [64 * MIB], memory }).start();
  assert.equal(await thread.result(HANG_GUARD), 64 * MIB);
  assert.deepEqual(await thread.join(HANG_GUARD), { how: 'exited', code: 0 });
});

test('Threads that ran out of heap leave no memory and no place taken', async () => {
  await assertGivenBack(resting);
  assert.equal(slotsTaken(), 1);
  assert.equal(here().netHits, 0);
});
