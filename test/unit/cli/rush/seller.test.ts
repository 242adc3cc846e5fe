/**
 * What a seller promises: every order it takes is answered once, by the seats that are left, whoever had the order or
 * the lock before and died.
 *
 * How: sellers in this very process for the answers, as they end when the queue is closed; processes of their own for
 * deaths and signals.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import {
  leftFromOutcomes,
  type Outcome,
  packOutcome,
  prepare,
  SOLD,
  unpackOutcome,
} from '../../../../src/cli/rush/book.ts';
import { type Desk, layOut } from '../../../../src/cli/rush/desk.ts';
import type { Order } from '../../../../src/cli/rush/orders.ts';
import { sell } from '../../../../src/cli/rush/seller.ts';
import { Process } from '../../../../src/index.ts';
import { dieInTheLock, dieWithAnOrder } from '../../../fixtures/rush/sellers.ts';
import { until } from '../../../harness/tree.ts';

const SEATS = [5, 0, 3];
const TRAINS = SEATS.map((seats, index) => ({
  train: `G${index}`,
  classes: [{ name: 'second', seats, price: 1 }],
}));

function order(train: string, seats: number, name = 'second'): Omit<Order, 'id'> {
  return { buyer: 'Li Na', train, class: name, seats };
}

/** A desk with these orders in its queue, and nothing more to come. */
function deskWith(orders: readonly Omit<Order, 'id'>[]): Desk {
  const book = prepare(
    { trains: TRAINS },
    orders.map((one, id) => ({ ...one, id })),
  );
  const desk = layOut(book);
  for (const index of orders.keys()) assert.equal(desk.queue.tryPut(index), true);
  return desk;
}

/** Sells in this process until the queue is empty. */
function sellHere(desk: Desk, seller = 1, withLock = true): number {
  desk.queue.close();
  const answered = sell(desk, seller, withLock);
  assert.deepEqual([desk.queue.size, desk.queue.leased], [0, 0]);
  return answered;
}

function outcomes(desk: Desk): Outcome[] {
  return [...desk.outcomes.view].map(unpackOutcome);
}

function sold(seller = 1): Outcome {
  return { status: 'sold', seller };
}

function refused(reason: 'sold-out' | 'unknown-train' | 'unknown-class' | 'bad-seats', seller = 1): Outcome {
  return { status: 'refused', reason, seller };
}

// A seller in this process makes it deaf to Ctrl-C, as it does its own.
const listeners = process.listeners('SIGINT');
after(() => {
  for (const listener of process.listeners('SIGINT'))
    if (!listeners.includes(listener)) process.off('SIGINT', listener);
});
process.setMaxListeners(0);

test('A seller sells while seats last, and says why it refuses', () => {
  const orders = [order('G0', 3), order('G0', 3), order('G0', 2), order('G0', 1), order('G1', 1)];
  const bad = [order('X', 1), order('G0', 1, 'first'), order('G0', 0), order('G0', -1), order('G2', 1.5)];
  const desk = deskWith([...orders, ...bad, order('G2', 3), order('G2', 10 ** 12)]);
  assert.equal(sellHere(desk, 7), 12);
  assert.deepEqual(outcomes(desk), [
    sold(7),
    refused('sold-out', 7),
    sold(7),
    refused('sold-out', 7),
    refused('sold-out', 7),
    refused('unknown-train', 7),
    refused('unknown-class', 7),
    refused('bad-seats', 7),
    refused('bad-seats', 7),
    refused('bad-seats', 7),
    sold(7),
    refused('sold-out', 7),
  ]);
  assert.deepEqual([...desk.left.view], [0, 0, 0]);
});

test('A seller does the same as somebody with pencil and paper, with and without the lock', () => {
  const train = fc.constantFrom('G0', 'G1', 'G2');
  const orders = fc.array(fc.record({ train, seats: fc.integer({ min: 1, max: 4 }) }), { maxLength: 30 });
  const check = fc.property(orders, fc.boolean(), (wanted, withLock) => {
    const desk = deskWith(wanted.map(({ train: name, seats }) => order(name, seats)));
    assert.equal(sellHere(desk, 1, withLock), wanted.length);
    const left = [...SEATS];
    const expected = wanted.map(({ train: name, seats }) => {
      const cell = Number(name.slice(1));
      if (left[cell]! < seats) return refused('sold-out');
      left[cell]! -= seats;
      return sold();
    });
    assert.deepEqual(outcomes(desk).slice(0, wanted.length), expected);
    assert.deepEqual([...desk.left.view], left);
  });
  fc.assert(check, { numRuns: 30 });
});

test('A seller without the lock does not wait for it', () => {
  const desk = deskWith([order('G0', 1)]);
  const held = desk.lock.acquireSync();
  assert.equal(sellHere(desk, 1, false), 1);
  held.release();
});

test('A seller takes no order when the office closes, and leaves all of them in the queue', () => {
  const desk = deskWith([order('G0', 1), order('G0', 1)]);
  desk.stop.value = 1;
  assert.equal(sell(desk, 1, true), 0);
  assert.deepEqual([desk.queue.size, desk.queue.leased], [2, 0]);
  assert.deepEqual(outcomes(desk), [{ status: 'open' }, { status: 'open' }]);
});

test('A seller that is handed an answered order leaves the answer, and the seats, alone', () => {
  const desk = deskWith([order('G0', 3), order('G0', 1)]);
  desk.outcomes.view[0] = packOutcome(SOLD, 5);
  desk.left.view[0] = 2;
  assert.equal(sellHere(desk), 1);
  assert.deepEqual(outcomes(desk), [sold(5), sold(1)]);
  assert.deepEqual([...desk.left.view], [1, 0, 3]);
});

async function untilDead(target: 'lock' | 'order', desk: Desk, word: number): Promise<void> {
  const seller =
    target === 'lock'
      ? new Process({ target: dieInTheLock, args: [desk, word] })
      : new Process({ target: dieWithAnOrder, args: [desk, word] });
  await seller.start();
  assert.deepEqual(await seller.join(), { how: 'killed', signal: 'SIGKILL' });
}

for (const spoilt of [0, 1000, -1000]) {
  test(`A seller adds up the seats again when another has died in the lock and left ${spoilt}`, async () => {
    const desk = deskWith([order('G0', 3), order('G0', 2), order('G0', 1), order('G2', 3)]);
    desk.outcomes.view[0] = packOutcome(SOLD, 5);
    await untilDead('lock', desk, spoilt);
    assert.equal(sellHere(desk), 3);
    assert.deepEqual(outcomes(desk), [sold(5), sold(), refused('sold-out'), sold()]);
    assert.deepEqual([...desk.left.view], [...leftFromOutcomes(bookOf(desk), desk.outcomes.view)]);
  });
}

function bookOf(desk: Desk): Parameters<typeof leftFromOutcomes>[0] {
  return { stock: desk.stock.view, cellOf: desk.cellOf.view, seatsOf: desk.seatsOf.view };
}

test('An order in the hands of a seller that died before the answer is answered by another', async () => {
  const desk = deskWith([order('G0', 3)]);
  await untilDead('order', desk, 0);
  assert.equal(sellHere(desk), 1);
  assert.deepEqual(outcomes(desk), [sold()]);
  assert.deepEqual([...desk.left.view], [2, 0, 3]);
});

test('An order in the hands of a seller that died after the answer keeps that answer', async () => {
  const desk = deskWith([order('G0', 3), order('G0', 3)]);
  await untilDead('order', desk, packOutcome(SOLD, 9));
  assert.equal(sellHere(desk), 1);
  assert.deepEqual(outcomes(desk), [sold(9), refused('sold-out')]);
  assert.deepEqual([...desk.left.view], [2, 0, 3]);
});

test('A seller at work is deaf to Ctrl-C, and goes home with its count when the queue is closed', async () => {
  const book = prepare({ trains: TRAINS }, [
    { ...order('G0', 1), id: 1 },
    { ...order('G0', 1), id: 2 },
  ]);
  const desk = layOut(book);
  const seller = await new Process({ target: sell, args: [desk, 3, true] }).start();
  await desk.queue.put(0);
  await until('the first order is answered', () => desk.outcomes.view[0] !== 0);
  process.kill(seller.pid!, 'SIGINT');
  await desk.queue.put(1);
  await until('the second order is answered', () => desk.outcomes.view[1] !== 0);
  process.kill(seller.pid!, 'SIGINT');
  desk.queue.close();
  assert.equal(await seller.result(), 2);
  assert.deepEqual(await seller.join(), { how: 'exited', code: 0 });
  assert.deepEqual(outcomes(desk), [sold(3), sold(3)]);
});

test('A seller that waits for an order goes home when the office closes early', async () => {
  const desk = layOut(prepare({ trains: TRAINS }, [{ ...order('G0', 1), id: 1 }]));
  const seller = await new Process({ target: sell, args: [desk, 3, true] }).start();
  await until('it waits', () => seller.state === 'blocked');
  desk.stop.value = 1;
  desk.queue.close();
  assert.equal(await seller.result(), 0);
  await seller.join();
});
