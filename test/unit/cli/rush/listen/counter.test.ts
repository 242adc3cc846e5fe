/** The counter: each id is one order with one answer, which is in the ledger before anybody hears of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Counter } from '../../../../../src/cli/rush/listen/counter.ts';
import type { LedgerEntry } from '../../../../../src/cli/rush/ledger.ts';
import { endsClean } from '../../../../harness/clean-end.ts';
import { until } from '../../../../harness/tree.ts';
import { disk } from '../office-jobs.ts';
import { counterJob, order, placeMany, withCounter } from './counter-jobs.ts';

endsClean();

async function entries(path: string): Promise<LedgerEntry[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}

test('Counter answers what can be sold, what is sold out, and what there is not, and writes who bought', () =>
  withCounter({}, async ({ counter, path, closed }) => {
    const replies = [
      await counter.order(order(1, { seats: 3 })),
      await counter.order(order('1', { seats: 3 })),
      await counter.order(order(2, { train: 'X' })),
      await counter.order(order(3, { class: 'third' })),
      await counter.order(order(4, { seats: 0.5 })),
    ];
    assert.deepEqual(replies, [
      { id: 1, status: 'sold', left: 2 },
      { id: '1', status: 'refused', reason: 'sold-out', left: 2 },
      { id: 2, status: 'refused', reason: 'unknown-train' },
      { id: 3, status: 'refused', reason: 'unknown-class' },
      { id: 4, status: 'refused', reason: 'bad-seats' },
    ]);
    const { balanced, problems, orders, sold, seatsSold } = await closed();
    assert.deepEqual([balanced, problems, orders, sold, seatsSold], [true, [], 5, 1, 3]);
    const [first] = await entries(path);
    assert.deepEqual(first, { ...order(1, { seats: 3 }), status: 'sold', seller: 1 });
  }));

test('Counter gives the same answer to the same order, however often and whenever it is asked', () =>
  withCounter({}, async ({ counter, closed }) => {
    const one = order('a', { seats: 4 });
    const [first, second] = await Promise.all([counter.order(one), counter.order({ ...one })]);
    await counter.order(order('b'));
    const third = await counter.order(one);
    const sold = { id: 'a', status: 'sold', left: 1 };
    assert.deepEqual([first, second, third], [sold, sold, sold]);
    const { orders, seatsSold } = await closed();
    assert.deepEqual([orders, seatsSold], [2, 5]);
    assert.deepEqual(await counter.order(one), first, 'also when it has closed');
  }));

test('Counter refuses an id that belongs to another order, and sells nothing', () =>
  withCounter({}, async ({ counter, closed }) => {
    await counter.order(order(1));
    for (const changes of [{ seats: 2 }, { train: 'G2' }, { class: 'second' }, { buyer: 'Wang Wei' }]) {
      const reply = await counter.order(order(1, changes));
      assert.deepEqual(
        [reply.id, reply.status, 'reason' in reply && reply.reason],
        [1, 'error', 'other-order'],
      );
    }
    assert.equal((await closed()).seatsSold, 1);
  }));

test('Counter says an answer only when its line is on the disk', async () => {
  let isWritten = false;
  let letGo = (): void => undefined;
  const slow = disk(async () => {
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    isWritten = true;
  });
  await withCounter(
    {},
    async ({ counter }) => {
      const heard = counter.order(order(1)).then(() => isWritten);
      const again = counter.order(order(1)).then(() => isWritten);
      const placeholder = letGo;
      await until('the line is being written', () => letGo !== placeholder);
      assert.equal(counter.books.answered, 0);
      letGo();
      assert.deepEqual(await Promise.all([heard, again]), [true, true]);
    },
    () => Promise.resolve(slow),
  );
});

test('Counter that closes answers what it has taken, and turns the rest away', () =>
  withCounter({}, async ({ counter, closed }) => {
    const taken = placeMany(counter, 2000);
    counter.close();
    const late = await counter.order(order('late'));
    assert.deepEqual([late.status, 'reason' in late && late.reason], ['error', 'closing']);
    assert.ok((await taken).every(({ status }) => status === 'sold'));
    const { balanced, sold, orders } = await closed();
    assert.deepEqual([balanced, sold, orders], [true, 2000, 2000]);
  }));

test('Counter is over when it has answered as many orders as it has room for', () =>
  withCounter({ ordersMost: 3 }, async ({ counter, closed }) => {
    const replies = await placeMany(counter, 4);
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['sold', 'sold', 'sold', 'error'],
    );
    await counter.over;
    assert.equal((await closed()).orders, 3);
  }));

test('Counter whose sellers are killed answers each order once, and replaces them', () =>
  withCounter({ sellers: 2, kills: 3, killEvery: 20, ordersMost: 100_000 }, async ({ counter, closed }) => {
    // Those that come later find a seller at work again.
    for (let round = 0; counter.kills < 3; round++)
      await Promise.all(
        Array.from({ length: 10 }, (_, at) => counter.order(order(round * 10 + at, { class: 'second' }))),
      );
    assert.equal(counter.kills, 3);
    const { balanced, problems, orders, sold, refused } = await closed();
    assert.deepEqual([balanced, problems, sold + refused], [true, [], orders]);
    assert.equal(counter.books.answered, orders);
  }));

test('Counter whose ledger fails tells those who wait, and says why', () =>
  withCounter(
    {},
    async ({ counter, selling }) => {
      const reply = await counter.order(order(1));
      assert.deepEqual([reply.status, 'reason' in reply && reply.reason], ['error', 'closing']);
      await assert.rejects(selling, { code: 'broken', message: /the disk is gone/ });
      assert.equal((await counter.order(order(2))).status, 'error');
    },
    () =>
      Promise.resolve(
        disk(() => {
          throw new Error('the disk is gone');
        }),
      ),
  ));

test('Counter that is never opened turns nobody away and can be dropped', async () => {
  const counter = new Counter(counterJob());
  const reply = counter.order(order(1));
  counter.close();
  assert.deepEqual(counter.orders, [order(1)]);
  assert.equal(await Promise.race([reply, Promise.resolve('waits')]), 'waits');
});
