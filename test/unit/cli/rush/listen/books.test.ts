/** The books of an open office, line by line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cells } from '../../../../../src/cli/rush/book.ts';
import { Books } from '../../../../../src/cli/rush/listen/books.ts';
import { order, STOCK } from './counter-jobs.ts';

test('Books take seats off what was sold, and nothing off what was refused', () => {
  const books = new Books(new Cells(STOCK));
  const sold = { ...order(1, { seats: 3 }), status: 'sold', seller: 2 } as const;
  assert.equal(books.enter(sold, 0), 2);
  assert.equal(books.enter({ ...sold, id: 2, seats: 9, status: 'refused', reason: 'sold-out' }, 0), 2);
  assert.equal(books.enter({ ...sold, id: 3, status: 'refused', reason: 'unknown-train' }, -1), undefined);
  assert.deepEqual([books.sold, books.refused, books.answered], [1, 2, 3]);
  assert.deepEqual([...books.work], [[2, { answered: 3, sold: 1 }]]);
});

test('Books show an oversold class below zero, and add classes up to trains', () => {
  const books = new Books(new Cells(STOCK));
  books.enter({ ...order(1, { seats: 7 }), status: 'sold', seller: 1 }, 0);
  assert.deepEqual(books.shelves()[0], { train: 'G1', class: 'first', seats: 5, price: 900, left: -2 });
  assert.deepEqual(books.trains(), [
    { train: 'G1', left: 998, seats: 1005 },
    { train: 'G2', left: 10_000, seats: 10_000 },
  ]);
});
