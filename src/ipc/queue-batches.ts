/**
 * Many items into and out of a queue at once, for one thread.
 *
 * In: packed one by one, put by one store of the tail, so all of them or none. Out: copied in one piece, gone by one
 * store of the head where nothing before them is in other hands.
 *
 * @module
 */
import { deadlineOf, DuodaoError, type Wait, type WaitSync } from '../base/index.ts';
import { NOT_YET, type NotYet, type Reference } from '../memory/index.ts';
import { keep, type QueueFlow, undo } from './queue-flow.ts';
import { couldHold } from './queue-room.ts';
import type { QueueSteps } from './queue-steps.ts';
import { RecordBatch } from './record-batch.ts';

/** Items on their way in. */
interface Batch {
  readonly records: RecordBatch;
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
    const { records, handles } = this.#pack(items);
    const { putting, words } = this.#steps;
    try {
      await putting.wait(words.putting, (register) => this.#steps.tryPutAll(records, register), wait);
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
    const { records, handles } = this.#pack(items);
    const { putting, words } = this.#steps;
    try {
      putting.waitSync(words.putting, (register) => this.#steps.tryPutAll(records, register), wait);
    } catch (error) {
      undo(handles, error);
      throw error;
    }
    keep(items);
  }

  /** Puts all items if there is room for all of them, and says whether. */
  tryPut(items: readonly T[]): boolean {
    const { records, handles } = this.#pack(items);
    let done: true | NotYet;
    try {
      done = this.#steps.tryPutAll(records, false);
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
    const records = new RecordBatch();
    const handles: Reference[] = [];
    try {
      for (const [index, item] of items.entries()) {
        const packed = this.#steps.pack(item, `items[${index}]`);
        handles.push(...packed.handles);
        const links = packed.handles.length + packed.addresses.length;
        records.add(packed.bytes, links);
      }
      if (!couldHold(this.#steps.body, records)) throw this.#neverFits(records);
    } catch (error) {
      undo(handles);
      throw error;
    }
    return { records, handles };
  }

  #neverFits({ count, sizeBytes }: RecordBatch): DuodaoError {
    const { capacity, ringBytes: limitBytes } = this.#steps.body;
    const { name } = this.#steps.words;
    return new DuodaoError(
      'over-limit',
      `Cannot put ${count} items of ${sizeBytes} bytes at once, as the whole ${name} holds ` +
        `${capacity} items in ${limitBytes} bytes: put fewer, or make it larger`,
      { items: count, capacity, sizeBytes, limitBytes },
    );
  }

  /** Takes up to `max` of the oldest items for good, waiting for the first in the event loop. */
  async get(max: number, wait?: Wait): Promise<T[]> {
    checkMax(max);
    const { getting, words } = this.#steps;
    const got = await getting.wait(words.getting, (register) => this.#steps.tryGetMany(max, register), wait);
    return Array.isArray(got) ? got : [this.#flow.finish(await this.#flow.resolved(got))];
  }

  /** Takes up to `max` of the oldest items for good, blocking the thread until there is one. */
  getSync(max: number, wait?: WaitSync): T[] {
    checkMax(max);
    deadlineOf(wait);
    const { getting, words } = this.#steps;
    const got = getting.waitSync(words.getting, (register) => this.#steps.tryGetMany(max, register), wait);
    return Array.isArray(got) ? got : [this.#flow.finish(got)];
  }

  /** Takes up to `max` of the items that are there, for good. */
  tryGet(max: number): T[] {
    checkMax(max);
    const got = this.#steps.tryGetMany(max, false);
    if (got === NOT_YET) return [];
    return Array.isArray(got) ? got : [this.#flow.finish(got)];
  }
}

function checkMax(max: number): void {
  if ((Number.isInteger(max) && max >= 1) || max === Number.POSITIVE_INFINITY) return;
  throw new RangeError(
    `Cannot get many items as their number must be a whole number of 1 or more: current value is ${max}`,
  );
}
