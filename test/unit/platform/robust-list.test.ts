/**
 * The kernel marks the futexes on a thread's list when the thread ends, however it ends. What it does is shown by
 * real deaths: SIGKILL of a process, terminate() of a worker.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createMemory, mapMemory, viewMemory } from '../../../src/platform/memory-map.ts';
import { PENDING_INDEX, RobustList } from '../../../src/platform/robust-list.ts';
import { startPart } from './part.ts';

const OWNER_DIED = 1 << 30;
const WAITERS = -(2 ** 31);
const SIZE = 4096;
const WORDS_OF_LINE = 16;
const fd = createMemory('test', SIZE);
const address = mapMemory(fd, SIZE);
const words = new Int32Array(viewMemory(address, SIZE));
after(() => closeSync(fd));

function futexes(count: number): number[] {
  return Array.from({ length: count }, (_, line) => words[(line + 1) * WORDS_OF_LINE]!);
}

/** A worker that links the futex of line 1 for life. */
async function linkedWorker(): Promise<{ worker: Worker; tid: number }> {
  const worker = new Worker(new URL('../../fixtures/platform/linked-worker.mjs', import.meta.url), {
    workerData: { fd, sizeBytes: SIZE },
  });
  const [tid] = (await once(worker, 'message')) as [number];
  return { worker, tid };
}

test('RobustList knows the id of its thread', () => {
  assert.equal(new RobustList().tid, process.pid);
});

test('RobustList of a thread is the same list each time it is looked up, and names nothing as pending', () => {
  const [one, other] = [new RobustList(), new RobustList()];
  assert.equal(one.pending[PENDING_INDEX], 0);
  one.pending[PENDING_INDEX] = one.nodeBits(address + 64);
  assert.equal(other.pending[PENDING_INDEX], one.nodeBits(address + 64));
  one.pending[PENDING_INDEX] = 0;
});

test('linkForLife() shows the thread in each futex, and SIGKILL marks them all', async () => {
  words.fill(0);
  const part = await startPart('linkThreeForLife', fd);
  assert.deepEqual(futexes(4), [part.pid, part.pid, part.pid, 0]);
  assert.equal(await part.kill(), 'SIGKILL');
  assert.deepEqual(futexes(4), [OWNER_DIED, OWNER_DIED, OWNER_DIED, 0]);
});

test('SIGKILL keeps the mark of those who wait', async () => {
  words.fill(0);
  const part = await startPart('linkThreeForLife', fd);
  Atomics.or(words, 2 * WORDS_OF_LINE, WAITERS);
  await part.kill();
  assert.deepEqual(futexes(3), [OWNER_DIED, OWNER_DIED | WAITERS, OWNER_DIED]);
});

test('SIGKILL marks the futex that is named as pending, and no other', async () => {
  words.fill(0);
  const part = await startPart('namePending', fd);
  assert.deepEqual(futexes(2), [part.pid, part.pid]);
  await part.kill();
  assert.deepEqual(futexes(2), [OWNER_DIED, part.pid]);
});

test('A futex that somebody else has is not marked, though it is on the list', async () => {
  words.fill(0);
  const part = await startPart('linkThreeForLife', fd);
  words[WORDS_OF_LINE] = process.pid;
  await part.kill();
  assert.deepEqual(futexes(3), [process.pid, OWNER_DIED, OWNER_DIED]);
});

test('terminate() of a worker marks its futex, time and again though threads share a stack', async () => {
  for (let round = 0; round < 3; round++) {
    words.fill(0);
    const { worker, tid } = await linkedWorker();
    assert.notEqual(tid, process.pid);
    assert.deepEqual(futexes(1), [tid]);
    await worker.terminate();
    assert.deepEqual(futexes(1), [OWNER_DIED]);
  }
});

test('A worker that ends by itself has its futex marked', async () => {
  words.fill(0);
  const { worker } = await linkedWorker();
  worker.postMessage('end');
  await once(worker, 'exit');
  assert.deepEqual(futexes(1), [OWNER_DIED]);
});
