/** What an office says at its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { officeResult, officeText } from '../../../../../src/cli/rush/listen/end.ts';
import type { Audit } from '../../../../../src/cli/rush/audit.ts';

const AUDIT: Audit = {
  balanced: true,
  problems: [],
  problemCount: 0,
  orders: 30,
  sold: 20,
  refused: 10,
  unanswered: 0,
  seatsSold: 40,
  seatsLeft: 5,
  oversold: 0,
};
const FACTS = { kills: 2, seconds: 2, lock: true, buyers: 1 };

test('officeResult is that of a run, and how many came', () => {
  assert.deepEqual(officeResult(AUDIT, FACTS), {
    orders: 30,
    sold: 20,
    refused: 10,
    oversold: 0,
    kills: 2,
    seconds: 2,
    ordersPerSecond: 15,
    balanced: true,
    buyers: 1,
  });
});

test('officeText says first how many came', () => {
  const [first, second] = officeText(AUDIT, FACTS).split('\n');
  assert.equal(first, '1 buyer connected');
  assert.equal(second, '30 orders answered in 2.00 s, 15 a second, with 2 sellers killed on the way');
  assert.match(officeText(AUDIT, { ...FACTS, buyers: 2000 }), /^2,000 buyers connected\n/);
});
