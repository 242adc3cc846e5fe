/** The orders of a ledger that names its buyers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ordersIn } from '../../../../../src/cli/rush/listen/ledger-orders.ts';
import { fileIn, inFolder } from '../../scratch.ts';
import { order } from './counter-jobs.ts';

function line(one: object): string {
  return `${JSON.stringify(one)}\n`;
}

test('ordersIn finds what each id asked for first', () =>
  inFolder(async (folder) => {
    const sold = { status: 'sold', seller: 1 };
    const again = { ...order(1, { seats: 9 }), ...sold };
    const text = [line({ ...order(1), ...sold }), 'no line\n', line(again), line({ ...order('1'), ...sold })];
    const path = await fileIn(folder, 'l', text.join(''));
    assert.deepEqual(await ordersIn(path), [order(1), order('1')]);
  }));

test('ordersIn finds none in a ledger whose orders are in a file', () =>
  inFolder(async (folder) => {
    const { buyer: _, ...rest } = order(1);
    assert.equal(
      await ordersIn(await fileIn(folder, 'l', line({ ...rest, status: 'sold', seller: 1 }))),
      undefined,
    );
    assert.equal(await ordersIn(await fileIn(folder, 'm', '')), undefined);
  }));
