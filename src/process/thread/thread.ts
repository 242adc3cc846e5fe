/**
 * One thread of this process: started, asked for its result, waited for, ended.
 *
 * A thread is a worker with memory of its own, so it is told what to do as a child process is: through a record in
 * shared memory (record.ts), where its answer comes back. What it shares with a process is in runnable.ts; what happens
 * after the start is in thread-life.ts.
 *
 * @module
 */
import { threadId } from 'node:worker_threads';
import { DuodaoError } from '../../base/index.ts';
import type { StopOptions } from '../ending.ts';
import type { Exit } from '../record/exit.ts';
import { identity } from '../family.ts';
import { makeThreadRecord } from '../start/orders.ts';
import { checkMayStartThread } from '../start/refusals.ts';
import { lifeOf, needLife, Runnable, type RunnableKind } from '../runnable.ts';
import { InsideOfIt } from '../subclass.ts';
import type { AnyFunction } from '../address/task.ts';
import { currentThread, nextThreadName, registerThread } from './thread-family.ts';
import { ThreadLife } from './thread-life.ts';
import type { ThreadOptions, ThreadSubclassOptions } from './thread-options.ts';

const KIND: RunnableKind = {
  noun: 'thread',
  get base() {
    return Thread;
  },
  oneself: currentThread,
  nextName: nextThreadName,
  daemonByDefault: () => currentThread().daemon,
  begin(_, beginning) {
    checkMayStartThread(beginning.name);
    const record = makeThreadRecord(beginning, identity());
    const life: ThreadLife = new ThreadLife(beginning.name, record, () => registerThread(life, false));
    registerThread(life);
    return { life, begun: life.begin(beginning.options, beginning.daemon) };
  },
};

/**
 * A function that runs in a thread of this process, on a worker of its own; or a subclass whose `run()` does.
 *
 * The function must be exported by a module, as for {@link Process}: the thread imports that module, and so has globals
 * of its own. Arguments and result cross as by structured clone; locks, queues, values and arrays cross as themselves.
 * Of a subclass its own fields travel, and its constructor does not run again, as with {@link Process}.
 *
 * - **If it is ended by force:** whatever it held is freed. No code of its own runs any more, not even `finally`.
 * - **If its heap comes to its limit** (`memory: { hardBytes }`, or V8's own): it is ended in the same way, with the
 *   reason `memory-limit`. That is so while it grows in steps: one that needs more at a stroke than V8 has left, as a
 *   large Map that grows or an array of many MB, has V8 end the whole process. What must not do that belongs in a
 *   {@link Process}.
 * - **If its process, or the thread that started it, ends:** it ends, too.
 * - **Cost:** some 65 ms, two thirds of a {@link Process} that starts cold, and 17 MB: our modules are loaded
 *   once more. No standby helps; of short work, give one thread much.
 *
 * @example
 * ```ts
 * export function add(a: number, b: number): number { return a + b; }
 *
 * if (isMain(import.meta)) {
 *   const thread = await new Thread({ target: add, args: [1, 2] }).start();
 *   console.log(await thread.result());   // 3
 * }
 * ```
 */
export class Thread<F extends AnyFunction = AnyFunction> extends Runnable<F> {
  readonly #isInside: boolean;

  constructor(options: ThreadOptions<F>);
  constructor(options?: ThreadSubclassOptions);
  constructor(options: ThreadOptions<F> | ThreadSubclassOptions | InsideOfIt = {}) {
    super(options, KIND);
    this.#isInside = options instanceof InsideOfIt;
  }

  #needLife(action: string): ThreadLife {
    return needLife(this, action) as ThreadLife;
  }

  /** Its number in this process, once it is started: what `holder.thread` of a lock says. */
  get tid(): number | undefined {
    if (this.#isInside) return threadId;
    return (lifeOf(this) as ThreadLife | undefined)?.tid;
  }

  /** Ends the thread by force, as `kill()`: no thread can be asked. Of no effect once it has ended. */
  terminate(): void {
    this.#needLife('terminate').force();
  }

  /** Ends the thread by force, wherever it is; one that blocks on a shared object ends within 50 ms. */
  kill(): void {
    this.#needLife('kill').force();
  }

  /**
   * Gives the thread `graceMs` to end by itself (0 if left out, as it cannot be asked), then ends it by force, and says
   * how it ended.
   */
  override async stop({ graceMs = 0 }: Pick<StopOptions, 'graceMs'> = {}): Promise<Exit> {
    this.#needLife('stop');
    try {
      return await this.join({ timeoutMs: graceMs });
    } catch (error) {
      if (!(error instanceof DuodaoError && error.code === 'timed-out')) throw error;
      this.kill();
      return this.join();
    }
  }
}
