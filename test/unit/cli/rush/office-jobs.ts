/**
 * Jobs for the office, small enough to be added up by hand, and the adding up: it knows nothing of the office's
 * own sums.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { prepare } from '../../../../src/cli/rush/book.ts';
import { type Job, Office } from '../../../../src/cli/rush/office.ts';
import { Ledger, type LedgerEntry } from '../../../../src/cli/rush/ledger.ts';
import type { Order } from '../../../../src/cli/rush/orders.ts';
import { seededRandom } from '../../../../src/cli/random.ts';
import { inFolder } from '../scratch.ts';

export const SEATS = 50;
const TRAINS = [
  { train: 'G1', classes: [{ name: 'first', seats: SEATS, price: 1 }] },
  { train: 'G2', classes: [{ name: 'first', seats: 10_000, price: 1 }] },
];

/** Orders for one seat each, of the two trains in turn. */
export function orders(count: number): Order[] {
  return Array.from({ length: count }, (_, id) => {
    return { id, buyer: 'Li Na', train: `G${(id % 2) + 1}`, class: 'first', seats: 1 };
  });
}

/** A job for one seller, with changes. */
export function job(changes: Partial<Job>): Job {
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
export async function books(path: string): Promise<LedgerEntry[]> {
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

/** A disk in the hands of a test: `write` is given the text of each batch. */
export function disk(write: (batch: string) => Promise<void> | void): Ledger {
  const file = {
    write: async (bytes: Uint8Array): Promise<{ bytesWritten: number }> => {
      await write(Buffer.from(bytes).toString());
      return { bytesWritten: bytes.length };
    },
    datasync: async (): Promise<void> => {},
    truncate: async (): Promise<void> => {},
    close: async (): Promise<void> => {},
  };
  return new Ledger('x', file, true);
}

/** Runs a job on a ledger of its own; gives the path of the ledger to look at. */
export async function run(
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
}
