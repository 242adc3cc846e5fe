/**
 * Counters for tests: a small stock, orders, and a ledger in a folder that goes away.
 *
 * @module
 */
import { type Audit, auditLedger } from '../../../../../src/cli/rush/audit.ts';
import { Cells } from '../../../../../src/cli/rush/book.ts';
import { Ledger } from '../../../../../src/cli/rush/ledger.ts';
import type { Reply } from '../../../../../src/cli/rush/listen/answers.ts';
import { Counter, type CounterJob } from '../../../../../src/cli/rush/listen/counter.ts';
import type { Order } from '../../../../../src/cli/rush/orders.ts';
import type { Stock } from '../../../../../src/cli/rush/stock.ts';
import { seededRandom } from '../../../../../src/cli/random.ts';
import { inFolder } from '../../scratch.ts';

export const STOCK: Stock = {
  trains: [
    {
      train: 'G1',
      classes: [
        { name: 'first', seats: 5, price: 900 },
        { name: 'second', seats: 1000, price: 600 },
      ],
    },
    { train: 'G2', classes: [{ name: 'first', seats: 10_000, price: 1 }] },
  ],
};

/** An order of one seat in G1's first class, with changes. */
export function order(id: Order['id'], changes: Partial<Order> = {}): Order {
  return { id, buyer: 'Li Na', train: 'G1', class: 'first', seats: 1, ...changes };
}

/** A job of one seller, with changes. */
export function counterJob(changes: Partial<CounterJob> = {}): CounterJob {
  return {
    cells: new Cells(STOCK),
    ordersMost: 5000,
    sellers: 1,
    lock: true,
    kills: 0,
    killEvery: 500,
    random: seededRandom(1),
    ...changes,
  };
}

export interface Open {
  readonly counter: Counter;
  readonly path: string;
  /** How selling ends. */
  readonly selling: Promise<void>;
  /** Closes it, and adds up its ledger. */
  closed(): Promise<Audit>;
}

/** Opens a counter, lets the test use it, and closes it whatever happens. */
export async function withCounter(
  changes: Partial<CounterJob>,
  use: (open: Open) => Promise<void>,
  ledgerIn: (path: string) => Promise<Ledger> = (path) => Ledger.open(path),
): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/ledger`;
    const counter = new Counter(counterJob(changes));
    const ledger = await ledgerIn(path);
    const selling = counter.run(ledger);
    selling.catch(() => undefined); // the test looks at it, or not
    const closed = async (): Promise<Audit> => {
      counter.close();
      await selling;
      return await auditLedger(STOCK, counter.orders, { ledger: path });
    };
    try {
      await use({ counter, path, selling, closed });
    } finally {
      counter.close();
      await selling.catch(() => undefined);
      await ledger.close();
    }
  });
}

/** Places orders for one seat, of these trains in turn, all at once. */
export function placeMany(
  counter: Counter,
  count: number,
  trains: readonly string[] = ['G2'],
): Promise<Reply[]> {
  const list = Array.from({ length: count }, (_, id) => order(id, { train: trains[id % trains.length]! }));
  return Promise.all(list.map((one) => counter.order(one)));
}
