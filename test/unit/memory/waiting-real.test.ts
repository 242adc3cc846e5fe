/** Waits of real processes: woken by each other, keeping alive who waits, and leaving nothing behind. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Held, Lock, Queue, Value } from '../../../src/index.ts';
import { here } from '../../../src/memory/index.ts';
import { Slots } from '../../../src/memory/slots.ts';
import * as others from '../../fixtures/memory/waits.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../../harness/participants.ts';
import { until } from '../../harness/tree.ts';

endsClean();

/** As bell.ts has it: how somebody sleeps who blocks. */
const FUTEX = 1;

function runProgram(...args: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  const path = fileURLToPath(new URL('../../fixtures/memory/only-waits.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, path, ...args], {
    encoding: 'utf8',
    timeout: HANG_GUARD.timeoutMs,
  });
  return { stdout, stderr, status };
}

test('A wait keeps its process alive, and nothing does when it is over', () => {
  assert.deepEqual(runProgram(), { stdout: 'taken, hits: 0\n', stderr: '', status: 0 });
});

test('A wait that is out of time keeps its process alive no longer', () => {
  const { stdout, status } = runProgram('30');
  assert.match(stdout, /^Taking the lock did not happen within 30 ms$/m);
  assert.equal(status, 0);
});

test('A thousand waits for one lock are served in their order, each alone', async () => {
  const lock = new Lock();
  const first = lock.acquireSync();
  const order: number[] = [];
  let inside = 0;
  const waits = Array.from({ length: 1000 }, (_, index) =>
    lock.acquire().then(async (held: Held) => {
      assert.equal(++inside, 1);
      order.push(index);
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      inside--;
      held.release();
    }),
  );
  first.release();
  await Promise.all(waits);
  assert.deepEqual(order, [...Array(1000).keys()]);
  assert.equal(lock.isLocked, false);
  assert.equal(here().netHits, 0);
});

test('A thousand waits, half of them aborted, take nothing with them', async () => {
  const queue = new Queue<number>();
  const gone = new AbortController();
  setMaxListeners(0, gone.signal);
  const waits = Array.from({ length: 1000 }, (_, index) =>
    queue.get(index % 2 ? { signal: gone.signal } : {}).then(
      (item) => item,
      () => undefined,
    ),
  );
  gone.abort();
  for (let item = 0; item < 500; item++) queue.putSync(item);
  const items = await Promise.all(waits);
  assert.deepEqual(
    items.filter((item) => item !== undefined),
    [...Array(500).keys()],
  );
  assert.ok(items.every((item, index) => (item === undefined) === (index % 2 === 1)));
  assert.equal(queue.isEmpty, true);
});

for (const kind of KINDS) {
  test(`A thread that blocks serves the waits of its event loop: a ${kind} needs that to go on`, async () => {
    const [lock, queue, held] = [new Lock(), new Queue<string>(), new Value('i32')];
    const other = await start(kind, others.putThenRelease, [lock, queue, held]);
    await until('it has the lock', () => held.value === 1);
    const item = queue.get();
    held.value = 2;
    // The other one releases it only when the item is taken, and our event loop stands still.
    lock.acquireSync(HANG_GUARD).release();
    assert.equal(await item, 'served');
    assert.equal(await other.result(), 0);
  });

  test(`A ${kind} that blocks is woken by a release, not by its net`, async () => {
    const [lock, held] = [new Lock(), new Value('i32')];
    const mine = lock.acquireSync();
    const other = await start(kind, others.blockOnce, [lock, held]);
    await until('it is about to block', () => held.value === 1);
    const { slots } = here();
    await until('it blocks', () => {
      for (let slot = 0; slot < slots.top; slot++)
        if (slots.words[Slots.bellIndex(slot) + 1] === FUTEX) return true;
      return false;
    });
    mine.release();
    assert.equal(await other.result(), 0);
  });
}
