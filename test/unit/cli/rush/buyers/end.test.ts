/** What the buyers say at the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyersResult, buyersText } from '../../../../../src/cli/rush/buyers/end.ts';
import { OrderPool } from '../../../../../src/cli/rush/buyers/pool.ts';
import { Tally } from '../../../../../src/cli/rush/buyers/tally.ts';
import { order } from '../listen/counter-jobs.ts';

function told(): { pool: OrderPool; tally: Tally } {
  const pool = new OrderPool([1, 2, 3, 4].map((id) => order(id)));
  const tally = new Tally();
  pool.giveBack([pool.take()!]);
  tally.countSold(2);
  tally.countRefused('sold-out');
  tally.countError('bad\u001b[31m');
  for (const ms of [1, 2, 10.1234]) {
    tally.took(ms);
    pool.answered();
  }
  tally.broken = 1;
  return { pool, tally };
}

test('buyersResult says what became of every order', () => {
  const { pool, tally } = told();
  assert.deepEqual(buyersResult(pool, tally, { buyers: 2, seconds: 0.5 }), {
    orders: 4,
    answered: 2,
    sold: 1,
    seats: 2,
    refused: 1,
    reasons: { 'sold-out': 1 },
    errors: 1,
    unanswered: 1,
    buyers: 2,
    broken: 1,
    askedAgain: 1,
    seconds: 0.5,
    ordersPerSecond: 4,
    halfMs: 2,
    mostMs: 10.123,
    slowestMs: 10.123,
  });
  const none = buyersResult(new OrderPool([]), new Tally(), { buyers: 1, seconds: 0 });
  assert.deepEqual([none.halfMs, none.ordersPerSecond], [null, 0]);
});

test('buyersText says it in words, and nothing of what did not happen', () => {
  const { pool, tally } = told();
  assert.deepEqual(buyersText(pool, tally, { buyers: 2, seconds: 0.5 }).split('\n'), [
    '2 of 4 orders answered in 0.50 s, 4 a second, for 2 buyers',
    '1 orders sold (2 seats), 1 refused: 1 sold-out',
    'Half of the answers came within 2.0 ms, 99 of 100 within 10.1 ms, all within 10.1 ms',
    '1 connections failed; 1 orders were asked again',
    'Not taken, 1 times: bad?[31m',
    '1 orders were not answered',
  ]);
  const none = buyersText(new OrderPool([]), new Tally(), { buyers: 1, seconds: 1 });
  assert.deepEqual(none.split('\n'), [
    '0 of 0 orders answered in 1.00 s, 0 a second, for 1 buyer',
    '0 orders sold (0 seats), 0 refused',
  ]);
});
