/** The office that closes before all orders are answered: told to, or because it cannot go on. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, before, test } from 'node:test';
import { Ledger, type LedgerEntry } from '../../../../src/cli/rush/ledger.ts';
import { Office } from '../../../../src/cli/rush/office.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../../harness/leaks.ts';
import { fileIn, inFolder, shell } from '../scratch.ts';
import { books, disk, job, orders, run } from './office-jobs.ts';

let clean: Holdings;
before(async () => {
  // The first child of a process brings what stays: the arena, the bell, the watch.
  await run({ orders: orders(1) }, () => {});
  clean = holdings();
});
afterEach(() => assertNoLeaks(clean));

test('Office that is interrupted before it opens sells nothing', () => {
  const signal = AbortSignal.abort();
  return run({ orders: orders(100), signal }, async (path, _office, failure) => {
    assert.equal(failure, undefined);
    assert.deepEqual(await books(path), []);
  });
});

for (const moment of ['while its sellers start', 'while it sells'] as const) {
  test(`Office that is interrupted ${moment} closes with true books`, async () => {
    const interruption = new AbortController();
    let office: Office | undefined;
    const onProgress = (): void => {
      if (moment === 'while it sells' && office!.snapshot().done > 0) interruption.abort();
    };
    await inFolder(async (folder) => {
      const list = orders(100_000);
      office = new Office(job({ orders: list, sellers: 2, onProgress, signal: interruption.signal }));
      const ledger = await Ledger.open(`${folder}/ledger`);
      const begin = ledger.begin.bind(ledger);
      ledger.begin = () => {
        // The sellers have been started by now, and no order was handed out.
        if (moment === 'while its sellers start') interruption.abort();
        return begin();
      };
      await office.run(ledger);
      await ledger.close();
      const { length } = await books(ledger.path);
      assert.ok(moment === 'while it sells' ? length > 0 && length < 100_000 : length === 0, `${length}`);
      assert.equal(office.snapshot().done, length);
    });
  });
}

test('Office that is interrupted leaves the orders in its queue to nobody', async () => {
  const interruption = new AbortController();
  const list = orders(5000).map((order) => ({ ...order, train: 'G2' }));
  let office: Office | undefined;
  let soldBefore = 0;
  const onProgress = (): void => {
    const { done, trains } = office!.snapshot();
    if (done === 0 || interruption.signal.aborted) return;
    soldBefore = trains[1]!.seats - trains[1]!.left;
    interruption.abort();
  };
  // Without the lock a seller takes its time: 512 orders would be 50 ms.
  const slow = job({ orders: list, lock: false, onProgress, signal: interruption.signal });
  await inFolder(async (folder) => {
    office = new Office(slow);
    const ledger = await Ledger.open(`${folder}/ledger`);
    await office.run(ledger);
    await ledger.close();
    const more = (await books(ledger.path)).length - soldBefore;
    assert.ok(soldBefore > 0 && more >= 0 && more < 400, `${more} more`);
  });
});

test('Office closes when its ledger fails, says why, and has written what came before', async () => {
  const lines: string[] = [];
  const breaking = disk((batch) => {
    if (lines.length > 0) throw new Error('the disk is gone');
    lines.push(...batch.trimEnd().split('\n'));
  });
  const office = new Office(job({ orders: orders(100_000), sellers: 2 }));
  const said = /^Cannot write the ledger x: the disk is gone; \d+ lines were safely on disk before$/;
  await assert.rejects(office.run(breaking), { code: 'broken', message: said });
  const ids = lines.map((line) => (JSON.parse(line) as LedgerEntry).id);
  assert.ok(ids.length > 0 && new Set(ids).size === ids.length);
  assert.equal(office.snapshot().done, ids.length);
});

test('Office closes when it cannot show its progress, and says why', async () => {
  const failing = (): never => {
    throw new Error('no picture');
  };
  await run({ orders: orders(1000), onProgress: failing }, async (path, _office, failure) => {
    assert.equal(failure instanceof Error && failure.message, 'no picture');
    await books(path);
  });
});

test('Office closes when no seller can work, with the answers of those who could', async () => {
  const list = orders(6);
  const { book } = job({ orders: list });
  book.refusalOf[5] = 99; // no such reason: whoever takes the last order breaks off
  await run({ orders: list, book }, async (path, _office, failure) => {
    assert.match(String(failure), /^DuodaoError: Cannot sell as the sellers die, and no order is answered: /);
    assert.deepEqual(
      (await books(path)).map(({ id }) => id),
      [0, 1, 2, 3, 4],
    );
  });
});

test('Office that can start no process says so', async () => {
  const { execPath } = process;
  process.execPath = '/nowhere/node';
  try {
    await run({}, (_path, _office, failure) => assert.match(String(failure), /did not start: .*ENOENT/));
  } finally {
    process.execPath = execPath;
  }
});

test('Office that finds no room for its sellers leaves an old ledger alone', () =>
  inFolder(async (folder) => {
    const source = (path: string): string =>
      JSON.stringify(new URL(`../../../../src/${path}.ts`, import.meta.url));
    const script = `
      import { SharedArray } from ${source('index')};
      import { prepare } from ${source('cli/rush/book')};
      import { Ledger } from ${source('cli/rush/ledger')};
      import { Office } from ${source('cli/rush/office')};
      const orders = [{ id: 1, buyer: 'a', train: 'G1', class: 'first', seats: 1 }];
      const { signal } = new AbortController();
      const job = { orders, book: prepare({ trains: [] }, orders), sellers: 1, lock: true, kills: 0, signal };
      const office = new Office({ ...job, random: Math.random, onProgress: () => {} });
      const hogs = [];
      for (let bytes = 2 ** 20; bytes > 0; )
        try { hogs.push(new SharedArray('u8', bytes)); } catch { bytes = bytes >> 1; }
      const ledger = await Ledger.open('old');
      try { await office.run(ledger); } catch (error) { console.log(error.code, hogs.length > 0); }
    `;
    const old = '{"id":77,"status":"sold"}\n';
    await fileIn(folder, 'old', old);
    const path = await fileIn(folder, 'full.mts', script);
    const { code, stdout } = await shell(`$NODE ${path}`, folder, { DUODAO_ARENA_MIB: '1' });
    assert.deepEqual([code, stdout], [0, 'no-space true\n']);
    assert.equal(await readFile(`${folder}/old`, 'utf8'), old);
  }));
