/**
 * What a worker does: takes tasks from its line, one at a time, and answers them.
 *
 * After the last task it does not sleep at once. Whoever asks for one thing after another asks again within
 * microseconds, and to be woken takes ten times as long as such a task. So it looks for the next one for a moment, and
 * lets its event loop turn meanwhile; then it sleeps, and costs nothing.
 *
 * @module
 */
import { FAULTY, pass } from '../../base/index.ts';
import { type Line, Server, unpack } from '../../ipc/index.ts';
import { needsFunctions, resolveFunctions } from '../../ipc/index.ts';
import type { AnyFunction } from '../../process/index.ts';
import { monotonicMs } from '../clock.ts';
import { BROKEN, INTRODUCE, READY } from '../messages.ts';
import { Patience } from '../patience.ts';
import { beginTask, endTask } from './current-task.ts';
import { answer, answerError, packedError } from './say.ts';

type Callable = (...args: readonly unknown[]) => unknown;

/** What a worker is told when it starts. */
export interface WorkerOrders {
  readonly initializer: AnyFunction | undefined;
  readonly initArgs: readonly unknown[];
}

/** How long a worker looks for its next task without its event loop. */
const LINGER_SYNC_MS = 0.03;
/** Never longer without a turn of the event loop, however many tasks there are. */
const TURN_MS = 10;

/** The target of the processes and threads of a pool. */
export async function serve(line: Line, orders: WorkerOrders): Promise<void> {
  const server = new Server(line);
  try {
    await orders.initializer?.(...(orders.initArgs as readonly never[]));
  } catch (error) {
    server.tryReply(BROKEN, false, 0, packedError(error));
    return;
  }
  if (FAULTY) pass('pool.ready');
  server.tryAnswer(READY, false, 0, undefined, '');
  await new Worker(server).run();
}

class Worker {
  readonly #server: Server;
  readonly #functions: Map<number, Callable> = new Map();
  readonly #patience: Patience = new Patience();
  #turned = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  async run(): Promise<void> {
    const server = this.#server;
    for (;;) {
      this.#turned = performance.now();
      while (server.take()) {
        const pending = this.#perform();
        if (pending) await pending;
        if (performance.now() - this.#turned > TURN_MS) await this.#turn();
      }
      if (server.isClosing && !server.hasWork) return;
      const idle = performance.now();
      const hasCome = await this.#linger(idle);
      if (!hasCome) await server.untilWork();
      this.#patience.learn(performance.now() - idle, !hasCome);
    }
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turned = performance.now();
  }

  /** Looks for work for a moment. True if some came. */
  async #linger(begin: number): Promise<boolean> {
    const server = this.#server;
    for (let now = begin; now - begin < this.#patience.ms; now = performance.now()) {
      const end = now + LINGER_SYNC_MS;
      do if (server.hasWork) return true;
      while (performance.now() < end);
      await this.#turn();
    }
    return server.hasWork;
  }

  /** Does the task that was taken. A promise when that takes longer than this call. */
  #perform(): Promise<void> | undefined {
    const server = this.#server;
    const begun = monotonicMs();
    if (FAULTY) pass('pool.decoding');
    let args: readonly unknown[];
    try {
      const load = server.load();
      if (load instanceof Promise || server.type === INTRODUCE) return this.#introduced(load, begun);
      args = load;
    } catch (error) {
      return this.#end(begun, error, true);
    }
    server.note(begun);
    return this.#call(this.#functions.get(server.about) as Callable, args, begun);
  }

  #call(fn: Callable, args: readonly unknown[], begun: number): Promise<void> | undefined {
    beginTask(fn.name, this.#server);
    if (FAULTY) pass('pool.running');
    let value: unknown;
    try {
      value = fn(...args);
    } catch (error) {
      return this.#end(begun, error, true);
    }
    return isThenable(value) ? this.#await(value, begun) : this.#end(begun, value, false);
  }

  async #await(value: PromiseLike<unknown>, begun: number): Promise<void> {
    let outcome: unknown;
    let failed = false;
    try {
      outcome = await value;
    } catch (error) {
      outcome = error;
      failed = true;
    }
    this.#turned = performance.now();
    await this.#end(begun, outcome, failed);
  }

  #end(begun: number, outcome: unknown, failed: boolean): Promise<void> | undefined {
    endTask();
    if (FAULTY) pass('pool.encoding');
    const took = monotonicMs() - begun;
    this.#server.note(0);
    return failed ? answerError(this.#server, took, outcome) : answer(this.#server, took, outcome);
  }

  /** Comes to know the function, whose module may have to be loaded. */
  async #introduced(load: readonly unknown[] | Promise<readonly unknown[]>, begun: number): Promise<void> {
    const { type, about } = this.#server;
    let fn: Callable;
    let args: readonly unknown[];
    try {
      const values = await load;
      if (type === INTRODUCE) {
        fn = values[0] as Callable;
        this.#functions.set(about, fn);
        args = await argsOf(values[1]);
      } else {
        fn = this.#functions.get(about) as Callable;
        args = values;
      }
    } catch (error) {
      if (type === INTRODUCE && !this.#functions.has(about)) this.#functions.set(about, () => fail(error));
      await this.#end(begun, error, true);
      return;
    }
    // What its module took to load is not the task's.
    const ready = monotonicMs();
    this.#server.note(ready);
    await this.#call(fn, args, ready);
  }
}

/** The arguments beside a function: as they are, or as they were packed before. */
async function argsOf(value: unknown): Promise<readonly unknown[]> {
  if (!(value instanceof Uint8Array)) return value as readonly unknown[];
  if (needsFunctions(value)) await resolveFunctions(value);
  return unpack(value) as readonly unknown[];
}

function fail(error: unknown): never {
  throw error;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
