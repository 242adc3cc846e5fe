/**
 * `duodao rush --check <ledger>`: adds up an existing ledger again, long after its sellers are gone.
 *
 * @module
 */
import { print } from '../print.ts';
import { auditLedger } from './audit.ts';
import { ordersIn } from './listen/ledger-orders.ts';
import type { RushOptions } from './options.ts';
import { readOrders } from './orders.ts';
import { readStock } from './stock.ts';
import { bookLines } from './summary.ts';

/** Prints what the ledger says; returns the exit code, 1 when the books do not balance. */
export async function check(
  options: Pick<RushOptions, 'trains' | 'orders' | 'isOrdersGiven' | 'json'>,
  ledger: string,
  out: NodeJS.WritableStream,
): Promise<number> {
  const { trains, orders, isOrdersGiven } = options;
  const stock = await readStock(trains);
  const own = isOrdersGiven ? undefined : await ordersIn(ledger);
  const found = await auditLedger(stock, own ?? (await readOrders(orders)), { ledger });
  await print(out, `${options.json ? JSON.stringify(found) : bookLines(found).join('\n')}\n`);
  return found.balanced ? 0 : 1;
}
