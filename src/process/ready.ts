/**
 * Waiting for several things at once.
 *
 * Each kind of thing has a way to look and a way to wait, neither of which takes anything. We look at all; if
 * nothing is ready, we wait for all, and with the first that is ready give up the other waits and look once
 * more. Who gives a wait up leaves nothing behind (memory/waiting.ts), and listeners are taken off streams.
 *
 * @module
 */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { deadlineOf, timedOut, type Wait } from '../base/index.ts';
import type { Exit } from './record/exit.ts';
import { Process } from './process.ts';
import type { ProcessState } from './record/state.ts';
import { Thread } from './thread/thread.ts';

/** A process or thread, which is ready when it has ended. */
export interface WaitableProcess {
  readonly state: ProcessState;
  join(wait?: Wait): Promise<Exit>;
}

/** Something that says itself whether it is ready: a queue, a connection. */
export interface WaitableObject {
  readonly isReady: boolean;
  untilReady(wait?: Wait): Promise<void>;
}

/** What `ready` can wait for. A socket is a stream. */
export type Waitable = WaitableProcess | WaitableObject | Readable;

/** How to look at one of them, and how to wait for it. */
interface Look {
  isReady(): boolean;
  until(signal: AbortSignal): Promise<unknown>;
}

/**
 * Waits until at least one of these is ready, and gives all that are, in the given order. It takes nothing from them.
 *
 * Ready is a process or thread that has ended; a queue or connection with something to get, or where nothing can come
 * any more; a stream or socket with something to read, at its end, or failed. Somebody else may be faster to take
 * what was there.
 *
 * @throws TypeError for anything else, and for one that was not started; DuodaoError `timed-out`; or the
 * reason of `wait.signal`.
 *
 * @example
 * ```ts
 * for (const one of await ready([child, answers], { timeoutMs: 1000 })) {
 *   if (one === answers) console.log(await answers.get());
 * }
 * ```
 */
export async function ready<W extends Waitable>(waitables: Iterable<W>, wait?: Wait): Promise<W[]> {
  const list = [...waitables];
  const looks = list.map(lookAt);
  const deadline = deadlineOf(wait);
  wait?.signal?.throwIfAborted();
  const fired = new Set<Look>();
  const found = (): W[] =>
    list.filter((_, index) => {
      const look = looks[index] as Look;
      return fired.has(look) || look.isReady();
    });
  const now = found();
  if (now.length > 0 || list.length === 0) return now;
  if (deadline === 0) throw outOfTime(wait);
  const over = new AbortController();
  setMaxListeners(0, over.signal); // one for each of them is no leak
  try {
    const each = looks.map(async (look) => {
      await look.until(over.signal);
      if (!over.signal.aborted) fired.add(look);
    });
    await Promise.race([...each, limit(wait, deadline, over.signal)]);
  } finally {
    over.abort();
  }
  return found();
}

function outOfTime(wait: Wait | undefined): Error {
  return timedOut('That anything is ready', wait);
}

function lookAt(one: Waitable, index: number): Look {
  if (one instanceof Process || one instanceof Thread) return lookAtProcess(one, index);
  if (one instanceof Readable)
    return { isReady: () => hasNews(one), until: (signal) => untilNews(one, signal) };
  if (typeof (one as WaitableObject | undefined)?.untilReady === 'function') {
    const object = one as WaitableObject;
    return { isReady: () => object.isReady, until: (signal) => object.untilReady({ signal }) };
  }
  throw new TypeError(
    `Cannot wait for waitables[${index}] as it is no process, thread, queue, connection or stream: it is ${typeof one}`,
  );
}

function lookAtProcess(process: WaitableProcess, index: number): Look {
  if (process.state === 'new')
    throw new TypeError(`Cannot wait for waitables[${index}] as it has not been started`);
  return { isReady: () => process.state === 'terminated', until: (signal) => process.join({ signal }) };
}

/** Rejects when the caller wants to wait no longer. */
function limit(wait: Wait | undefined, deadline: number, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onTime = (): void => {
      const left = deadline - performance.now();
      // A timer may fire early, and cannot be longer than 2^31 ms.
      if (left > 0) timer = setTimeout(onTime, Math.min(Math.ceil(left), 2 ** 31 - 1));
      else reject(outOfTime(wait));
    };
    const signal = wait?.signal;
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: over });
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
    if (deadline !== Number.POSITIVE_INFINITY) onTime();
  });
}

/** Whether reading the stream would give something, its end included. */
function hasNews(stream: Readable): boolean {
  return stream.readableLength > 0 || stream.readableEnded || stream.destroyed || stream.errored !== null;
}

/**
 * Waits for news without reading them. A stream that flows hands its data to others: we see them go by. One that does
 * not is asked to fill its buffer, and then is left as it was.
 */
function untilNews(stream: Readable, signal: AbortSignal): Promise<void> {
  const isPaused = stream.isPaused();
  const isFlowing = stream.readableFlowing === true;
  const events = [isFlowing ? 'data' : 'readable', 'end', 'error', 'close'];
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      for (const event of events) stream.off(event, done);
      // Without a listener to 'readable' a stream with listeners to 'data' flows again, a tick later.
      if (isPaused) process.nextTick(() => stream.pause());
      resolve();
    };
    signal.addEventListener('abort', done);
    for (const event of events) stream.on(event, done);
    // A listener that comes in the same tick in which the last one went is not enough.
    if (!isFlowing) stream.read(0);
  });
}
