/**
 * Pipes: two ends, and whoever has one can send to whoever has the other. How an end is kept: pipe-end.ts; its
 * messages are items of queues.
 *
 * @module
 */
import { DuodaoError, type Wait, type WaitSync } from '../base/index.ts';
import {
  here,
  type Kind,
  registerFace,
  registerKind,
  retireFace,
  type SharedObject,
} from '../memory/index.ts';
import type { Connection } from './connection.ts';
import { type Direction, leaveEnd, makeEnd, queueOf, queuesOf, releaseEnd } from './pipe-end.ts';
import { createQueue } from './queue.ts';
import { checkQueueOptions } from './queue-options.ts';
import { QueueFlow } from './queue-flow.ts';
import type { QueueWords } from './queue-side.ts';
import { QueueSteps } from './queue-steps.ts';

const KIND: Kind = {
  id: 7,
  name: 'connection',
  open: (object) => new PipeConnection(object),
  repair() {}, // every change is one store
  reap() {}, // nothing in it belongs to one participant
  references: queuesOf,
  release: releaseEnd,
};
registerKind(KIND);

const DEFAULT_BYTES = 1024 * 1024;

const WORDS: QueueWords = {
  name: 'pipe',
  putting: 'Sending a message',
  getting: 'A message',
  ended(action, why) {
    if (why === 'left')
      return new DuodaoError('closed', 'Cannot use this end of the pipe as it has been closed here');
    if (action === 'put') {
      return why === 'lost'
        ? new DuodaoError('broken', 'Cannot send as nobody has the other end of the pipe any more')
        : new DuodaoError('closed', 'Cannot send as this side has ended, or the other end has been closed');
    }
    return why === 'lost'
      ? new DuodaoError('broken', 'Cannot receive as nobody has the other end any more, and it did not end')
      : new DuodaoError('closed', 'Cannot receive as the other side has ended, and nothing is left');
  },
};

/** How a pipe is made. */
export interface PipeOptions {
  /** Whether both ends send and receive; true if left out. If false, the first receives and the second sends. */
  readonly duplex?: boolean;
  /**
   * Messages on their way at most, in each direction; a whole number of 1 or more. Left out: only `bytes` bounds
   * it.
   */
  readonly capacity?: number;
  /**
   * Bytes of memory for messages on their way, in each direction, rounded up to a power of two; 1 MiB if left
   * out.
   */
  readonly bytes?: number;
}

/** One direction of an end that this thread uses. */
interface Side<T> {
  readonly queue: SharedObject;
  readonly steps: QueueSteps<T>;
  readonly flow: QueueFlow<T>;
}

/**
 * An end of a pipe. It can be sent to other processes and threads; all who have it share it, and each message goes to
 * one of them.
 *
 * - **Across:** threads and processes of one program's tree.
 * - **Order:** first in, first out, for each sender.
 * - **Limits:** `capacity` messages and `bytes` of memory in each direction, whichever is reached first; then
 *   `send` waits.
 * - **If the other side dies:** what it had sent is received whole; then `broken` is told, and by `send` at
 *   once. That is when *nobody* has the other end any more: who has sent it to another process closes his own.
 * - **Cost:** as a queue's. Nothing runs in the background.
 */
export class PipeConnection<T = unknown> implements Connection<T> {
  readonly #end: SharedObject;
  readonly #incoming: Side<T> | undefined;
  readonly #outgoing: Side<T> | undefined;
  #isClosed = false;

  constructor(end: SharedObject) {
    this.#end = end;
    this.#incoming = openSide(end, 'incoming');
    this.#outgoing = openSide(end, 'outgoing');
    registerFace(this, end, KIND.id);
  }

  async send(message: T, wait?: Wait): Promise<void> {
    await this.#sending.put(message, wait);
  }

  /** Sends a message, blocking the thread while there is no room. Errors as `send`. */
  sendSync(message: T, wait?: WaitSync): void {
    this.#sending.putSync(message, wait);
  }

  /** Sends a message if there is room, and says whether. Never waits. Errors as `send`. */
  trySend(message: T): boolean {
    return this.#sending.tryPut(message);
  }

  async receive(wait?: Wait): Promise<T> {
    return this.#receiving.get(wait);
  }

  /** Receives the next message, blocking the thread until there is one. Errors as `receive`. */
  receiveSync(wait?: WaitSync): T {
    return this.#receiving.getSync(wait);
  }

  /** Receives the next message if there is one. Never waits. Errors as `receive`. */
  tryReceive(): { readonly item: T } | undefined {
    return this.#receiving.tryGet();
  }

  /** Whether `receive` would not wait: there is a message, or none can come any more. */
  get isReady(): boolean {
    return this.#receiving.isReady;
  }

  /**
   * Waits until `receive` would not wait, and takes nothing. Another one who has this end may be faster then.
   *
   * @throws DuodaoError `timed-out`; or the reason of `wait.signal`.
   */
  async untilReady(wait?: Wait): Promise<void> {
    await this.#receiving.untilReady(wait);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    const flow = this.#receiving;
    for (;;) {
      let message: T;
      try {
        message = await flow.get();
      } catch (error) {
        if (error instanceof DuodaoError && error.code === 'closed') return;
        throw error;
      }
      yield message;
    }
  }

  /**
   * Says that nothing more is sent from this end, by anybody who has it. The other side reads what is there, and
   * ends.
   */
  end(): void {
    if (this.#isClosed) return;
    const steps = this.#outgoing?.steps;
    steps?.inside(() => steps.body.close());
  }

  /**
   * Gives this end up for this thread; others who have it go on. If it was the last, the other side is told: it reads
   * what is there, and ends; what it sent and nobody received is gone. Whoever waits here gets `closed`.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    retireFace(this);
    const sides = [this.#incoming, this.#outgoing];
    for (const side of sides) side?.steps.leave();
    leaveEnd(this.#end);
    for (const side of sides) if (side) here().objects.leave(side.queue);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #sending(): QueueFlow<T> {
    if (this.#outgoing) return this.#outgoing.flow;
    throw new TypeError('Cannot send as this is the receiving end of a simplex pipe');
  }

  get #receiving(): QueueFlow<T> {
    if (this.#incoming) return this.#incoming.flow;
    throw new TypeError('Cannot receive as this is the sending end of a simplex pipe');
  }
}

function openSide<T>(end: SharedObject, direction: Direction): Side<T> | undefined {
  const reference = queueOf(end, direction);
  if (!reference) return undefined;
  const queue = here().objects.open(reference);
  // Who only waits, and has let go of the connection itself, still has the end.
  const steps = new QueueSteps<T>(queue, WORDS, end);
  return { queue, steps, flow: new QueueFlow(steps) };
}

/**
 * Makes a pipe: what is sent into one end is received from the other. With `duplex: false` the first end receives and
 * the second sends.
 *
 * @throws RangeError, TypeError for options that make no sense; DuodaoError `no-space`.
 *
 * @example
 * ```ts
 * const [ours, theirs] = pipe<string>();
 * const child = new Process({ target: work, args: [theirs] });
 * await child.start();
 * theirs.close();                      // the child has it: when the child is gone, we are told
 * await ours.send('hello');
 * for await (const answer of ours) console.log(answer);
 * ```
 */
export function pipe<T = unknown>(
  options: PipeOptions = {},
): [first: PipeConnection<T>, second: PipeConnection<T>] {
  const { duplex = true, bytes = DEFAULT_BYTES } = options;
  if (typeof duplex !== 'boolean')
    throw new TypeError(
      `Cannot make a pipe as duplex must be true or false: current value is ${String(duplex)}`,
    );
  const bounds = { ...options, bytes };
  checkQueueOptions(bounds, 'pipe');
  const { objects } = here();
  const queues: SharedObject[] = [];
  const ends: SharedObject[] = [];
  try {
    queues.push(createQueue(bounds));
    if (duplex) queues.push(createQueue(bounds));
    const [back, forth] = queues;
    ends.push(makeEnd(KIND, { incoming: back, outgoing: forth }));
    ends.push(makeEnd(KIND, { incoming: forth, outgoing: back }));
  } catch (error) {
    for (const end of ends) objects.leave(end);
    throw error;
  } finally {
    for (const queue of queues) objects.leave(queue); // the ends have handles of them
  }
  const [first, second] = ends as [SharedObject, SharedObject];
  return [new PipeConnection<T>(first), new PipeConnection<T>(second)];
}
