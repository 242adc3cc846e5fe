/**
 * What the office says to a buyer, in the same words on a socket and on the page.
 *
 *     sold      {"id":1,"status":"sold","left":1021}
 *     refused   {"id":2,"status":"refused","reason":"sold-out","left":0}
 *     error     {"id":3,"status":"error","reason":"malformed","message":"seats must be a number: it is missing"}
 *
 * Sold and refused are in the ledger before they are said, and are what this id is told for ever. An error is no answer
 * to an order: nothing was written down. `malformed` is no order; `other-order` is one whose id belongs to another;
 * `closing` may be asked again, of the office that opens next.
 *
 * `left` is what the class had left when the answer was written down. There is none where there is no such class.
 *
 * @module
 */
import type { Refusal } from '../book.ts';
import type { Order } from '../orders.ts';

export type OrderId = string | number;

export type Answer =
  | { readonly id: OrderId; readonly status: 'sold'; readonly left: number }
  | { readonly id: OrderId; readonly status: 'refused'; readonly reason: Refusal; readonly left?: number };

export type Mistake = 'malformed' | 'other-order' | 'closing';

export interface Trouble {
  readonly id?: OrderId;
  readonly status: 'error';
  readonly reason: Mistake;
  readonly message: string;
}

export type Reply = Answer | Trouble;

export function trouble(reason: Mistake, message: string, id?: OrderId): Trouble {
  return { ...(id !== undefined && { id }), status: 'error', reason, message };
}

/** Whether two orders ask for the same. */
export function isSameOrder(one: Order, other: Order): boolean {
  return (['buyer', 'train', 'class', 'seats'] as const).every((field) => one[field] === other[field]);
}
