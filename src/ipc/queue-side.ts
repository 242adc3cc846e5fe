/**
 * What one thread has of a queue: its bytes, its places to wait, and how a step is taken inside the guard.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { type Here, here, NOT_YET, type NotYet, type SharedObject, WaitPoint } from '../memory/index.ts';
import { QueueBody } from './queue-body.ts';

/**
 * Why nothing more goes in or out: it was closed, nobody is left at the other side, or this thread gave its side
 * up.
 */
export type Ending = 'closed' | 'lost' | 'left';

/** How a queue speaks of itself. A pipe is two queues, and has its own words. */
export interface QueueWords {
  readonly name: string;
  /** What a put, and a get, waits for. */
  readonly putting: string;
  readonly getting: string;
  ended(action: 'put' | 'get', why: Ending): DuodaoError;
}

const WORDS: QueueWords = {
  name: 'queue',
  putting: 'Putting an item into the queue',
  getting: 'An item in the queue',
  ended: (action) =>
    new DuodaoError(
      'closed',
      `Cannot ${action === 'put' ? 'put into' : 'get from'} this queue as it has been closed`,
    ),
};

export class QueueSide {
  readonly body: QueueBody;
  readonly getting: WaitPoint;
  readonly putting: WaitPoint;
  readonly joining: WaitPoint;
  readonly words: QueueWords;
  readonly here: Here;
  readonly guard: SharedObject['guard'];
  /** What must not be collected while somebody waits here: the end of a pipe. */
  readonly keeper: object | undefined;
  readonly #object: SharedObject;
  #hasLeft = false;
  /** The last end that was told: the one error that a step throws with everything in order. */
  #told: DuodaoError | undefined;

  constructor(object: SharedObject, words: QueueWords = WORDS, keeper?: object) {
    this.#object = object;
    this.keeper = keeper;
    this.words = words;
    this.here = here();
    this.guard = object.guard;
    this.body = new QueueBody(object);
    const { getters, putters, joiners } = this.body;
    const { room } = this.here;
    this.getting = new WaitPoint(room, object.guard, getters);
    this.putting = new WaitPoint(room, object.guard, putters);
    this.joining = new WaitPoint(room, object.guard, joiners);
  }

  /** Whether this thread gave this side up. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Gives this side up for this thread: whoever waits here is told. */
  leave(): void {
    this.#hasLeft = true;
    for (const point of [this.getting, this.putting, this.joining]) point.serve();
  }

  /** The error of a step that finds that nothing goes in or out any more. inside() knows the last one as such. */
  ended(action: 'put' | 'get'): DuodaoError {
    const why = this.#hasLeft ? 'left' : this.body.isBroken ? 'lost' : 'closed';
    this.#told = this.words.ended(action, why);
    return this.#told;
  }

  /** Whether this error says only that nothing goes in or out any more: everything is in order then. */
  isTold(error: unknown): boolean {
    return error === this.#told;
  }

  /**
   * Takes a step. Who does not wait hears of no deaths, so he looks whether one left something.
   */
  afterDeaths<R>(register: boolean, step: () => R | NotYet): R | NotYet {
    const found = this.inside(step);
    return found === NOT_YET && !register && this.reapsOne() ? this.inside(step) : found;
  }

  /** Looks for deaths that may have left a lease or a claim here, or were the other side. True if there were some. */
  reapsOne(): boolean {
    const mayMatter = this.keeper !== undefined || this.body.pending > this.body.ready;
    return mayMatter && this.here.reap();
  }

  /** Runs a step inside the guard. A step throws before it changes anything, or runs to its end. */
  inside<R>(step: () => R): R {
    this.enter();
    let clean = false;
    try {
      const result = step();
      clean = true;
      return result;
    } catch (error) {
      clean = this.isTold(error);
      throw error;
    } finally {
      this.guard.give(clean);
    }
  }

  /**
   * Enters the guard, with everything in order. The caller gives it: `clean` false has the next one repair. The steps
   * that every put and get takes are written out with it, as a closure for each would cost a tenth of them.
   */
  enter(): void {
    if (this.#hasLeft) throw this.ended('get');
    if (!this.guard.take()) return;
    let isSound = false;
    try {
      this.here.objects.repair(this.#object);
      this.body.repair(); // again, as only who uses a queue is told that nothing can put it in order
      isSound = true;
    } finally {
      if (!isSound) this.guard.give(false);
    }
  }
}
