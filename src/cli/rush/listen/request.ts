/**
 * Reads what a buyer asks: an order, with the rules of the order file and one more.
 *
 * The office remembers each order as long as it is open, so its texts are short: what is kept for one is bounded.
 *
 * @module
 */
import { type Order, orderFrom } from '../orders.ts';
import { type OrderId, type Trouble, trouble } from './answers.ts';

/** The longest id, name, train or class, in characters of JavaScript. */
export const TEXT_MOST = 100;

/** The order, or what is wrong with it. */
export function orderIn(value: unknown): Order | Trouble {
  const faults: string[] = [];
  const order = orderFrom(value, (fault) => faults.push(fault));
  for (const field of ['id', 'buyer', 'train', 'class'] as const) {
    const text = order?.[field];
    if (typeof text === 'string' && text.length > TEXT_MOST)
      faults.push(`${field} must have ${TEXT_MOST} characters at most: it has ${text.length}`);
  }
  if (order && faults.length === 0) return order;
  return trouble('malformed', faults.join('; '), idOf(value));
}

/** The id to say back, where there is one. */
function idOf(value: unknown): OrderId | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id } = value as { readonly id?: unknown };
  const isShort = typeof id === 'string' && id.length <= TEXT_MOST;
  return isShort || Number.isSafeInteger(id) ? (id as OrderId) : undefined;
}
