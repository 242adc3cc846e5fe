/**
 * Many items into and out of a queue at once, for one thread.
 *
 * In: packed one by one, put by one store of the tail, so all of them or none. Out: leased together, read where they
 * lie, and done together; so if their taker dies between, they are handed to somebody else.
 *
 * @module
 */
import { deadlineOf, DuodaoError, type Wait, type WaitSync } from '../base/index.ts';
import { NOT_YET, type NotYet, type Reference } from '../memory/index.ts';
import type { Taken } from './queue-body.ts';
import { keep, type QueueFlow, undo } from './queue-flow.ts';
import { couldHold, type Payload } from './queue-room.ts';
import type { QueueSteps } from './queue-steps.ts';

/** Items on their way in. */
interface Batch {
  readonly payloads: Payload[];
  readonly handles: Reference[];
}

export class QueueBatches<T> {
  readonly #steps: QueueSteps<T>;
  readonly #flow: QueueFlow<T>;

  constructor(steps: QueueSteps<T>, flow: QueueFlow<T>) {
    this.#steps = steps;
    this.#flow = flow;
  }

  /** Puts all items, waiting for room for all of them in the event loop. */
  async put(items: readonly T[], wait?: Wait): Promise<void> {
    deadlineOf(wait); // refused before anything is counted
    const { payloads, handles } = this.#pack(items);
    const { putting, words } = this.#steps;
    try {
      await putting.wait(words.putting, (register) => this.#steps.tryPutAll(payloads, register), wait);
    } catch (error) {
      undo(handles, error);
      throw error;
    }
    // Until here `items` keep alive whatever the messages refer to.
    keep(items);
  }

  /** Puts all items, blocking the thread until there is room for all of them. */
  putSync(items: readonly T[], wait?: WaitSync): void {
    deadlineOf(wait);
    const { payloads, handles } = this.#pack(items);
    const { putting, words } = this.#steps;
    try {
      putting.waitSync(words.putting, (register) => this.#steps.tryPutAll(payloads, register), wait);
    } catch (error) {
      undo(handles, error);
      throw error;
    }
    keep(items);
  }

  /** Puts all items if there is room for all of them, and says whether. */
  tryPut(items: readonly T[]): boolean {
    const { payloads, handles } = this.#pack(items);
    let done: true | NotYet;
    try {
      done = this.#steps.tryPutAll(payloads, false);
    } catch (error) {
      undo(handles, error);
      throw error;
    }
    if (done === NOT_YET) undo(handles);
    keep(items);
    return done === true;
  }

  /** Packs all items, or none: refuses what cannot cross, and what can never fit. */
  #pack(items: readonly T[]): Batch {
    if (!Array.isArray(items)) {
      throw new TypeError(
        `Cannot put many items as they must be an array: current value is ${String(items)}`,
      );
    }
    const payloads: Payload[] = [];
    const handles: Reference[] = [];
    try {
      for (const [index, item] of items.entries()) {
        const packed = this.#steps.pack(item, `items[${index}]`);
        handles.push(...packed.handles);
        const links = packed.handles.length + packed.addresses.length;
        payloads.push({ bytes: packed.bytes.slice(), links });
      }
      if (!couldHold(this.#steps.body, payloads)) throw this.#neverFits(payloads);
    } catch (error) {
      undo(handles);
      throw error;
    }
    return { payloads, handles };
  }

  #neverFits(payloads: readonly Payload[]): DuodaoError {
    const { capacity, ringBytes: limitBytes } = this.#steps.body;
    const sizeBytes = payloads.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const { name } = this.#steps.words;
    return new DuodaoError(
      'over-limit',
      `Cannot put ${payloads.length} items of ${sizeBytes} bytes at once, as the whole ${name} holds ` +
        `${capacity} items in ${limitBytes} bytes: put fewer, or make it larger`,
      { items: payloads.length, capacity, sizeBytes, limitBytes },
    );
  }

  /** Takes up to `max` of the oldest items for good, waiting for the first in the event loop. */
  async get(max: number, wait?: Wait): Promise<T[]> {
    checkMax(max);
    const { getting, words } = this.#steps;
    const got = await getting.wait(words.getting, (register) => this.#tryGet(max, register), wait);
    return Array.isArray(got) ? got : [this.#flow.finish(await this.#flow.resolved(got))];
  }

  /** Takes up to `max` of the oldest items for good, blocking the thread until there is one. */
  getSync(max: number, wait?: WaitSync): T[] {
    checkMax(max);
    deadlineOf(wait);
    const { getting, words } = this.#steps;
    const got = getting.waitSync(words.getting, (register) => this.#tryGet(max, register), wait);
    return Array.isArray(got) ? got : [this.#flow.finish(got)];
  }

  /** Takes up to `max` of the items that are there, for good. */
  tryGet(max: number): T[] {
    checkMax(max);
    const got = this.#tryGet(max, false);
    if (got === NOT_YET) return [];
    return Array.isArray(got) ? got : [this.#flow.finish(got)];
  }

  /** Items; or a first one, leased, whose functions must be loaded first. */
  #tryGet(max: number, register: boolean): T[] | Taken | NotYet {
    const taken = this.#steps.tryTakeMany(max, register);
    return taken === NOT_YET ? taken : this.#steps.openMany(taken);
  }
}

function checkMax(max: number): void {
  if ((Number.isInteger(max) && max >= 1) || max === Number.POSITIVE_INFINITY) return;
  throw new RangeError(
    `Cannot get many items as their number must be a whole number of 1 or more: current value is ${max}`,
  );
}
