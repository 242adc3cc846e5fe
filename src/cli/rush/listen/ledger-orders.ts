/**
 * The orders of a ledger that names its buyers: where they came over sockets, no file has them.
 *
 * Its check asks then whether the ledger agrees with itself and with the stock: each id answered once, nothing
 * oversold, every refusal for a reason that holds. What was never written down it cannot know.
 *
 * @module
 */
import { eachLine } from '../../lines.ts';
import { type Order, orderFrom } from '../orders.ts';

/**
 * What each id asked for, by its first line; undefined when the first line names no buyer.
 *
 * @throws UsageError when the file cannot be read.
 */
export async function ordersIn(path: string): Promise<Order[] | undefined> {
  const orders = new Map<Order['id'], Order>();
  let namesBuyers = false;
  await eachLine(path, (text, number) => {
    const order = orderOf(text);
    if (number === 1) namesBuyers = order !== undefined;
    if (order && !orders.has(order.id)) orders.set(order.id, order);
  });
  return namesBuyers ? [...orders.values()] : undefined;
}

function orderOf(text: string | undefined): Order | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined; // the check says it, and where
  }
  return orderFrom(value, () => undefined);
}
