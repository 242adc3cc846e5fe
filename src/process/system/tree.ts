/**
 * Ending a process together with all that it has started, and they have, whatever these are.
 *
 * Who descends from whom is only in the system's table, as who started whom; and when somebody ends, his children
 * become children of another. So everybody found is kept by pid and start time, and stays ours however the table
 * changes. Between a look and a signal somebody might start others and end, and those would be lost: so before each
 * signal to all, all are stopped, and looked at until nobody new is there. That takes milliseconds, in which this
 * thread does nothing else (see suspend.ts); killed in them, we leave them standing.
 *
 * What is out of reach: whoever had lost his link to the tree before we first looked (a daemon that detached itself),
 * or was started while the others tidy up, by one who ended before the next look.
 *
 * Signals go through descriptors of processes where the system has them, else by number after a last look
 * (platform/signals.ts): never to a stranger who was given the number of somebody who has ended.
 *
 * @module
 */
import { setTimeout as later } from 'node:timers/promises';
import { DuodaoError } from '../../base/index.ts';
import {
  allProcesses,
  isDeadLetter,
  type ProcessEntry,
  type ProcessIdentity,
  signalProcess,
  stillIs,
} from '../../platform/index.ts';
import { standStill } from './standing.ts';

const GRACE_MS = 5000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
/** Killed ones are gone as soon as the system gets to it; then nobody is new, or he is killed in the next round. */
const AGAIN_MS = 200;
/** Only somebody who cannot be stopped, as he is another user's, starts others all the time. */
const ROUNDS = 20;

/** How a tree is stopped. */
export interface StopTreeOptions {
  /** How long to wait between asking and insisting; 5000 if left out, 0 for no patience at all. */
  readonly graceMs?: number;
}

/** All that a process has started, and they have, parents first; those that have ended are left out. */
export function descendantsOf(pid: number): ProcessIdentity[] {
  const all = allProcesses();
  return below(
    all.filter((entry) => entry.pid === pid),
    all,
  ).map(identity);
}

/** Sends a signal to those that still run, and to nobody else. Gives those that refused it for want of rights. */
export function endTree(identities: readonly ProcessIdentity[], signal: NodeJS.Signals): ProcessIdentity[] {
  return identities.filter((one) => signalProcess(one, signal) === 'refused');
}

/**
 * Asks a process and all its descendants to end (SIGTERM), and after the grace makes all end that are left (SIGKILL).
 * Resolves when none is left. Who is started during the grace, as somebody tidies up, is not asked, but does not
 * outlive it. A process that has ended already has no descendants.
 *
 * @throws DuodaoError `unsupported` when some belong to another user; the others are gone then.
 */
export async function stopTree(pid: number, { graceMs = GRACE_MS }: StopTreeOptions = {}): Promise<void> {
  if (typeof graceMs !== 'number')
    throw new TypeError(
      `Cannot stop a tree as graceMs must be a number: current value is ${String(graceMs)}`,
    );
  if (!(graceMs >= 0))
    throw new RangeError(`Cannot stop a tree as graceMs must be 0 or more: current value is ${graceMs}`);
  const deadline = performance.now() + graceMs;
  const tree = new Tree(pid);
  tree.signal('SIGTERM');
  await tree.end(deadline);
  while (tree.left.length > 0) {
    tree.signal('SIGKILL');
    await tree.end(performance.now() + AGAIN_MS);
  }
  tree.tellRefusals();
}

/** Everybody that was ever found in the tree. */
class Tree {
  readonly #pid: number;
  readonly #known: Map<string, ProcessIdentity> = new Map();
  readonly #refused: Set<ProcessIdentity> = new Set();

  constructor(pid: number) {
    this.#pid = pid;
    const all = allProcesses();
    const roots = all.filter((entry) => entry.pid === pid && !isDeadLetter(entry.letter));
    if (pid === process.pid || below(roots, all).some((entry) => entry.pid === process.pid))
      throw new TypeError(`Cannot stop the tree that this process is in: current value is ${pid}`);
    this.#add([...roots, ...below(roots, all)]);
  }

  /** Those that still run, but for those who refused a signal. */
  get left(): ProcessIdentity[] {
    return [...this.#known.values()].filter((one) => !this.#refused.has(one) && stillIs(one));
  }

  /** Sends a signal to all, while nobody starts another. */
  signal(signal: NodeJS.Signals): void {
    try {
      this.#stop();
    } finally {
      this.#send(this.left, signal);
      // Who stands hears of SIGTERM when he goes on; SIGKILL does not wait for that.
      this.#send(this.left, 'SIGCONT');
    }
  }

  #stop(): void {
    let moving = this.left;
    for (let round = 0; round < ROUNDS && moving.length > 0; round++) {
      this.#send(moving, 'SIGSTOP');
      standStill(moving.filter((one) => !this.#refused.has(one)));
      moving = this.#lookAgain();
    }
  }

  /** Waits until none is left, or until it is late. */
  async end(deadline: number): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      this.#lookAgain();
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0 || this.left.length === 0) return;
      await later(Math.min(pauseMs, remainingMs));
    }
  }

  /** Takes in whoever descends from somebody that we know, and gives those that we did not know. */
  #lookAgain(): ProcessIdentity[] {
    const all = allProcesses();
    const known = all.filter((entry) => this.#known.has(keyOf(entry)));
    return this.#add(below(known, all));
  }

  #add(entries: readonly ProcessEntry[]): ProcessIdentity[] {
    const fresh = entries.filter((entry) => !this.#known.has(keyOf(entry))).map(identity);
    for (const one of fresh) this.#known.set(keyOf(one), one);
    return fresh;
  }

  #send(processes: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
    for (const one of endTree(processes, signal)) this.#refused.add(one);
  }

  tellRefusals(): void {
    const pids = [...this.#refused].filter(stillIs).map(({ pid }) => pid);
    if (pids.length === 0) return;
    const which = pids.join(', ');
    throw new DuodaoError(
      'unsupported',
      `Cannot stop process ${which} in the tree of ${this.#pid}: it belongs to another user, which needs CAP_KILL`,
      { pid: this.#pid, pids: which },
    );
  }
}

function keyOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}:${startTime}`;
}

function identity({ pid, startTime }: ProcessIdentity): ProcessIdentity {
  return { pid, startTime };
}

/** Who descends from these, parents first; those that have ended are left out, as they have no children. */
function below(roots: readonly ProcessEntry[], all: readonly ProcessEntry[]): ProcessEntry[] {
  const children: Map<number, ProcessEntry[]> = new Map();
  for (const entry of all) {
    const siblings = children.get(entry.ppid);
    if (siblings) siblings.push(entry);
    else children.set(entry.ppid, [entry]);
  }
  const met = new Set(roots);
  // A set goes on to whatever is added meanwhile.
  for (const parent of met) {
    for (const child of children.get(parent.pid) ?? []) {
      // The table was not read at once: a parent that is younger has only the number of the one that was meant.
      if (child.startTime >= parent.startTime && !isDeadLetter(child.letter)) met.add(child);
    }
  }
  return [...met].slice(roots.length);
}
