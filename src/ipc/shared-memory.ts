/**
 * Memory that unrelated programs share by name.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { leaveSegment, openSegment, SEGMENT_LIMIT_BYTES, type Segment } from '../memory/index.ts';

/**
 * Bytes that programs of one user find by name, related or not.
 *
 * Within one program's tree, `SharedArray` is what you want: it needs no name and leaves nothing behind. This is for
 * programs that were started by different hands.
 *
 * - **Across:** all programs of this user on this machine. The file has mode 0600; one of another user is refused.
 * - **Life:** as long as anybody has it open. The last one to close it removes it; what dead programs have left
 *   is recognised and removed by the next who opens that name.
 * - **Order:** plain bytes: use `Atomics` on a view, or agree on who writes.
 * - **If a writer dies:** what it wrote is there. There is no lock in it.
 * - **Limits:** 2 GiB; it needs /dev/shm, and all of its memory at once.
 *
 * @example
 * ```ts
 * const board = new SharedMemory('score-board', 4096);
 * new Int32Array(board.buffer)[0] = 42;
 * board.close();
 * ```
 */
export class SharedMemory implements Disposable {
  readonly name: string;
  /** The memory. It stays readable after close(), for as long as this process lives. */
  readonly buffer: ArrayBuffer;
  #segment: Segment | undefined;

  /**
   * Opens the memory with this name; the first one makes it, zeroed.
   *
   * @param bytes - Its size, 1 to 2 GiB. Memory that is there must have just this size.
   * @throws RangeError when it has another size; DuodaoError `no-space`, `unsafe` when it is not safely ours,
   * `protocol` when the file is not what we make.
   */
  constructor(name: string, bytes: number) {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > SEGMENT_LIMIT_BYTES) {
      throw new RangeError(
        `Cannot make shared memory as its size must be a whole number from 1 to ${SEGMENT_LIMIT_BYTES}: ` +
          `current value is ${bytes}`,
      );
    }
    const segment = opening ?? openSegment(name, bytes);
    opening = undefined;
    if (!segment) throw missing(name);
    this.name = name;
    this.buffer = segment.data;
    this.#segment = segment;
    if (segment.data.byteLength === bytes) return;
    this.close();
    throw new RangeError(
      `Cannot open the shared memory "${name}" with ${bytes} bytes: it has ${segment.data.byteLength}`,
    );
  }

  /**
   * Opens memory that is there, whatever its size.
   *
   * @throws DuodaoError `closed` when nobody has memory of this name open.
   */
  static open(name: string): SharedMemory {
    const segment = openSegment(name);
    if (!segment) throw missing(name);
    opening = segment;
    return new SharedMemory(name, segment.data.byteLength);
  }

  /** How many bytes it has. */
  get size(): number {
    return this.buffer.byteLength;
  }

  /** Gives the memory up; the last program that does so removes it. Asked again, it does nothing. */
  close(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment) leaveSegment(segment);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

let opening: Segment | undefined;

function missing(name: string): DuodaoError {
  return new DuodaoError('closed', `There is no shared memory "${name}": no living program has it open`, {
    name,
  });
}
