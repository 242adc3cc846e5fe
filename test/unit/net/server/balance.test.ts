/** Whether an event loop has more than its share. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { AT, newRow, type Row, SERVING } from '../../../../src/net/connection/tally.ts';
import { Balance } from '../../../../src/net/server/balance.ts';

/** Rows of those who serve, with so many connections each. */
function rows(...active: number[]): Row[] {
  return active.map((count) => {
    const row = newRow();
    row[AT.active] = count;
    row[SERVING] = 1;
    return row;
  });
}

function isAhead(own: number, ...others: number[]): boolean {
  const all = rows(own, ...others);
  return new Balance(all[0]!, all).isAhead();
}

test('One that is alone is never ahead', () => {
  assert.equal(isAhead(10_000), false);
});

test('A burst is no lead', () => {
  assert.deepEqual([isAhead(4, 0), isAhead(5, 0)], [false, true]);
  assert.deepEqual([isAhead(14, 10, 50), isAhead(16, 10, 50)], [false, true]);
});

test('With many connections the lead may be an eighth more', () => {
  assert.deepEqual([isAhead(904, 800), isAhead(905, 800)], [false, true]);
});

test('One that does not serve is not waited for', () => {
  const all = rows(100, 0, 99);
  all[1]![SERVING] = 0;
  assert.equal(new Balance(all[0]!, all).isAhead(), false);
  all[1]![SERVING] = 1;
  assert.equal(new Balance(all[0]!, all).isAhead(), true);
});

test('Having waited once it may have a burst more, whatever the others do', () => {
  const all = rows(10, 0);
  const balance = new Balance(all[0]!, all);
  assert.equal(balance.isAhead(), true);
  for (const own of [10, 12, 14]) {
    all[0]![AT.active] = own;
    assert.equal(balance.isAhead(), false, `with ${own}`);
  }
  all[0]![AT.active] = 15;
  assert.equal(balance.isAhead(), true);
});

test('What it was allowed once it is not allowed for ever', () => {
  const all = rows(100, 0);
  const balance = new Balance(all[0]!, all);
  assert.equal(balance.isAhead(), true);
  all[0]![AT.active] = 20;
  assert.equal(balance.isAhead(), true, 'those have left');
});

test('One whose connections are short is not ahead, until they are long again', () => {
  const all = rows(20, 0);
  const [row] = all as [Row];
  const balance = new Balance(row, all);
  assert.equal(balance.isAhead(), true);
  row[AT.accepted] = 100;
  row[AT.active] = 40;
  assert.equal(balance.isAhead(), false, 'of 100 have 60 ended');
  row[AT.accepted] = 170;
  row[AT.active] = 105;
  assert.equal(balance.isAhead(), true, 'of 70 more have 5 ended');
});
