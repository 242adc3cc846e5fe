/**
 * The threads of this process: their names, and how many there are.
 *
 * Each thread has a copy of this module and knows only those that it started itself; who else takes part is told by
 * the slots in shared memory, where the kernel marks the end of each. So the count needs nobody's event loop, and
 * the end of a thread that had started others leaves no wrong number behind.
 *
 * @module
 */
import { threadId } from 'node:worker_threads';
import { checkName, here } from '../../memory/index.ts';

/** What is counted of a thread. */
export interface CountedThread {
  readonly tid: number | undefined;
}

let self = { name: 'MainThread', daemon: false, isStarted: false };
let startedCount = 0;
const threads: Set<CountedThread> = new Set();

/** Says in a thread who it is. */
export function introduceThread(name: string, daemon: boolean): void {
  self = { name, daemon, isStarted: true };
  here().rename(name);
}

/** The thread that this code runs in. */
export function currentThread(): { name: string; readonly daemon: boolean } {
  return {
    get name() {
      return self.name;
    },
    set name(name: string) {
      checkName('thread', name);
      self.name = name;
      here().rename(name);
    },
    daemon: self.daemon,
  };
}

/** The name of the next thread that is given none: `Thread-1`, and in a thread with its own name in front. */
export function nextThreadName(): string {
  startedCount++;
  return self.isStarted ? `${self.name}:${startedCount}` : `Thread-${startedCount}`;
}

export function registerThread(thread: CountedThread, alive = true): void {
  if (alive) threads.add(thread);
  else threads.delete(thread);
}

/**
 * How many threads of this process are alive, the main one included, as `threading.active_count()` in Python.
 *
 * A worker thread that was not started as a `Thread` counts once it has used a shared object. A `Thread` that another
 * thread has started counts once it has begun, some milliseconds after its `start()`.
 */
export function threadCount(): number {
  const { slots } = here();
  const ids = new Set([0, threadId]);
  for (const { tid } of threads) if (tid !== undefined) ids.add(tid);
  for (let slot = 0; slot < slots.top; slot++) {
    const tag = slots.tagOf(slot);
    if (slots.pid(slot) !== process.pid || !slots.isAlive(tag)) continue;
    const participant = slots.describe(tag);
    if (participant) ids.add(participant.thread);
  }
  return ids.size;
}
