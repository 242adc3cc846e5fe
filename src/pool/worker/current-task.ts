/**
 * What a task can know of itself, and say, while it runs.
 *
 * @module
 */
import type { Server } from '../../ipc/index.ts';
import { PART, PROGRESS } from '../messages.ts';
import { sayNow } from './say.ts';

/** The task that this code is part of. */
export interface CurrentTask {
  /** The name of its function. */
  readonly name: string;
  /**
   * Aborts when the task is to be given up: it was cancelled, or its time is up. Whoever asks for it says by that that
   * it will end soon then, and has a moment for it; who never asks is ended by force at once. `signal.aborted` is true
   * also where no event loop turns in between.
   */
  readonly signal: AbortSignal;
  /** Says how far it is: any value that can cross. Only the last one counts. Blocks while the pool does not read. */
  progress(value: unknown): void;
  /**
   * Gives a part of its result at once: those who iterate over the task get it. Blocks while the pool does not read.
   */
  emit(part: unknown): void;
}

class RunningTask implements CurrentTask {
  readonly name: string;
  readonly #server: Server;
  readonly #ended: AbortController = new AbortController();
  #controller: AbortController | undefined;
  #isOver = false;

  constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      lookByItself(controller, () => this.#isAborted);
      if (!this.#isOver) this.#watch(controller);
    }
    return this.#controller.signal;
  }

  get #isAborted(): boolean {
    return !this.#isOver && this.#server.isAborted;
  }

  #watch(controller: AbortController): void {
    this.#server.cooperate();
    this.#server.untilAborted(this.#ended.signal).then(
      () => controller.abort(),
      () => undefined, // the task has ended first
    );
  }

  progress(value: unknown): void {
    this.#say(PROGRESS, value);
  }

  emit(part: unknown): void {
    this.#say(PART, part);
  }

  #say(type: number, value: unknown): void {
    if (this.#isOver) throw new TypeError(`Cannot say something for the task ${this.name} as it has ended`);
    sayNow(this.#server, type, value);
  }

  end(): void {
    this.#isOver = true;
    if (this.#controller) this.#ended.abort();
  }
}

/** Has `signal.aborted` look at shared memory: code that never lets the event loop turn would never hear of it. */
function lookByItself(controller: AbortController, isAborted: () => boolean): void {
  const { signal } = controller;
  let isKnown = signal.aborted;
  signal.addEventListener('abort', () => (isKnown = true), { once: true });
  const isSet = (): boolean => {
    if (!isKnown && isAborted()) controller.abort();
    return isKnown;
  };
  Object.defineProperty(signal, 'aborted', { get: isSet });
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      if (isSet()) throw signal.reason;
    },
  });
}

let running: RunningTask | undefined;

/** A task begins. One runs at a time. */
export function beginTask(name: string, server: Server): void {
  running = new RunningTask(name, server);
}

export function endTask(): void {
  running?.end();
  running = undefined;
}

/**
 * The task of a pool that this code runs in.
 *
 * @throws TypeError outside of tasks.
 */
export function currentTask(): CurrentTask {
  if (!running) throw new TypeError('Cannot give the current task as no task of a pool runs in this thread');
  return running;
}
