/**
 * The bounds of a map.
 *
 * @module
 */

/** How a map is made. */
export interface SharedMapOptions {
  /**
   * Bytes of memory for the entries, up to 1 GiB less 64 KiB; 4 MiB if left out. Twice as much of the arena is set
   * aside, and used only where it is touched.
   */
  readonly bytes?: number;
  /** A label for people; it does not have to be unique. See `SharedMap.named` for finding a map by name. */
  readonly name?: string;
}

const DEFAULT_BYTES = 4 * 1024 * 1024;
const LEAST_BYTES = 256;
/** Both halves must fit into one view. */
const MOST_BYTES = 2 ** 30 - 64 * 1024;

/** Refuses absurd bounds, and gives the bytes of one half: what was asked for, rounded up to a multiple of 64. */
export function halfBytesFor({ bytes = DEFAULT_BYTES }: SharedMapOptions): number {
  if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= MOST_BYTES)) {
    throw new RangeError(
      `Cannot make a map as its bytes must be a whole number from 1 to ${MOST_BYTES}: current value is ${bytes}`,
    );
  }
  return Math.ceil(Math.max(bytes, LEAST_BYTES) / 64) * 64;
}
