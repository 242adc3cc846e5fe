/**
 * One child process: started, asked for its result, waited for, ended.
 *
 * What it shares with a thread is in runnable.ts; what happens after the start is in process-life.ts.
 *
 * @module
 */
import type { Readable, Writable } from 'node:stream';
import { FAULTY, pass } from '../base/index.ts';
import { type StopOptions, stop } from './ending.ts';
import type { Exit } from './record/exit.ts';
import { currentProcess, nextChildName, ownDaemon, registerChild } from './family.ts';
import type { ProcessOptions, SubclassOptions } from './options.ts';
import { makeProcessRecord } from './start/orders.ts';
import { checkAffinity, checkNice, renice, setAffinity } from './system/priority.ts';
import { ProcessLife } from './process-life.ts';
import { checkMayStart } from './start/refusals.ts';
import { lifeOf, needLife, Runnable, type RunnableKind } from './runnable.ts';
import { InsideOfIt } from './subclass.ts';
import { suspend } from './system/suspend.ts';
import { stopTree } from './system/tree.ts';
import type { AnyFunction } from './address/task.ts';

const KIND: RunnableKind = {
  noun: 'process',
  get base() {
    return Process;
  },
  oneself: currentProcess,
  nextName: nextChildName,
  daemonByDefault: ownDaemon,
  begin(one, beginning) {
    checkMayStart(beginning.name);
    const child = one as unknown as Process;
    const record = makeProcessRecord(beginning);
    if (FAULTY) pass('process.packed');
    const life = new ProcessLife(beginning.name, record, () => registerChild(child, false));
    registerChild(child);
    return { life, begun: life.begin(beginning.options, beginning.daemon) };
  },
};

/**
 * A function that runs in a process of its own; or a subclass whose `run()` does.
 *
 * The function, or the subclass, must be exported by a module: the child imports that module. Arguments and result
 * cross as by structured clone; locks, queues, values and arrays cross as themselves.
 *
 * - **Of a subclass** its own enumerable fields travel, as they are when it starts. The child is given an object with
 *   them, and calls its `run(...args)`; constructors do not run again there. `#private` fields are refused.
 * - **If the child dies:** `join` says how, `result` rejects with `exited`; whatever it held is freed.
 * - **If the parent dies, however:** the kernel asks the child to end (SIGTERM) and kills it 0.8 s later, busy or
 *   stopped as it may be, unless it is `detached`.
 * - **Cost:** a fresh Node.js, some 100 ms, or 5 with a {@link standby}; its memory is its own, 25 MB at least.
 *
 * @example
 * ```ts
 * export function add(a: number, b: number): number { return a + b; }
 *
 * export class Greeter extends Process {
 *   constructor(readonly whom: string) { super({ name: 'greeter' }); }
 *   override run(): string { return `Hello ${this.whom}, I am ${this.name}`; }
 * }
 *
 * if (isMain(import.meta)) {
 *   const child = new Process({ target: add, args: [1, 2] });
 *   await child.start();
 *   console.log(await child.result());   // 3
 *   console.log(await (await new Greeter('you').start()).result());
 * }
 * ```
 */
export class Process<F extends AnyFunction = AnyFunction> extends Runnable<F> {
  readonly #isInside: boolean;

  constructor(options: ProcessOptions<F>);
  constructor(options?: SubclassOptions);
  constructor(options: ProcessOptions<F> | SubclassOptions | InsideOfIt = {}) {
    super(options, KIND);
    this.#isInside = options instanceof InsideOfIt;
  }

  get #life(): ProcessLife | undefined {
    return lifeOf(this) as ProcessLife | undefined;
  }

  #needLife(action: string): ProcessLife {
    return needLife(this, action) as ProcessLife;
  }

  /** The process id, once it is started. */
  get pid(): number | undefined {
    return this.#isInside ? process.pid : this.#life?.pid;
  }

  /** The process id of its parent: of this process, or of ours inside of `run()`. */
  get ppid(): number {
    return this.#isInside ? process.ppid : process.pid;
  }

  /** What it reads on its standard input, when `stdio` is `pipe`. */
  get stdin(): Writable | undefined {
    return this.#life?.pipes?.stdin ?? undefined;
  }

  /** What it writes on its standard output, when `stdio` is `pipe`. */
  get stdout(): Readable | undefined {
    return this.#life?.pipes?.stdout ?? undefined;
  }

  /** What it writes on its standard error, when `stdio` is `pipe`. */
  get stderr(): Readable | undefined {
    return this.#life?.pipes?.stderr ?? undefined;
  }

  /**
   * Stops all threads of the process (SIGSTOP), at a moment when none is inside a guard of shared memory, so that
   * others can go on with the objects they share. Locks that it holds stay held.
   *
   * @throws DuodaoError `exited` when it has ended, `timed-out` when it could not be stopped: it runs on then.
   */
  async suspend(): Promise<void> {
    await suspend(this.#needLife('suspend').pidToUse('suspend'));
  }

  /** Has a suspended process go on (SIGCONT). Of no effect on one that runs, or has ended. */
  resume(): void {
    this.#needLife('resume').signal('SIGCONT');
  }

  /**
   * Sets the niceness of all threads of the process.
   *
   * @param nice - From -20 (most of the CPU) to 19 (what others leave).
   * @throws RangeError for another number; DuodaoError `unsupported` when it takes a right that we have not: without
   * CAP_SYS_NICE it can only grow; `exited` when it has ended.
   */
  renice(nice: number): void {
    checkNice(nice);
    renice(this.#needLife('renice').pidToUse('renice'), nice);
  }

  /**
   * Sets the CPUs that all threads of the process may run on, by their numbers from 0.
   *
   * @throws RangeError for CPUs that there are not; DuodaoError `unsupported` for some that we may not use, `exited`
   * when it has ended.
   */
  setAffinity(cpus: readonly number[]): void {
    checkAffinity(cpus);
    setAffinity(this.#needLife('set the CPUs of').pidToUse('set the CPUs of'), cpus);
  }

  /** Asks the process to end (SIGTERM). What it has started is not asked. Of no effect once it has ended. */
  terminate(): void {
    this.#needLife('terminate').signal('SIGTERM');
  }

  /** Ends the process at once (SIGKILL). What it held is freed, what it has started ends with it. */
  kill(): void {
    this.#needLife('kill').signal('SIGKILL');
  }

  /**
   * Asks the process to end, insists after `graceMs` (5000 if left out), and says how it ended. With `tree` all that it
   * has started, and they have, is asked and made to end with it, whatever these are.
   */
  override async stop(options: StopOptions = {}): Promise<Exit> {
    const life = this.#needLife('stop');
    const { pid } = life;
    if (options.tree && life.isAlive && pid !== undefined) await stopTree(pid, options);
    return stop(this, options);
  }
}
