/**
 * The office from the first order to the last seller: every order gets one true line, however the run ends, and nobody
 * is left behind.
 *
 * What the ledger says is added up here by hand: `Books` knows nothing of the office's own sums.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { prepare } from '../../../../src/cli/rush/book.ts';
import { type Job, Office } from '../../../../src/cli/rush/office.ts';
import { Ledger, type LedgerEntry } from '../../../../src/cli/rush/ledger.ts';
import type { Order } from '../../../../src/cli/rush/orders.ts';
import { seededRandom } from '../../../../src/cli/random.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../../harness/leaks.ts';
import { fileIn, inFolder, shell } from '../scratch.ts';

const SEATS = 50;
const TRAINS = [
  { train: 'G1', classes: [{ name: 'first', seats: SEATS, price: 1 }] },
  { train: 'G2', classes: [{ name: 'first', seats: 10_000, price: 1 }] },
];

let clean: Holdings;
before(async () => {
  // The first child of a process brings what stays: the arena, the bell, the watch.
  await inFolder(async (folder) => {
    const ledger = await Ledger.open(`${folder}/l`);
    await new Office(job({ orders: orders(1) })).run(ledger);
    await ledger.close();
  });
  clean = holdings();
});

function orders(count: number): Order[] {
  return Array.from({ length: count }, (_, id) => {
    return { id, buyer: 'Li Na', train: `G${(id % 2) + 1}`, class: 'first', seats: 1 };
  });
}

function job(changes: Partial<Job>): Job {
  const list = changes.orders ?? orders(10);
  return {
    orders: list,
    book: prepare({ trains: TRAINS }, list),
    sellers: 1,
    lock: true,
    kills: 0,
    random: seededRandom(1),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...changes,
  };
}

/** Adds up a ledger: whole lines, no order twice, and no more seats than there are. */
async function books(path: string): Promise<LedgerEntry[]> {
  const text = await readFile(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'the last line is whole');
  const lines = text.split('\n').slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line) as LedgerEntry);
  assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length, 'no order is answered twice');
  const soldOf = (train: string): number =>
    entries.filter((entry) => entry.train === train && entry.status === 'sold').length;
  const isSoldOut = entries.some(({ status }) => status === 'refused');
  assert.ok(isSoldOut ? soldOf('G1') === SEATS : soldOf('G1') <= SEATS, `${soldOf('G1')} seats sold`);
  return entries;
}

/** Runs a job on a ledger of its own; gives the path of the ledger to look at. */
async function run(
  changes: Partial<Job>,
  look: (path: string, office: Office, failure: unknown) => Promise<void> | void,
): Promise<void> {
  await inFolder(async (folder) => {
    const office = new Office(job(changes));
    const ledger = await Ledger.open(`${folder}/ledger`);
    let failure: unknown;
    try {
      await office.run(ledger);
    } catch (error) {
      failure = error;
    }
    await ledger.close();
    await look(ledger.path, office, failure);
  });
  await assertNoLeaks(clean);
}

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
  let office: Office | undefined;
  const onProgress = (): void => {
    const { done, sellers, trains, ordersPerSecond } = office!.snapshot();
    assert.ok(ordersPerSecond >= 0 && trains[0]!.left >= 0);
    seen.push({ done, sold: sellers[0]?.sold ?? 0, left: trains[1]!.left });
  };
  await inFolder(async (folder) => {
    office = new Office(job({ orders: orders(4000), onProgress }));
    const ledger = await Ledger.open(`${folder}/l`);
    await office.run(ledger);
    await ledger.close();
  });
  assert.deepEqual(seen[0], { done: 0, sold: 0, left: 10_000 });
  for (const [index, { done, left }] of seen.entries()) {
    assert.ok(done >= (seen[index - 1]?.done ?? 0) && left <= (seen[index - 1]?.left ?? 10_000));
    // The picture of the seats is newer than the ledger, never older.
    assert.ok(10_000 - left >= Math.floor(done / 2), `${done} done, ${left} left`);
  }
  assert.ok(seen.some(({ sold }) => sold > 0));
});

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
      const isDue = moment === 'while it sells' ? office!.snapshot().done > 0 : true;
      if (isDue) interruption.abort();
    };
    await inFolder(async (folder) => {
      const list = orders(100_000);
      office = new Office(job({ orders: list, sellers: 2, onProgress, signal: interruption.signal }));
      const ledger = await Ledger.open(`${folder}/ledger`);
      await office.run(ledger);
      await ledger.close();
      const { length } = await books(ledger.path);
      assert.ok(moment === 'while it sells' ? length > 0 && length < 100_000 : length === 0, `${length}`);
      assert.equal(office.snapshot().done, length);
    });
    await assertNoLeaks(clean);
  });
}

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
  const disk = {
    write: (bytes: Uint8Array): Promise<{ bytesWritten: number }> => {
      batches.push(Buffer.from(bytes).toString());
      return Promise.resolve({ bytesWritten: bytes.length });
    },
    datasync: async (): Promise<void> => {},
    truncate: async (): Promise<void> => {},
    close: async (): Promise<void> => {},
  };
  await new Office(job({ orders: orders(3000) })).run(new Ledger('x', disk, true));
  const isMixed = (batch: string): boolean => batch.includes('"sold"') && batch.includes('"refused"');
  assert.ok(batches.some(isMixed));
  for (const batch of batches) assert.doesNotMatch(batch, /"refused"[^]*"sold"/);
});

test('Office closes when its ledger fails, says why, and has written what came before', async () => {
  const lines: string[] = [];
  const disk = {
    write: (bytes: Uint8Array): Promise<{ bytesWritten: number }> => {
      if (lines.length > 0) return Promise.reject(new Error('the disk is gone'));
      lines.push(...Buffer.from(bytes).toString().trimEnd().split('\n'));
      return Promise.resolve({ bytesWritten: bytes.length });
    },
    datasync: async (): Promise<void> => {},
    truncate: async (): Promise<void> => {},
    close: async (): Promise<void> => {},
  };
  const office = new Office(job({ orders: orders(100_000), sellers: 2 }));
  const said = /^Cannot write the ledger x: the disk is gone; \d+ lines were safely on disk before$/;
  await assert.rejects(office.run(new Ledger('x', disk, true)), { code: 'broken', message: said });
  const ids = lines.map((line) => (JSON.parse(line) as LedgerEntry).id);
  assert.ok(ids.length > 0 && new Set(ids).size === ids.length);
  assert.equal(office.snapshot().done, ids.length);
  await assertNoLeaks(clean);
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
  const book = prepare({ trains: TRAINS }, list);
  book.refusalOf[5] = 99; // no such reason: whoever takes the last order breaks off
  await run({ orders: list, book }, async (path, _office, failure) => {
    assert.match(
      String(failure),
      /^DuodaoError: Cannot sell as the sellers die before they answer an order: /,
    );
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
