/**
 * Something that is done once in the whole tree, whoever comes first and whoever dies.
 *
 * Body:
 *
 *     offset  size  field     meaning
 *     0       4     done      1: a run has succeeded
 *     4       4     runner    tag of the participant that runs it now, 0: none
 *     8       4     sleepers  (derived) how many participants wait, or have given up since a run ended
 *     12      52    -
 *     64      64    wait set
 *
 * @module
 */
import { deadlineOf, layout, type Wait, type WaitSync } from '../base/index.ts';
import {
  BODY_OFFSET,
  checkName,
  findOrMake,
  type Here,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  registerFace,
  registerKind,
  type SharedObject,
  type Tag,
  WaitPoint,
  WaitSet,
} from '../memory/index.ts';

const ONCE = layout('once', 128, {
  done: [0, 'u32'],
  runner: [4, 'u32'],
  sleepers: [8, 'u32'],
  spare: [12, 'pad', 52],
  waitSet: [64, 'u32', 16],
});
const DONE = (BODY_OFFSET + ONCE.done) / 4;
const RUNNER = (BODY_OFFSET + ONCE.runner) / 4;
const SLEEPERS = (BODY_OFFSET + ONCE.sleepers) / 4;
const WAIT_SET = (BODY_OFFSET + ONCE.waitSet) / 4;

const WHAT = 'The one run';

const KIND: Kind = {
  id: 16,
  name: 'once',
  open: (object) => openOnce(object),
  repair: (object) => waitSetOf(object).recount(),
  reap: reapOnce,
};
registerKind(KIND);

/** How a once is made. */
export interface OnceOptions {
  /** A label for people; it does not have to be unique. See `Once.named` for finding a once by name. */
  readonly name?: string;
}

/** A once at one moment. */
export interface OnceStats {
  readonly isDone: boolean;
  readonly isRunning: boolean;
  /** Threads that wait for the run to end; those that gave up meanwhile are among them. */
  readonly waiting: number;
}

/** What the next constructor opens instead of making a once of its own. */
let opening: SharedObject | undefined;

/**
 * Has exactly one of many runs succeed: whoever comes first runs, the others wait until it has, and go on.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **If the run throws:** the error goes to its caller, and the next one runs.
 * - **If the runner dies:** the next one runs, within 100 ms: a run must bear to be begun again.
 * - **Limits:** a run that asks for itself again waits for itself. What it returns is not shared.
 *
 * @example
 * ```ts
 * const prepared = Once.named('tables');
 * await prepared.run(() => prepare());   // in every worker
 * ```
 */
export class Once {
  readonly #object: SharedObject;
  readonly #words: Int32Array;
  readonly #here: Here;
  readonly #waiting: WaitSet;
  readonly #point: WaitPoint;
  readonly #repair: () => void;

  constructor(options: OnceOptions = {}) {
    const object = opening ?? createOnce(options);
    opening = undefined;
    this.#object = object;
    this.#words = object.words;
    this.#here = here();
    this.#waiting = waitSetOf(object);
    this.#point = new WaitPoint(this.#here.room, object.guard, this.#waiting);
    this.#repair = () => this.#here.objects.repair(object);
    registerFace(this, object, KIND.id);
  }

  /** The once with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. */
  static named(name: string): Once {
    checkName('once', name);
    return findOrMake(KIND.id, name, () => createOnce({ name })) as Once;
  }

  /**
   * Runs `fn` and awaits its end, unless that has been done; while somebody else runs, waits in the event loop. Gives
   * whether it was this call that ran.
   *
   * @throws Whatever `fn` throws; DuodaoError `timed-out`, or the reason of `wait.signal`: both end only the waiting.
   */
  async run(fn: () => unknown, wait?: Wait): Promise<boolean> {
    checkRun(fn);
    if ((await this.#point.wait(WHAT, this.#attempt, wait)) === 'done') return false;
    let isDone = false;
    try {
      await fn();
      isDone = true;
    } finally {
      this.#end(isDone);
    }
    return true;
  }

  /** As `run`, but blocks while somebody else runs, and `fn` must not be asynchronous. */
  runSync(fn: () => unknown, wait?: WaitSync): boolean {
    checkRun(fn);
    if (wait !== undefined) deadlineOf(wait);
    if (this.isDone) return false;
    if (this.#point.waitSync(WHAT, this.#attempt, wait) === 'done') return false;
    let isDone = false;
    try {
      const result = fn();
      if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function')
        throw new TypeError('Cannot run this once by runSync as it gives a promise: use run');
      isDone = true;
    } finally {
      this.#end(isDone);
    }
    return true;
  }

  /** Whether a run has succeeded. */
  get isDone(): boolean {
    return Atomics.load(this.#words, DONE) === 1;
  }

  /** What can be seen from outside, at one moment. */
  stats(): OnceStats {
    const isRunning = Atomics.load(this.#words, RUNNER) !== 0;
    return { isDone: this.isDone, isRunning, waiting: Atomics.load(this.#words, SLEEPERS) };
  }

  readonly #attempt = (register: boolean): 'run' | 'done' | NotYet => {
    const turn = this.#begin(register);
    // Who does not wait hears of no deaths, so he looks.
    return turn === NOT_YET && !register && this.#here.reap() ? this.#begin(false) : turn;
  };

  #begin(register: boolean): 'run' | 'done' | NotYet {
    const words = this.#words;
    const { slot, tag } = this.#here;
    return this.#object.guard.inside(this.#repair, () => {
      if (words[DONE] === 1) return 'done';
      if (words[RUNNER] === 0) {
        Atomics.store(words, RUNNER, tag); // the commit
        return 'run';
      }
      if (register) this.#waiting.add(slot);
      return NOT_YET;
    });
  }

  #end(isDone: boolean): void {
    const words = this.#words;
    this.#object.guard.inside(this.#repair, () => {
      this.#waiting.ringAll(this.#here.bell); // before the commit: see wait-set.ts
      if (isDone) Atomics.store(words, DONE, 1); // the commit
      Atomics.store(words, RUNNER, 0);
    });
  }
}

/** Lets the next one run if the dead participant did. */
function reapOnce(object: SharedObject, dead: Tag): void {
  const { words } = object;
  if (words[RUNNER] !== dead) return;
  waitSetOf(object).ringAll(here().bell);
  Atomics.store(words, RUNNER, 0); // the commit
}

function waitSetOf({ words }: SharedObject): WaitSet {
  return new WaitSet(words, WAIT_SET, SLEEPERS);
}

function checkRun(fn: unknown): void {
  if (typeof fn !== 'function')
    throw new TypeError(
      `Cannot run this once as it must be given a function: current value is ${String(fn)}`,
    );
}

function createOnce({ name }: OnceOptions): SharedObject {
  if (name !== undefined) checkName('once', name);
  return here().objects.create(KIND, { bodyBytes: ONCE.sizeBytes, dataBytes: 0 }, name ?? '', () => {});
}

function openOnce(object: SharedObject): Once {
  opening = object;
  return new Once();
}
