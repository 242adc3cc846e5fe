/** The items as the pool takes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from '../../../../src/cli/map/feed.ts';
import type { Item, Source } from '../../../../src/cli/map/source.ts';

function sourceOf(batches: AsyncIterable<readonly Item[]>): Source & { closed: number } {
  return {
    form: 'text',
    total: undefined,
    batches,
    closed: 0,
    close() {
      this.closed++;
    },
  };
}

async function* batchesOf(...batches: readonly (readonly Item[])[]): AsyncGenerator<readonly Item[]> {
  yield* batches;
}

test('A feed gives all items of all batches, and then lets go of the source', async () => {
  const source = sourceOf(batchesOf(['a', 'b'], [], ['c', undefined]));
  const feed = new Feed(source);
  const items: Item[] = [];
  for await (const item of feed) items.push(item);
  assert.deepEqual(items, ['a', 'b', 'c', undefined]);
  assert.equal(source.closed, 1);
  assert.equal(feed.underWay, 4);
  assert.deepEqual(feed.arrived(2), { index: 2, item: 'c', key: undefined });
  assert.equal(feed.arrived(2), undefined);
  assert.equal(feed.underWay, 3);
});

test('Items that are skipped keep their place, and take no number of the pool', async () => {
  const feed = new Feed(sourceOf(batchesOf(['a', 'b', 'c', 'd'])), {
    keyOf: (item) => item.toUpperCase(),
    skip: async ({ key }) => key === 'A' || key === 'C',
  });
  const items: Item[] = [];
  for await (const item of feed) items.push(item);
  assert.deepEqual(items, ['b', 'd']);
  assert.deepEqual(feed.arrived(1), { index: 3, item: 'd', key: 'D' });
  assert.equal(feed.read, 4);
});

test('A feed that is told to end says so to whoever waits for a silent pipe', async () => {
  let isClosed = false;
  async function* silent(): AsyncGenerator<readonly Item[]> {
    yield ['a'];
    await new Promise<never>(() => {});
  }
  const feed = new Feed({ ...sourceOf(silent()), close: () => (isClosed = true) });
  assert.deepEqual(await feed.next(), { done: false, value: 'a' });
  const next = feed.next();
  feed.end();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.deepEqual(await feed.next(), { done: true, value: undefined });
  assert.equal(isClosed, true);
});

test('A source that fails ends the feed, which remembers why', async () => {
  async function* failing(): AsyncGenerator<readonly Item[]> {
    yield ['a'];
    throw new Error('the disk is gone');
  }
  const feed = new Feed(sourceOf(failing()));
  const items: Item[] = [];
  for await (const item of feed) items.push(item);
  assert.deepEqual(items, ['a']);
  assert.equal(feed.failure?.message, 'the disk is gone');
});

test('Whoever leaves a feed early ends it', async () => {
  const source = sourceOf(batchesOf(['a', 'b']));
  const feed = new Feed(source);
  for await (const item of feed) {
    assert.equal(item, 'a');
    break;
  }
  assert.deepEqual([source.closed, (await feed.next()).done], [1, true]);
});

test('A feed with a limit gives no further item before one has arrived, and none after its end', async () => {
  const feed = new Feed(sourceOf(batchesOf(['a', 'b', 'c', 'd'])), { most: 2 });
  await feed.next();
  await feed.next();
  let third: unknown;
  const next = feed.next().then((given) => (third = given));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(third, undefined);
  feed.arrived(0);
  await next;
  assert.deepEqual(third, { done: false, value: 'c' });
  const fourth = feed.next();
  feed.arrived(1);
  feed.end();
  assert.deepEqual(await fourth, { done: true, value: undefined });
  assert.equal(feed.underWay, 1);
});
