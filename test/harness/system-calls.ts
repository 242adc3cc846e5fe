/**
 * System calls as a debugger sees them: their numbers, the edges at which a thread can be stopped, and which of them
 * it sleeps in now.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { stateLetterOf } from '../../src/platform/index.ts';

type Call = 'futex' | 'read' | 'write' | 'epollWait' | 'ptrace' | 'wait4';

/** Source: asm/unistd_64.h, asm-generic/unistd.h. `epollWait` is epoll_pwait, which libuv uses on both. */
const NUMBERS: Readonly<Record<string, Readonly<Record<Call, number>>>> = {
  x64: { futex: 202, read: 0, write: 1, epollWait: 281, ptrace: 101, wait4: 61 },
  arm64: { futex: 98, read: 63, write: 64, epollWait: 22, ptrace: 117, wait4: 260 },
};

export const CALLS: Readonly<Record<Call, number>> = NUMBERS[process.arch] ?? (NUMBERS['x64'] as never);

/** A place in the life of a thread: the entry or the exit of a system call with certain arguments. */
export interface Edge {
  readonly at: 'entry' | 'exit';
  readonly call: 'futex' | 'read' | 'write';
  /** Pairs of an argument's number and its value, which has 32 bits at most. */
  readonly args: readonly (readonly [number, number])[];
  /** Only an exit with this result. */
  readonly result?: number;
}

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_WAKE_OP = 5;
/** How much of a bell's pipe an event loop reads at once (src/memory/bell.ts). */
const RINGS_READ_AT_ONCE = 1024;

/** The edges of our waking and sleeping. The engine’s own futexes are private: their operations have other numbers. */
export const EDGES: Readonly<
  Record<'waitOnWord' | 'wakeWord' | 'storeAndWake' | 'writeBell' | 'readBell', Omit<Edge, 'at'>>
> = {
  waitOnWord: { call: 'futex', args: [[1, FUTEX_WAIT]] },
  wakeWord: { call: 'futex', args: [[1, FUTEX_WAKE]] },
  storeAndWake: { call: 'futex', args: [[1, FUTEX_WAKE_OP]] },
  writeBell: { call: 'write', args: [[2, 1]] },
  readBell: { call: 'read', args: [[2, RINGS_READ_AT_ONCE]] },
};

/** Whether the main thread of the process sleeps in this system call, with this second argument if one is given. */
function sleepsIn(pid: number, call: Call, second?: number): boolean {
  const [number, , argument] = readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ');
  if (number !== String(CALLS[call]) || (second !== undefined && Number(argument) !== second)) return false;
  return stateLetterOf(pid) === 'S'; // at the edge of one, held by a debugger, it does not sleep
}

/** Whether the process' main thread sleeps in its event loop. */
export function sleepsInLoop(pid: number): boolean {
  return sleepsIn(pid, 'epollWait');
}

/** Whether the process' main thread sleeps on a word of shared memory. */
export function sleepsOnWord(pid: number): boolean {
  return sleepsIn(pid, 'futex', FUTEX_WAIT);
}
