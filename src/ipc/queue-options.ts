/**
 * The bounds of a queue.
 *
 * @module
 */
import { UNBOUNDED } from './queue-body.ts';

/** How a queue is made. */
export interface QueueOptions {
  /** Items at most, leased ones included; a whole number of 1 or more. Left out: only `bytes` bounds it. */
  readonly capacity?: number;
  /**
   * Bytes of memory for the items, rounded up to a power of two; 4 MiB if left out. It is used only where it is
   * touched.
   */
  readonly bytes?: number;
  /** A label for people; it does not have to be unique. See `Queue.named` for finding a queue by name. */
  readonly name?: string;
}

const DEFAULT_BYTES = 4 * 1024 * 1024;
const LEAST_BYTES = 256;
const MOST_BYTES = 2 ** 30;
const MOST_ITEMS = 2 ** 31 - 1;

/** Refuses absurd bounds, and fills in the defaults. */
export function checkQueueOptions(
  options: QueueOptions,
  what = 'queue',
): {
  readonly capacity: number;
  readonly bytes: number;
} {
  const { capacity = Number.POSITIVE_INFINITY, bytes = DEFAULT_BYTES } = options;
  const bounded = capacity !== Number.POSITIVE_INFINITY;
  if (bounded && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= MOST_ITEMS)) {
    throw new RangeError(
      `Cannot make a ${what} as its capacity must be a whole number from 1 to ${MOST_ITEMS}: ` +
        `current value is ${capacity}`,
    );
  }
  if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= MOST_BYTES)) {
    throw new RangeError(
      `Cannot make a ${what} as its bytes must be a whole number from 1 to ${MOST_BYTES}: current value is ${bytes}`,
    );
  }
  return { capacity: bounded ? capacity : UNBOUNDED, bytes };
}

/** The ring for so many bytes: the next power of two. */
export function ringBytesFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_BYTES)));
}
