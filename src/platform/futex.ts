/**
 * Sleeping on a word of shared memory, and waking those who sleep on it.
 *
 * `Atomics.wait` refuses memory that is not a SharedArrayBuffer, so these are the kernel's own calls,
 * without FUTEX_PRIVATE_FLAG: the word is shared between processes and identified by its page.
 *
 * Source: futex(2); FUTEX_WAKE_OP as in linux/futex.h.
 *
 * @module
 */
import { EAGAIN, ETIMEDOUT } from './errno.ts';
import { libc } from './libc.ts';

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_WAKE_OP = 5;
const EVERYBODY = 0x7fffffff;
/** FUTEX_OP_SET with FUTEX_OP_OPARG_SHIFT: the word becomes 1 << oparg. */
const SET_SHIFTED = 8 << 28;

/**
 * Sleeps while the word at `address` holds `expected`, for `timeoutMs` at most.
 * `woken` may be false: somebody who was woken looks again.
 */
export function futexWait(
  address: number,
  expected: number,
  timeoutMs: number,
): 'woken' | 'changed' | 'timed-out' {
  const c = libc();
  const { timespec } = c;
  const ns = Math.max(0, Math.round(timeoutMs * 1e6));
  timespec.words[0] = BigInt(Math.floor(ns / 1e9));
  timespec.words[1] = BigInt(ns % 1e9);
  const begunMs = performance.now();
  if (c.syscall(c.numbers.futex, address, FUTEX_WAIT, expected, timespec.address, 0, 0) === 0) return 'woken';
  const errno = c.errno();
  if (errno === EAGAIN) return 'changed';
  if (errno === ETIMEDOUT) return 'timed-out';
  // EINTR; or the engine has made a system call of its own before we could ask. Then the clock tells.
  return performance.now() - begunMs < timeoutMs ? 'woken' : 'timed-out';
}

/** Wakes everybody who sleeps on the word at `address`. */
export function futexWake(address: number): void {
  const c = libc();
  c.syscall(c.numbers.futex, address, FUTEX_WAKE, EVERYBODY, 0, 0, 0);
}

/** What to say in FUTEX_STORE_AND_WAKE to have 0 stored. */
export const STORE_ZERO: number = 0;

/** What to say in FUTEX_STORE_AND_WAKE to have the single bit `1 << bit` stored. */
export function storeBit(bit: number): number {
  return SET_SHIFTED | (bit << 12);
}

/**
 * Stores into a word and wakes everybody who sleeps on it, as one system call: no SIGKILL can fall between the two.
 *
 *     syscall(numbers.futex, address, command, count, 0, address, what)
 *
 * It is not a function, as it is for those who must get through where the stack has no room left: there a function
 * of JavaScript could not be called, let alone be compiled.
 */
export const FUTEX_STORE_AND_WAKE: { readonly command: number; readonly count: number } = {
  command: FUTEX_WAKE_OP,
  count: EVERYBODY,
};
