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

  /**
   * Takes a step. Who does not wait hears of no deaths, so he looks whether one left a lease, or was the other
   * side.
   */
  afterDeaths<R>(register: boolean, step: () => R | NotYet): R | NotYet {
    const found = this.inside(step);
    if (found !== NOT_YET || register) return found;
    const mayChange = this.keeper !== undefined || this.body.pending > this.body.ready;
    return mayChange && this.here.reap() ? this.inside(step) : found;
  }

  /** Runs a step inside the guard. A step throws before it changes anything, or runs to its end. */
  inside<R>(step: () => R): R {
    if (this.#hasLeft) throw this.ended('get');
    const { guard } = this.#object;
    const died = guard.take();
    let clean = false;
    try {
      if (died) {
        this.here.objects.repair(this.#object);
        this.body.repair(); // again, as only who uses a queue is told that nothing can put it in order
      }
      const result = step();
      clean = true;
      return result;
    } catch (error) {
      clean = error === this.#told;
      throw error;
    } finally {
      guard.give(clean);
    }
  }
}
