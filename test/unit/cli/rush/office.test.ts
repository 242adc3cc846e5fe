/**
 * The office from the first order to the last seller: every order gets one true line, and nobody is left behind. See
 * office-closing.test.ts for how it ends early.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, before, test } from 'node:test';
import { Ledger } from '../../../../src/cli/rush/ledger.ts';
import { Office } from '../../../../src/cli/rush/office.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../../harness/leaks.ts';
import { until } from '../../../harness/tree.ts';
import { fileIn, inFolder } from '../scratch.ts';
import { books, disk, job, orders, run, SEATS } from './office-jobs.ts';

let clean: Holdings;
before(async () => {
  // The first child of a process brings what stays: the arena, the bell, the watch.
  await run({ orders: orders(1) }, () => {});
  clean = holdings();
});
afterEach(() => assertNoLeaks(clean));

test('Office answers every order once, and says so', () =>
  run({ orders: orders(3000), sellers: 2 }, async (path, office, failure) => {
    assert.equal(failure, undefined);
    assert.equal((await books(path)).length, 3000);
    const { sellers, done, total, trains, kills, secondsLeft } = office.snapshot();
    assert.deepEqual([sellers, done, total, kills, secondsLeft], [[], 3000, 3000, 0, 0]);
    assert.deepEqual(trains, [
      { train: 'G1', left: 0, seats: SEATS },
      { train: 'G2', left: 8500, seats: 10_000 },
    ]);
  }));

test('Office without orders opens, writes nothing, kills nobody, and closes', () =>
  run({ orders: [], kills: 2 }, async (path, office, failure) => {
    assert.equal(failure, undefined);
    assert.deepEqual(await books(path), []);
    const { done, secondsLeft, kills } = office.snapshot();
    assert.deepEqual([done, secondsLeft, kills], [0, undefined, 0]);
  }));

test('Office shows what has happened so far, while it happens', async () => {
  const seen: { done: number; sold: number; left: number }[] = [];
  const onProgress = (): void => {
    const { done, sellers, trains, ordersPerSecond } = office.snapshot();
    assert.ok(ordersPerSecond >= 0 && trains[0]!.left >= 0);
    seen.push({ done, sold: sellers[0]?.sold ?? 0, left: trains[1]!.left });
  };
  // A real disk may take longer to flush than the seller needs to sell all and go.
  const office = new Office(job({ orders: orders(4000), onProgress }));
  await office.run(disk(() => undefined));
  assert.deepEqual(seen[0], { done: 0, sold: 0, left: 10_000 });
  for (const [index, { done, left }] of seen.entries()) {
    assert.ok(done >= (seen[index - 1]?.done ?? 0) && left <= (seen[index - 1]?.left ?? 10_000));
    // The picture of the seats is newer than the ledger, never older.
    assert.ok(10_000 - left >= Math.floor(done / 2), `${done} done, ${left} left`);
  }
  assert.ok(seen.some(({ sold }) => sold > 0));
});

test('Office kills as many sellers as it was asked to, and every order is answered once', () =>
  run({ orders: orders(2000), sellers: 2, kills: 3 }, async (path, office, failure) => {
    assert.equal(failure, undefined);
    assert.equal((await books(path)).length, 2000);
    assert.deepEqual([office.kills, office.snapshot().kills], [3, 3]);
  }));

test('Office kills more sellers than it has orders, if it must', () =>
  run({ orders: orders(1), kills: 2 }, async (path, office, failure) => {
    assert.equal(failure, undefined);
    assert.deepEqual([(await books(path)).length, office.kills], [1, 2]);
  }));

test('Office writes what was sold before what was refused, so that the books are true up to every line', async () => {
  const batches: string[] = [];
  await new Office(job({ orders: orders(3000) })).run(disk((batch) => void batches.push(batch)));
  const isMixed = (batch: string): boolean => batch.includes('"sold"') && batch.includes('"refused"');
  assert.ok(batches.some(isMixed));
  for (const batch of batches) assert.doesNotMatch(batch, /"refused"[^]*"sold"/);
});

test('Office writes all answers also to a disk that is slower than its sellers', async () => {
  const office = new Office(job({ orders: orders(3000) }));
  const batches: string[] = [];
  const slow = disk(async (batch) => {
    batches.push(batch);
    await until('the sellers are gone', () => office.snapshot().sellers.length === 0);
  });
  await office.run(slow);
  assert.equal(batches.length, 2);
  assert.equal(batches.join('').split('\n').length - 1, 3000);
});

test('Office takes out the lines of an old ledger, and no sooner than it opens', () =>
  inFolder(async (folder) => {
    const old = '{"id":77,"status":"sold"}\n';
    const path = await fileIn(folder, 'ledger', old);
    const ledger = await Ledger.open(path);
    const office = new Office(job({ orders: orders(3) }));
    assert.equal(await readFile(path, 'utf8'), old);
    await office.run(ledger);
    await ledger.close();
    assert.deepEqual(new Set((await books(path)).map(({ id }) => id)), new Set([0, 1, 2]));
  }));
