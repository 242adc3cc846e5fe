/**
 * What the sellers of the ticket office share: the orders to be taken, the book in numbers, the answers.
 *
 * @module
 */
import { Lock, Queue, SharedArray, Value } from '../../index.ts';
import type { Book } from './book.ts';

/** Everything a seller needs. It is sent to each seller, and every part of it is the same object there. */
export interface Desk {
  /** Indexes of orders. A seller takes one by lease, so that its death hands the order to another. */
  readonly queue: Queue<number>;
  readonly lock: Lock;
  /** One outcome word for each order: setting it is what answers the order. See book.ts. */
  readonly outcomes: SharedArray<'i32'>;
  /** Seats left of each cell. It follows from the outcomes, and is derived from them again after a seller died. */
  readonly left: SharedArray<'i32'>;
  readonly stock: SharedArray<'i32'>;
  readonly cellOf: SharedArray<'i32'>;
  readonly seatsOf: SharedArray<'i32'>;
  readonly refusalOf: SharedArray<'u8'>;
  /** Not 0: sellers finish the order in hand and go home. */
  readonly stop: Value<'i32'>;
}

/** Orders that lie in the queue at most: enough to keep the sellers busy, few enough to stop soon. */
const QUEUE_ORDERS = 512;

/**
 * Lays out a desk for a book.
 *
 * @throws DuodaoError `no-space` when shared memory has no room for it.
 */
export function layOut(book: Book): Desk {
  // Shared memory has no empty arrays: an office without orders or trains has one unused place.
  const orders = Math.max(1, book.cellOf.length);
  const atLeastOne = (numbers: Iterable<number>): number[] => {
    const list = [...numbers];
    return list.length > 0 ? list : [0];
  };
  return {
    queue: new Queue<number>({ capacity: QUEUE_ORDERS, bytes: 64 * 1024, name: 'orders' }),
    lock: new Lock({ name: 'seats' }),
    outcomes: new SharedArray('i32', orders, { name: 'outcomes' }),
    left: new SharedArray('i32', atLeastOne(book.stock), { name: 'left' }),
    stock: new SharedArray('i32', atLeastOne(book.stock)),
    cellOf: new SharedArray('i32', atLeastOne(book.cellOf)),
    seatsOf: new SharedArray('i32', atLeastOne(book.seatsOf)),
    refusalOf: new SharedArray('u8', atLeastOne(book.refusalOf)),
    stop: new Value('i32', 0),
  };
}
