/** The feeding of items, cancelled at each moment between two of its steps: it always ends. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Terms } from '../../../../src/pool/entry.ts';
import { PoolFunction } from '../../../../src/pool/functions.ts';
import { type Items, Many } from '../../../../src/pool/many/many.ts';
import type { Shop } from '../../../../src/pool/shop/shop.ts';

const TERMS: Terms = {
  priority: 0,
  expectedMs: undefined,
  taskTimeoutMs: undefined,
  retries: 0,
  chunk: 0,
  name: undefined,
};
/** More steps than there are between an item that comes and the wait for room. */
const STEPS = 12;

/** One that takes tasks and never does any. */
function idleShop(): Shop {
  const shop = { settings: { max: 1 }, failures: new Set(), take: () => ({}), cancel: () => undefined };
  return shop as unknown as Shop;
}

async function feedsUntilCancelled(items: Items<number>, come: () => void, steps: number): Promise<boolean> {
  const many = new Many<number>(
    idleShop(),
    new PoolFunction(0, () => undefined),
    TERMS,
    { concurrency: 1 },
    () => {},
  );
  let hasEnded = false;
  void many.feed(items).then(() => {
    hasEnded = true;
  });
  await new Promise(setImmediate); // the first item is under way: there is room for no other
  come();
  for (let step = 0; step < steps; step++) await Promise.resolve();
  many.cancel(new Error('enough'));
  await new Promise(setImmediate);
  return hasEnded;
}

test('A call that is cancelled ends, at whatever step the next item of an async source is', async () => {
  for (let steps = 0; steps < STEPS; steps++) {
    let come: (value: IteratorResult<number>) => void = () => undefined;
    let count = 0;
    const source: AsyncIterator<number> = {
      next: () => {
        count += 1;
        if (count === 1) return Promise.resolve({ done: false, value: 1 });
        return new Promise((resolve) => (come = resolve));
      },
    };
    const items = { [Symbol.asyncIterator]: () => source };
    const hasEnded = await feedsUntilCancelled(items, () => come({ done: false, value: 2 }), steps);
    assert.ok(hasEnded, `${steps} steps after the item came`);
  }
});

test('A call that is cancelled while it waits for room ends, and closes its source', async () => {
  let isClosed = false;
  function* numbers(): Generator<number> {
    try {
      for (;;) yield 1;
    } finally {
      isClosed = true;
    }
  }
  assert.ok(await feedsUntilCancelled(numbers(), () => undefined, 0));
  assert.ok(isClosed);
});
