/** The desk: the book in shared memory, nothing answered yet, and the same desk for everybody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepare } from '../../../../src/cli/rush/book.ts';
import { layOut } from '../../../../src/cli/rush/desk.ts';
import type { Order } from '../../../../src/cli/rush/orders.ts';
import { Process } from '../../../../src/index.ts';
import { mark } from '../../../fixtures/rush/sellers.ts';
import { fileIn, inFolder, shell } from '../scratch.ts';

const STOCK = {
  trains: [
    {
      train: 'G1',
      classes: [
        { name: 'first', seats: 5, price: 2 },
        { name: 'second', seats: 0, price: 1 },
      ],
    },
  ],
};

function order(id: number, name: string, seats: number): Order {
  return { id, buyer: 'Li Na', train: 'G1', class: name, seats };
}

test('layOut puts the book on the desk, with every order open and all seats left', () => {
  const book = prepare(STOCK, [order(1, 'second', 3), order(2, 'none', 1), order(3, 'first', 2)]);
  const desk = layOut(book);
  assert.deepEqual([...desk.cellOf.view], [...book.cellOf]);
  assert.deepEqual([...desk.seatsOf.view], [...book.seatsOf]);
  assert.deepEqual([...desk.refusalOf.view], [...book.refusalOf]);
  assert.deepEqual([...desk.stock.view], [5, 0]);
  assert.deepEqual([...desk.left.view], [5, 0]);
  assert.deepEqual([...desk.outcomes.view], [0, 0, 0]);
  assert.deepEqual([desk.queue.size, desk.lock.isLocked, desk.stop.value], [0, false, 0]);
});

test('layOut lays out a desk for an office without orders or trains, too', () => {
  const desk = layOut(prepare({ trains: [] }, []));
  assert.deepEqual([[...desk.outcomes.view], [...desk.left.view]], [[0], [0]]);
});

test('The queue of a desk holds every order of its capacity, however large their numbers', () => {
  const { queue } = layOut(prepare(STOCK, []));
  for (let count = 0; count < queue.capacity; count++) assert.equal(queue.tryPut(2 ** 31 - 1 - count), true);
  assert.equal(queue.tryPut(0), false);
});

test('A desk that is sent to a seller is the same desk there', async () => {
  const desk = layOut(prepare(STOCK, [order(1, 'first', 1)]));
  const seller = new Process({ target: mark, args: [desk] });
  const held = desk.lock.acquireSync();
  await desk.queue.put(4);
  await seller.start();
  assert.deepEqual(await seller.result(), { order: 4, held: true });
  held.release();
  assert.deepEqual([desk.outcomes.view[0], desk.left.view[0], desk.stop.value], [11, 12, 13]);
  assert.deepEqual([desk.queue.size, desk.queue.leased], [0, 0]);
  await seller.join();
});

test('layOut says that there is no space when shared memory is too small for the book', () =>
  inFolder(async (folder) => {
    const source = (name: string): string =>
      JSON.stringify(new URL(`../../../../src/cli/rush/${name}.ts`, import.meta.url).href);
    const script = `
      import { prepare } from ${source('book')};
      import { layOut } from ${source('desk')};
      const order = { buyer: 'a', train: 'G1', class: 'first', seats: 1 };
      const orders = Array.from({ length: 300_000 }, (_, id) => ({ id, ...order }));
      try { layOut(prepare({ trains: [] }, orders)); }
      catch (error) { console.log(error.name, error.code, error.message); }
    `;
    const path = await fileIn(folder, 'large.mts', script);
    const { stdout } = await shell(`$NODE ${path}`, folder, { DUODAO_ARENA_MIB: '1' });
    assert.match(
      stdout,
      /^DuodaoError no-space Cannot find \d+ bytes of shared memory: .* DUODAO_ARENA_MIB\n$/,
    );
  }));
