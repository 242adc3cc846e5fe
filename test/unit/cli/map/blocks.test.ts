/** Items that are handed over many at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockFeed } from '../../../../src/cli/map/blocks.ts';
import { Feed } from '../../../../src/cli/map/feed.ts';
import { Journal } from '../../../../src/cli/map/journal.ts';
import { endsClean } from '../../../harness/clean-end.ts';

endsClean();

async function* batches(...all: readonly (readonly string[])[]): AsyncGenerator<readonly string[]> {
  yield* all;
}

function blocksOf(slots: number, ...all: readonly (readonly string[])[]): { blocks: BlockFeed; feed: Feed } {
  const feed = new Feed({ form: 'text', total: undefined, batches: batches(...all), close: () => {} });
  return { blocks: new BlockFeed(feed, new Journal(slots)), feed };
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

test('A block has one item while nothing is known, and then as many as take two milliseconds', async () => {
  const { blocks } = blocksOf(4, numbers(0, 100));
  assert.deepEqual((await blocks.next()).value, { slot: 3, items: ['0'] });
  blocks.learn(1, 0.2);
  assert.deepEqual((await blocks.next()).value?.items, numbers(1, 10));
  blocks.learn(1, 50);
  assert.deepEqual((await blocks.next()).value?.items, ['10']);
  assert.deepEqual(blocks.arrived(1), { slot: 2, items: numbers(1, 10), first: 1 });
  assert.equal(blocks.arrived(1), undefined);
});

test('A block waits for nothing: it has what has been read, and no more than fits', async () => {
  const { blocks } = blocksOf(9, ['a', 'b', 'c'], ['d'], numbers(0, 2000), ['x'.repeat(40_000), 'y']);
  blocks.learn(1, 0);
  const sizes: number[] = [];
  for await (const { items } of blocks) sizes.push(items.length);
  assert.deepEqual(sizes, [3, 1, 512, 512, 512, 464, 1, 1]);
});

test('A block waits for a slot', async () => {
  const { blocks } = blocksOf(1, ['a', 'b']);
  await blocks.next();
  let second: unknown;
  const next = blocks.next().then(({ value }) => (second = value));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(second, undefined);
  blocks.free(0);
  await next;
  assert.deepEqual(second, { slot: 0, items: ['b'] });
});
