/**
 * Continues the children of this process that fault points have stopped, a moment later.
 *
 * A child may be stopped inside a guard. Until it goes on, all others may have to wait for it, and so may this
 * process, blocked, as soon as it buries somebody: so this is the work of a thread that takes part in nothing.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';

/** How often it looks. */
const LOOK_MS = 30;

/** What the thread runs: plain JavaScript, as it needs no loader. Words: how many it continued, then the pids. */
const LOOKS = `
const { readFileSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const words = new Int32Array(workerData);
const isStopped = (pid) => {
  try {
    const stat = readFileSync('/proc/' + pid + '/stat', 'latin1');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'T' && Number(parent) === process.pid;
  } catch {
    return false; // it is gone
  }
};
const look = () => {
  for (let index = 1; index < words.length / 2; index++) {
    const pid = Atomics.load(words, index);
    if (pid === 0 || !isStopped(pid)) continue;
    Atomics.add(words, index + words.length / 2, 1);
    process.kill(pid, 'SIGCONT');
  }
};
setInterval(look, ${LOOK_MS});
`;

export class Waker {
  readonly #words: Int32Array;
  readonly #worker: Worker;

  /** @param places - How many children it looks at. */
  constructor(places: number) {
    this.#words = new Int32Array(new SharedArrayBuffer(8 * (places + 1)));
    this.#worker = new Worker(LOOKS, { eval: true, execArgv: [], workerData: this.#words.buffer });
    this.#worker.unref();
  }

  /** Looks at this child from now on, in place of another; undefined: at none. */
  watch(place: number, pid: number | undefined): void {
    Atomics.store(this.#words, place + 1, pid ?? 0);
  }

  /** How often it continued the child in this place, since it was last asked. */
  taken(place: number): number {
    return Atomics.exchange(this.#words, place + 1 + this.#words.length / 2, 0);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
