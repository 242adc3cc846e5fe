/**
 * The bounds of a queue.
 *
 * @module
 */
import { UNBOUNDED } from './queue-fields.ts';
import { MOST_DEATHS } from './record-ring.ts';

/** How a queue is made. */
export interface QueueOptions {
  /** Items at most, leased ones included; a whole number of 1 or more. Left out: only `bytes` bounds it. */
  readonly capacity?: number;
  /**
   * Bytes of memory for the items, rounded up to a power of two; 4 MiB if left out. It is used only where it is
   * touched.
   */
  readonly bytes?: number;
  /**
   * How many takers may die holding an item by `lease` before it is a dead letter, handed out no more: 1 to 255, or
   * Infinity; 5 if left out.
   */
  readonly deathLimit?: number;
  /** A label for people; it does not have to be unique. See `Queue.named` for finding a queue by name. */
  readonly name?: string;
}

const DEFAULT_BYTES = 4 * 1024 * 1024;
const LEAST_BYTES = 256;
const MOST_BYTES = 2 ** 30;
const MOST_ITEMS = 2 ** 31 - 1;
const DEFAULT_DEATHS = 5;

/** Refuses absurd bounds, and fills in the defaults. */
export function checkQueueOptions(
  options: QueueOptions,
  what = 'queue',
): {
  readonly capacity: number;
  readonly bytes: number;
  readonly deathLimit: number;
} {
  const { capacity = Number.POSITIVE_INFINITY, bytes = DEFAULT_BYTES, deathLimit = DEFAULT_DEATHS } = options;
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
  const endless = deathLimit === Number.POSITIVE_INFINITY;
  if (!endless && !(Number.isInteger(deathLimit) && deathLimit >= 1 && deathLimit <= MOST_DEATHS)) {
    throw new RangeError(
      `Cannot make a ${what} as its deathLimit must be a whole number from 1 to ${MOST_DEATHS}, or Infinity: ` +
        `current value is ${deathLimit}`,
    );
  }
  return { capacity: bounded ? capacity : UNBOUNDED, bytes, deathLimit: endless ? 0 : deathLimit };
}

/** The ring for so many bytes: the next power of two. */
export function ringBytesFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_BYTES)));
}

/** Refuses to open a queue by its name with other bounds than it has. */
export function checkSameBounds(
  name: string,
  options: QueueOptions,
  found: { readonly capacity: number; readonly bytes: number; readonly deathLimit: number },
): void {
  const { bytes } = checkQueueOptions(options);
  const asked = options.bytes === undefined ? options : { ...options, bytes: ringBytesFor(bytes) };
  for (const bound of ['capacity', 'bytes', 'deathLimit'] as const) {
    if (asked[bound] === undefined || asked[bound] === found[bound]) continue;
    throw new RangeError(
      `Cannot open the queue "${name}" with ${bound} ${options[bound]}: it has ${found[bound]}`,
    );
  }
}
