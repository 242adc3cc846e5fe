/**
 * The kernel's list of robust futexes of this thread.
 *
 * When a thread ends, however it ends, the kernel walks the list that the thread registered and marks every
 * futex on it that still carries the thread's id: OWNER_DIED is set in the word and one sleeper is woken. The
 * same is done for the one futex named by `list_op_pending`.
 *
 * We use the list head that the C library registered and never replace it: its own robust mutexes, and those of
 * other add-ons on the same thread, are on it. The head is three words:
 *
 *     offset  size  field      meaning
 *     0       8     next       first node; the head itself when the list is empty
 *     8       8     offset     where the futex word lies, counted from its node (negative)
 *     16      8     pending    the node of a futex that is just being taken or given back, or 0
 *
 * glibc keeps a `prev` pointer in the 8 bytes before each node, so a linked node brings room for it.
 *
 * Source: kernel/futex/core.c (exit_robust_list), Documentation/locking/robust-futex-ABI.rst.
 *
 * @module
 */
import { assert } from '../base/index.ts';
import { refused } from './errno.ts';
import { libc } from './libc.ts';

const NEXT = 0;
const OFFSET = 1;
const PENDING = 2;
const HEAD_BYTES = 24;

/** One thread's list. Belongs to the thread that made it and is of no use to another. */
export class RobustList {
  /** The id of this thread, as the kernel compares it with the futex word. */
  readonly tid: number;
  /**
   * The head as 8-byte numbers. `pending[PENDING_INDEX] = node` is one plain 8-byte store of an address whose bits
   * make a (denormal) double: 26 ns cheaper than an atomic store of a BigInt. V8 does not move it across the
   * compare-exchange that follows; the kill tests watch that.
   */
  readonly pending: Float64Array;
  readonly #words: BigInt64Array;
  readonly #headAddress: number;
  readonly #futexOffset: number;

  constructor() {
    const c = libc();
    const out = c.alloc(16);
    if (c.syscall(c.numbers.getRobustList, 0, out.address, out.address + 8, 0, 0, 0) !== 0) {
      throw refused('Cannot read the list of robust futexes of this thread');
    }
    this.#headAddress = Number(new BigInt64Array(out.buffer)[0]);
    assert(this.#headAddress > 0, 'the C library registers a robust list for each thread');
    const head = c.view(this.#headAddress, HEAD_BYTES);
    this.pending = new Float64Array(head);
    this.#words = new BigInt64Array(head);
    this.#futexOffset = Number(this.#words[OFFSET]);
    this.tid = c.syscall(c.numbers.gettid, 0, 0, 0, 0, 0, 0);
  }

  /** The bits of the node address that belongs to the futex at `futexAddress`, as a number to store into `pending`. */
  nodeBits(futexAddress: number): number {
    const bits = new BigInt64Array([BigInt(futexAddress - this.#futexOffset)]);
    return new Float64Array(bits.buffer)[0] as number;
  }

  /**
   * Puts the futex into the list for the rest of the thread's life: its word becomes the thread's id, and
   * OWNER_DIED in it will be the proof that the thread is gone.
   *
   * @param word - A view whose element 0 is the futex word.
   */
  linkForLife(word: Int32Array, futexAddress: number): void {
    const c = libc();
    const nodeAddress = futexAddress - this.#futexOffset;
    const node = new BigInt64Array(c.view(nodeAddress - 8, 16));
    const first = this.#words[NEXT] as bigint;
    // Pending covers the steps in which the word is ours and the node is not yet on the list.
    this.pending[PENDING] = this.nodeBits(futexAddress);
    Atomics.store(word, 0, this.tid);
    node[0] = BigInt(this.#headAddress); // prev
    node[1] = first; // next
    if (Number(first) !== this.#headAddress) {
      new BigInt64Array(c.view(Number(first) - 8, 8))[0] = BigInt(nodeAddress);
    }
    Atomics.store(this.#words, NEXT, BigInt(nodeAddress));
    this.pending[PENDING] = 0;
  }
}

/** Where `RobustList.pending` names the futex that is just being taken or given back. */
export const PENDING_INDEX: number = PENDING;
