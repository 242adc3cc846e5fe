/** The end of a run: a few true lines for people, one object with fixed names for programs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Audit } from '../../../../src/cli/rush/audit.ts';
import { bookLines, resultOf, summaryText } from '../../../../src/cli/rush/summary.ts';

const AUDIT: Audit = {
  balanced: true,
  problems: [],
  problemCount: 0,
  orders: 20_000,
  sold: 7502,
  refused: 12_498,
  unanswered: 0,
  seatsSold: 16_159,
  seatsLeft: 2237,
  oversold: 0,
};
const RUN = { kills: 0, seconds: 0.8123456, lock: true, interrupted: false };

test('resultOf has the fields of --json, and no others', () => {
  assert.deepEqual(resultOf(AUDIT, { ...RUN, kills: 20 }), {
    orders: 20_000,
    sold: 7502,
    refused: 12_498,
    oversold: 0,
    kills: 20,
    seconds: 0.812,
    ordersPerSecond: 24_620,
    balanced: true,
  });
});

test('resultOf counts only answered orders into the speed, and stands a run that took no time', () => {
  const stopped = { ...AUDIT, sold: 100, refused: 50, unanswered: 19_850 };
  assert.equal(resultOf(stopped, { ...RUN, seconds: 2 }).ordersPerSecond, 75);
  assert.equal(resultOf(stopped, { ...RUN, seconds: 0 }).ordersPerSecond, 0);
});

test('summaryText tells of a run that balanced', () => {
  assert.equal(
    summaryText(AUDIT, { ...RUN, kills: 20 }),
    [
      '20,000 orders answered in 0.81 s, 24,620 a second, with 20 sellers killed on the way',
      '7,502 orders sold (16,159 seats), 12,498 refused',
      'The books balance: on every train, seats sold and seats left make up the stock',
    ].join('\n'),
  );
});

test('summaryText explains the race when it was run without the lock', () => {
  const problems = ['train "G1", second: 6 seats sold of 4, 2 too many'];
  const raced = { ...AUDIT, balanced: false, oversold: 2, problems, problemCount: 1 };
  const text = summaryText(raced, { ...RUN, lock: false });
  assert.match(text, /^Oversold by 2 seats$/m);
  assert.match(text, /^The books do not balance:\n {2}train "G1", second: 6 seats sold of 4, 2 too many$/m);
  assert.match(text, /^That is the race: /m);
  assert.doesNotMatch(summaryText(raced, RUN), /the race/);
});

test('summaryText says how many orders were left when the run was stopped', () => {
  const text = summaryText({ ...AUDIT, unanswered: 1812 }, { ...RUN, interrupted: true });
  assert.match(text, /^Stopped early: 1,812 orders were not answered$/m);
});

test('bookLines counts the problems that it does not list', () => {
  const many = { ...AUDIT, balanced: false, problems: ['one', 'two'], problemCount: 1002 };
  assert.deepEqual(bookLines(many).slice(1), [
    'The books do not balance:',
    '  one',
    '  two',
    '  and 1,000 more problems',
  ]);
});
