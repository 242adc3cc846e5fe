/**
 * Items into and out of a queue for one thread: awaited, blocking, or at once. The steps are queue-steps.ts.
 *
 * Values are packed, and their handles counted, before anything is waited for; if nothing comes of it, they are
 * counted back. What refers to shared objects or functions is leased until these are in our hands, and only then
 * gone.
 *
 * @module
 */
import { deadlineOf, type Wait, type WaitSync } from '../base/index.ts';
import { NOT_YET, type NotYet, type Reference } from '../memory/index.ts';
import { handlesTaken, handlesUnclear, needsFunctions, resolveFunctions } from './crossing.ts';
import type { Taken } from './queue-body.ts';
import type { QueueSteps } from './queue-steps.ts';

const JOINING = 'The end of all items in the queue';

export class QueueFlow<T> {
  readonly #steps: QueueSteps<T>;

  constructor(steps: QueueSteps<T>) {
    this.#steps = steps;
  }

  /** Puts an item, waiting for room in the event loop. */
  async put(item: T, wait?: Wait): Promise<void> {
    const { putting, words } = this.#steps;
    deadlineOf(wait); // refused before anything is counted
    const packed = this.#steps.pack(item);
    try {
      // Behind others the first attempt comes later, when the scratch memory holds something else.
      let bytes = putting.isWaiting ? packed.bytes.slice() : packed.bytes;
      const attempt = (register: boolean): true | NotYet => {
        const done = this.#steps.tryPut(bytes, packed, register);
        if (done === NOT_YET && bytes === packed.bytes) bytes = packed.bytes.slice();
        return done;
      };
      await putting.wait(words.putting, attempt, wait);
    } catch (error) {
      undo(packed.handles, error);
      throw error;
    }
    // Until here `item` keeps alive whatever the message refers to.
    keep(item);
  }

  /** Puts an item, blocking the thread until there is room. */
  putSync(item: T, wait?: WaitSync): void {
    const { putting, words } = this.#steps;
    deadlineOf(wait);
    const packed = this.#steps.pack(item);
    try {
      const { bytes } = packed;
      // While we block nothing else is packed on this thread, but waits that are served may settle: no user code runs.
      putting.waitSync(words.putting, (register) => this.#steps.tryPut(bytes, packed, register), wait);
    } catch (error) {
      undo(packed.handles, error);
      throw error;
    }
    keep(item);
  }

  /** Puts an item if there is room, and says whether. */
  tryPut(item: T): boolean {
    const packed = this.#steps.pack(item);
    let done: true | NotYet;
    try {
      done = this.#steps.tryPut(packed.bytes, packed, false);
    } catch (error) {
      undo(packed.handles, error);
      throw error;
    }
    if (done === NOT_YET) handlesTaken(packed.handles);
    keep(item);
    return done === true;
  }

  /** Takes the oldest item for good, waiting for one in the event loop. */
  async get(wait?: Wait): Promise<T> {
    const { getting, words } = this.#steps;
    const taken = await getting.wait(words.getting, this.#steps.tryGet, wait);
    return 'item' in taken ? taken.item : this.finish(await this.resolved(taken));
  }

  /** Takes the oldest item for good, blocking the thread until there is one. */
  getSync(wait?: WaitSync): T {
    deadlineOf(wait);
    const { getting, words } = this.#steps;
    const taken = getting.waitSync(words.getting, this.#steps.tryGet, wait);
    return 'item' in taken ? taken.item : this.finish(taken);
  }

  /** Takes the oldest item for good if there is one. */
  tryGet(): { readonly item: T } | undefined {
    const taken = this.#steps.tryGet(false);
    if (taken === NOT_YET) return undefined;
    return 'item' in taken ? taken : { item: this.finish(taken) };
  }

  /** Whether a get would not wait. */
  get isReady(): boolean {
    return this.#steps.tryLook(false) === true;
  }

  /** Waits in the event loop until a get would not wait. */
  async untilReady(wait?: Wait): Promise<void> {
    const { getting, words } = this.#steps;
    await getting.wait(words.getting, this.#steps.tryLook, wait);
  }

  /** Waits in the event loop until everything that was put is done. */
  async join(wait?: Wait): Promise<void> {
    await this.#steps.joining.wait(JOINING, this.#steps.tryJoin, wait);
  }

  /** Blocks the thread until everything that was put is done. */
  joinSync(wait?: WaitSync): void {
    deadlineOf(wait);
    this.#steps.joining.waitSync(JOINING, this.#steps.tryJoin, wait);
  }

  /** Imports what functions a leased item refers to. */
  async resolved(taken: Taken): Promise<Taken> {
    if (!needsFunctions(taken.bytes)) return taken;
    try {
      await resolveFunctions(taken.bytes);
    } catch (error) {
      this.#steps.settle(taken, 'done'); // nobody else could read it either
      throw error;
    }
    return taken;
  }

  /** Opens what an item refers to, and then ends its lease. */
  finish(taken: Taken): T {
    const item = this.#steps.open(taken);
    this.#steps.settle(taken, 'done');
    return item;
  }
}

/** Counts the handles back of a put that has failed. Where the stack ended, it may have been committed before. */
export function undo(handles: readonly Reference[], error?: unknown): void {
  if (error instanceof RangeError) handlesUnclear(handles);
  else handlesTaken(handles);
}

/** Keeps a value reachable up to the place of the call: until a message is committed, its handles are held by us. */
export function keep(_value: unknown): void {}
