/** The office in numbers: orders become cells and seats, answers become words, words become what is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  codeOf,
  isSold,
  leftFromOutcomes,
  OPEN,
  packOutcome,
  prepare,
  type Refusal,
  SELLER_MOST,
  SOLD,
  SOLD_OUT,
  unpackOutcome,
} from '../../../../src/cli/rush/book.ts';
import type { Order } from '../../../../src/cli/rush/orders.ts';
import type { Stock } from '../../../../src/cli/rush/stock.ts';

const STOCK: Stock = {
  trains: [
    {
      train: 'G1',
      classes: [
        { name: 'second', seats: 10, price: 5 },
        { name: 'first', seats: 3, price: 9 },
      ],
    },
    { train: 'constructor', classes: [{ name: '__proto__', seats: 7, price: 1 }] },
  ],
};

function order(train: string, name: string, seats: number): Order {
  return { id: 1, buyer: 'Li Na', train, class: name, seats };
}

test('prepare numbers the cells in the order of the stock', () => {
  const { cells, stock } = prepare(STOCK, []);
  assert.deepEqual(cells, [
    { train: 'G1', class: 'second', seats: 10, price: 5 },
    { train: 'G1', class: 'first', seats: 3, price: 9 },
    { train: 'constructor', class: '__proto__', seats: 7, price: 1 },
  ]);
  assert.deepEqual([...stock], [10, 3, 7]);
});

test('prepare turns orders into cells and seats, and those that cannot be served into reasons', () => {
  const orders = [
    order('G1', 'first', 2),
    order('constructor', '__proto__', 1),
    order('G2', 'first', 2),
    order('toString', 'first', 2),
    order('G1', 'third', 2),
    order('G1', 'constructor', 2),
    order('G1', 'first', 0),
    order('G1', 'first', -1),
    order('G1', 'first', 1.5),
    order('G1', 'first', 2 ** 40),
    order('G2', 'third', 0),
  ];
  const { cellOf, seatsOf, refusalOf } = prepare(STOCK, orders);
  assert.deepEqual([...cellOf], [1, 2, -1, -1, -1, -1, -1, -1, -1, 1, -1]);
  assert.deepEqual([...seatsOf], [2, 1, 0, 0, 0, 0, 0, 0, 0, 2 ** 31 - 1, 0]);
  const none = 0;
  const [train, name, seats] = (['unknown-train', 'unknown-class', 'bad-seats'] as const).map(codeOf);
  assert.deepEqual([...refusalOf], [none, none, train, train, name, name, seats, seats, seats, none, train]);
});

test('An outcome word keeps what was answered and who answered, for every code and seller', () => {
  const reason = fc.constantFrom<Refusal>('sold-out', 'unknown-train', 'unknown-class', 'bad-seats');
  fc.assert(
    fc.property(reason, fc.integer({ min: 0, max: SELLER_MOST }), (why, seller) => {
      const sold = packOutcome(SOLD, seller);
      const refused = packOutcome(codeOf(why), seller);
      assert.deepEqual(unpackOutcome(sold), { status: 'sold', seller });
      assert.deepEqual(unpackOutcome(refused), { status: 'refused', reason: why, seller });
      assert.deepEqual([isSold(sold), isSold(refused)], [true, false]);
      // They must survive a signed 32-bit word, and never look open.
      for (const word of [sold, refused]) assert.ok(word !== OPEN && word === (word | 0) && word > 0);
    }),
  );
});

test('An outcome word keeps its numbers from one version to the next', () => {
  assert.deepEqual(unpackOutcome(0), { status: 'open' });
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((code) => packOutcome(code, 3)),
    [0x301, 0x302, 0x303, 0x304, 0x305],
  );
  assert.equal(codeOf('sold-out'), SOLD_OUT);
});

test('A word that nobody could have written is a broken belief', () => {
  for (const code of [OPEN, 6, -1, 1.5]) assert.throws(() => packOutcome(code, 0), /Broken belief/);
  for (const seller of [-1, SELLER_MOST + 1, 0.5])
    assert.throws(() => packOutcome(SOLD, seller), /Broken belief/);
  for (const word of [6, 0xff, 0x300]) assert.throws(() => unpackOutcome(word), /Broken belief/);
});

test('leftFromOutcomes takes the seats of sold orders off their cells, and of no others', () => {
  const orders = [order('G1', 'second', 4), order('G1', 'first', 2), order('G1', 'second', 4)];
  const book = prepare(STOCK, [...orders, order('G2', 'x', 1), order('G1', 'first', 5)]);
  const outcomes = Int32Array.of(
    packOutcome(SOLD, 1),
    OPEN,
    packOutcome(SOLD, 2),
    packOutcome(codeOf('unknown-train'), 2),
    packOutcome(SOLD_OUT, 1),
  );
  assert.deepEqual([...leftFromOutcomes(book, outcomes)], [2, 3, 7]);
  assert.deepEqual([...book.stock], [10, 3, 7], 'the stock itself is not touched');
});

test('leftFromOutcomes goes below zero by as many seats as were oversold', () => {
  const book = prepare(STOCK, [order('G1', 'first', 2), order('G1', 'first', 2)]);
  const sold = packOutcome(SOLD, 0);
  assert.deepEqual([...leftFromOutcomes(book, Int32Array.of(sold, sold))], [10, -1, 7]);
});

test('leftFromOutcomes refuses to believe that an order without a cell was sold', () => {
  const book = prepare(STOCK, [order('G2', 'first', 2)]);
  assert.throws(() => leftFromOutcomes(book, Int32Array.of(packOutcome(SOLD, 0))), /Broken belief/);
});
