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

/**
 * Orders that lie in the queue at most: enough for sellers to live on while the office, which has other things to do,
 * looks elsewhere for some ten milliseconds. Closing early does not wait for them: see `stop`.
 */
const QUEUE_ORDERS = 1280;
/** An order's record takes 48 bytes at most. */
const QUEUE_BYTES = 64 * 1024;

/**
 * Lays out a desk for a book.
 *
 * @throws DuodaoError `no-space` when shared memory has no room for it.
 */
export function layOut(book: Book): Desk {
  return {
    queue: new Queue<number>({ capacity: QUEUE_ORDERS, bytes: QUEUE_BYTES, name: 'orders' }),
    lock: new Lock({ name: 'seats' }),
    outcomes: emptyArray('i32', book.cellOf.length, 'outcomes'),
    left: arrayOf('i32', book.stock, 'left'),
    stock: arrayOf('i32', book.stock),
    cellOf: arrayOf('i32', book.cellOf),
    seatsOf: arrayOf('i32', book.seatsOf),
    refusalOf: arrayOf('u8', book.refusalOf),
    stop: new Value('i32', 0),
  };
}

/** Shared memory has no empty arrays: an office without orders or trains has one unused place. */
function emptyArray<T extends 'i32' | 'u8'>(type: T, length: number, name?: string): SharedArray<T> {
  return new SharedArray(type, Math.max(1, length), { ...(name !== undefined && { name }) });
}

function arrayOf<T extends 'i32' | 'u8'>(
  type: T,
  numbers: Int32Array | Uint8Array,
  name?: string,
): SharedArray<T> {
  const array = emptyArray(type, numbers.length, name);
  array.view.set(numbers);
  return array;
}
