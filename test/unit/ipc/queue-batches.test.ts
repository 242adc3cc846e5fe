/** Many items at once: all of them in or none, at least one out, and nothing lost when something is wrong with one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Lock, Queue } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const NOW = { timeoutMs: 0 };

type Put = (queue: Queue, items: readonly unknown[]) => unknown;
const puts: Readonly<Record<string, Put>> = {
  putMany: (queue, items) => queue.putMany(items, NOW),
  putManySync: (queue, items) => queue.putManySync(items, NOW),
  tryPutMany: (queue, items) => queue.tryPutMany(items),
};
type Get = (queue: Queue, max: number) => unknown;
const gets: Readonly<Record<string, Get>> = {
  getMany: (queue, max) => queue.getMany(max, NOW),
  getManySync: (queue, max) => queue.getManySync(max, NOW),
  tryGetMany: (queue, max) => queue.tryGetMany(max),
};

for (const [name, put] of Object.entries(puts)) {
  test(`${name}() puts all items in their order, or none`, async () => {
    const queue = new Queue({ capacity: 4 });
    await put(queue, [1, 'two', { three: 3 }]);
    assert.equal(queue.size, 3);
    if (name === 'tryPutMany') assert.equal(put(queue, [4, 5]), false);
    else await assert.rejects(async () => put(queue, [4, 5]), { code: 'timed-out' });
    assert.equal(queue.size, 3);
    await put(queue, [4]);
    await put(queue, []);
    assert.deepEqual(queue.tryGetMany(9), [1, 'two', { three: 3 }, 4]);
  });

  test(`${name}() refuses at once what can never fit, and what cannot cross, and keeps nothing of it`, async () => {
    const resting = await restingBytes();
    await (async () => {
      const queue = new Queue({ capacity: 3, bytes: 512 });
      const lock = new Lock();
      await assert.rejects(async () => put(queue, [lock, 2, 3, 4]), { code: 'over-limit' });
      const long = 'x'.repeat(200);
      await assert.rejects(async () => put(queue, [lock, long, long]), { code: 'over-limit' });
      await assert.rejects(async () => put(queue, [lock, 2, () => 3]), /items\[2\]/);
      await assert.rejects(async () => put(queue, 'two' as never), TypeError);
      assert.equal(queue.size, 0);
      await put(queue, [lock, 2, 3]);
      assert.equal(queue.tryGetMany(1)[0], lock);
      queue.close();
      await assert.rejects(async () => put(queue, []), { code: 'closed' });
      await assert.rejects(async () => put(queue, [1]), { code: 'closed' });
    })();
    await assertGivenBack(resting);
  });
}

for (const [name, get] of Object.entries(gets)) {
  test(`${name}() gives at least one item, in order, and not more than was asked for`, async () => {
    const queue = new Queue();
    if (name === 'tryGetMany') assert.deepEqual(get(queue, 3), []);
    else await assert.rejects(async () => get(queue, 3), { code: 'timed-out' });
    const items = [1, new Lock(), 'x'.repeat(10_000), undefined, { five: 5 }];
    await queue.putMany(items);
    assert.deepEqual(await get(queue, 3), items.slice(0, 3));
    assert.deepEqual(await get(queue, Number.POSITIVE_INFINITY), items.slice(3));
    assert.deepEqual([queue.size, queue.leased], [0, 0]);
    queue.close();
    await assert.rejects(async () => get(queue, 1), { code: 'closed' });
  });

  test(`${name}() refuses an absurd number`, async () => {
    const queue = new Queue();
    await queue.put(1);
    for (const max of [0, -1, 1.5, Number.NaN, '3'])
      await assert.rejects(async () => get(queue, max as number), RangeError);
    assert.equal(queue.size, 1);
  });
}

test('putMany() waits until there is room for all, and getMany() until there is one', async () => {
  const queue = new Queue<number>({ capacity: 3 });
  await queue.putMany([1, 2]);
  const put = queue.putMany([3, 4], HANG_GUARD);
  assert.equal(await queue.get(), 1);
  await put;
  assert.deepEqual(await queue.getMany(9), [2, 3, 4]);
  const got = queue.getMany(9, HANG_GUARD);
  await queue.put(5);
  assert.deepEqual(await got, [5]);
});

test('A batch that fills the whole ring fits, wherever the last one ended', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 6 }), (before) => {
      const queue = new Queue<Uint8Array>({ bytes: 4096 });
      for (const count of before) {
        assert.ok(queue.tryPutMany(Array.from({ length: count }, () => new Uint8Array(100 * count))));
        assert.equal(queue.tryGetMany(9).length, count);
      }
      let items = 1;
      while (fits(items + 1)) items++;
      assert.ok(items > 3);
      assert.ok(queue.tryPutMany(Array.from({ length: items }, () => new Uint8Array(900))));
      assert.equal(queue.tryGetMany(items).length, items);
    }),
    { numRuns: 30 },
  );
});

/** Whether so many items of 900 bytes fit into an empty ring of 4096. */
function fits(items: number): boolean {
  try {
    return new Queue<Uint8Array>({ bytes: 4096 }).tryPutMany(
      Array.from({ length: items }, () => new Uint8Array(900)),
    );
  } catch {
    return false;
  }
}
