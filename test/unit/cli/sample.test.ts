/** The sample data: what the generator makes is what stands in the repository, and it is worth selling. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generate } from '../../../examples/data/generate.ts';
import { prepare, unpackOutcome } from '../../../src/cli/rush/book.ts';
import { readOrders } from '../../../src/cli/rush/orders.ts';
import { readStock } from '../../../src/cli/rush/stock.ts';

const path = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));

test('The generator makes the very bytes of the sample', async () => {
  const { trains, orders } = generate();
  assert.ok(trains === (await readFile(path('trains.json'), 'utf8')), 'trains.json differs');
  assert.ok(orders === (await readFile(path('orders.ndjson'), 'utf8')), 'orders.ndjson differs');
});

test('The sample has 24 trains, 20,000 orders, and is small enough to keep in the repository', async () => {
  assert.equal((await readStock(path('trains.json'))).trains.length, 24);
  assert.equal((await readOrders(path('orders.ndjson'))).length, 20_000);
  assert.ok((await readFile(path('orders.ndjson'))).length < 2_500_000);
});

test('The sample oversubscribes most trains, leaves some seats, and has every fault', async () => {
  const stock = await readStock(path('trains.json'));
  const orders = await readOrders(path('orders.ndjson'));
  const { cellOf, seatsOf, refusalOf, stock: seats } = prepare(stock, orders);
  const asked = new Int32Array(seats.length);
  cellOf.forEach((cell, index) => {
    if (cell >= 0) asked[cell]! += seatsOf[index]!;
  });
  const oversubscribed = asked.filter((count, cell) => count > 1.5 * seats[cell]!).length;
  assert.ok(oversubscribed > seats.length / 2, `${oversubscribed} of ${seats.length} cells`);
  assert.ok(asked.some((count, cell) => count < seats[cell]!));
  const refusals = [...refusalOf].filter((code) => code !== 0).map((code) => unpackOutcome(code));
  assert.equal(refusals.length, 12);
  assert.deepEqual(
    new Set(refusals.map((outcome) => outcome.status === 'refused' && outcome.reason)),
    new Set(['unknown-train', 'unknown-class', 'bad-seats']),
  );
  for (const wanted of [0, -1, 1.5]) assert.ok(orders.some((order) => order.seats === wanted));
});
