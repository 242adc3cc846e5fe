/**
 * One child process: started, asked for its result, waited for, ended.
 *
 * This is the face; what happens after the start is in life.ts.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { DuodaoError, type Wait } from '../base/index.ts';
import { checkName } from '../memory/index.ts';
import { type StopOptions, stop } from './ending.ts';
import type { Exit } from './exit.ts';
import { currentProcess, nextChildName, ownDaemon, registerChild } from './family.ts';
import { Life } from './life.ts';
import { type AnyOptions, checkOptions, type ProcessOptions, type SubclassOptions } from './options.ts';
import { makeRecord } from './orders.ts';
import { checkMayStart } from './refusals.ts';
import { checkForm, fieldsOf, InsideOfIt } from './subclass.ts';
import type { Addressable, AnyFunction } from './task.ts';

/** In which part of its life a process is. */
export type ProcessState = 'new' | 'ready' | 'running' | 'terminated';

/**
 * A function that runs in a process of its own; or a subclass whose `run()` does.
 *
 * The function, or the subclass, must be exported by a module: the child imports that module. Arguments and result
 * cross as by structured clone; locks, queues, values and arrays cross as themselves.
 *
 * - **Of a subclass** its own enumerable fields travel, as they are when it starts. The child is given an object with
 *   them, and calls its `run(...args)`; constructors do not run again there. `#private` fields are refused.
 * - **If the child dies:** `join` says how, `result` rejects with `exited`; whatever it held is freed.
 * - **If the parent dies, however:** the child is killed by the kernel, busy or not.
 * - **Cost:** a fresh Node.js, some 50 ms; its memory is its own.
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
export class Process<F extends AnyFunction = AnyFunction> implements AsyncDisposable {
  readonly #class: Addressable;
  readonly #target: AnyFunction | undefined;
  /** Until it starts: afterwards the child has them, and we must not keep alive what is in them. */
  #options: AnyOptions | undefined;
  #name: string;
  #daemon: boolean;
  /** Whether this object stands for the process that this code runs in: `this` of a `run()`. */
  readonly #isInside: boolean;
  #life: Life | undefined;
  #pipes: Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'> | undefined;
  #isClosed = false;

  constructor(options: ProcessOptions<F>);
  constructor(options?: SubclassOptions);
  constructor(options: AnyOptions | InsideOfIt = {}) {
    this.#class = new.target;
    this.#isInside = options instanceof InsideOfIt;
    if (options instanceof InsideOfIt) {
      this.#name = currentProcess().name;
      this.#daemon = ownDaemon();
      return;
    }
    checkOptions(options);
    checkForm(options.target, new.target, Process);
    this.#target = options.target;
    this.#options = options;
    this.#name = options.name ?? nextChildName();
    this.#daemon = options.daemon ?? ownDaemon();
  }

  /**
   * What the process does: it calls the target. A subclass overrides it, and may give it any parameters.
   * Called here it runs here, as any method.
   */
  run(...args: Parameters<F>): ReturnType<F> {
    if (!this.#target) throw new TypeError(`Cannot run ${this.#name} as it has no target`);
    return this.#target(...args) as ReturnType<F>;
  }

  /** For people. It can be set until the process starts; inside of `run()` it renames the process. */
  get name(): string {
    return this.#isInside ? currentProcess().name : this.#name;
  }

  set name(name: string) {
    if (this.#isInside) {
      currentProcess().name = name;
      return;
    }
    this.#needNew('name');
    checkName('process', name);
    this.#name = name;
  }

  /** Whether it ends with its parent instead of keeping it alive. It can be set until the process starts. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    this.#needNew('daemon');
    checkOptions({ daemon });
    this.#daemon = daemon;
  }

  /** The process id, once it is started. */
  get pid(): number | undefined {
    return this.#isInside ? process.pid : this.#life?.pid;
  }

  /** The process id of its parent: of this process, or of ours inside of `run()`. */
  get ppid(): number {
    return this.#isInside ? process.ppid : process.pid;
  }

  /** Whether it was started and has not ended. */
  get isAlive(): boolean {
    return this.#isInside || (this.#life?.isAlive ?? false);
  }

  /** Null before it has ended; then N for an exit code and −N for a signal. */
  get exitCode(): number | null {
    return this.#life?.exitCode ?? null;
  }

  /** In which part of its life it is: `ready` until its module is loaded, then `running`. */
  get state(): ProcessState {
    if (this.#isInside) return 'running';
    return this.#life?.stage ?? 'new';
  }

  /** What it reads on its standard input, when `stdio` is `pipe`. */
  get stdin(): Writable | undefined {
    return this.#pipes?.stdin ?? undefined;
  }

  /** What it writes on its standard output, when `stdio` is `pipe`. */
  get stdout(): Readable | undefined {
    return this.#pipes?.stdout ?? undefined;
  }

  /** What it writes on its standard error, when `stdio` is `pipe`. */
  get stderr(): Readable | undefined {
    return this.#pipes?.stderr ?? undefined;
  }

  /**
   * Starts the process, and resolves when its pid is known; it does not wait for the work. That the system cannot
   * start it, or that its module does not load, is told by `join` and `result`.
   *
   * @throws DuodaoError `not-exported` when the target or subclass has no address, `not-cloneable` when an argument or
   * a field cannot cross, `unsafe` while this process, a child, is still loading its own module, or when it is a daemon
   * that may not have children. Nothing is started then.
   */
  // biome-ignore lint: async for its rejections
  async start(): Promise<this> {
    this.#needNew('start');
    checkMayStart(this.#name);
    const options = this.#options ?? {};
    const record = makeRecord({
      name: this.#name,
      daemon: this.#daemon,
      work: this.#target ?? this.#class,
      fields: this.#target ? undefined : fieldsOf(this, this.#class, Process),
      options,
    });
    const life = new Life(this.#name, record, () => registerChild(this, false));
    this.#life = life;
    this.#options = undefined;
    registerChild(this);
    life.begin(options, this.#daemon);
    if (options.stdio === 'pipe') this.#pipes = life.child;
    return this;
  }

  /**
   * Waits until the process has ended, and says how. It never rejects for how a process ended.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`.
   */
  async join(wait?: Wait): Promise<Exit> {
    return this.#started('join').join(wait);
  }

  /**
   * Waits for what the target returns. What it throws comes as a rejection, with its own stack.
   *
   * @throws What the target threw; DuodaoError `exited` when it ended without an answer, `not-cloneable` when its
   * answer cannot cross, `timed-out`; or the reason of `wait.signal`.
   */
  async result(wait?: Wait): Promise<Awaited<ReturnType<this['run']>>> {
    const value = await this.#started('ask for the result of').result(wait);
    return value as Awaited<ReturnType<this['run']>>;
  }

  /** Asks the process to end (SIGTERM). What it has started is not asked. Of no effect once it has ended. */
  terminate(): void {
    this.#started('terminate').signal('SIGTERM');
  }

  /** Ends the process at once (SIGKILL). What it held is freed, what it has started ends with it. */
  kill(): void {
    this.#started('kill').signal('SIGKILL');
  }

  /**
   * Asks the process to end, insists after `graceMs` (5000 if left out), and says how it ended.
   */
  async stop(options?: StopOptions): Promise<Exit> {
    return stop(this, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life && !this.#isClosed) await this.stop();
  }

  /**
   * Gives up what is kept of a process that has ended, its result too. Afterwards its methods refuse with `closed`;
   * what can be read of it stays.
   *
   * @throws TypeError while it is alive.
   */
  close(): void {
    if (this.isAlive)
      throw new TypeError(`Cannot close ${this.name} as it is alive: stop it, or wait for its end`);
    this.#isClosed = true;
    this.#options = undefined;
    this.#life?.close();
  }

  #needNew(action: string): void {
    this.#needOpen(action);
    if (!this.#life && !this.#isInside) return;
    if (action === 'start')
      throw new TypeError(`Cannot start ${this.name} as a process starts only once: make another one`);
    throw new TypeError(`Cannot set the ${action} of ${this.name} as it has started`);
  }

  #needOpen(action: string): void {
    if (this.#isClosed) throw new DuodaoError('closed', `Cannot ${action} ${this.#name} as it is closed`);
  }

  #started(action: string): Life {
    this.#needOpen(action);
    if (this.#life) return this.#life;
    const why = this.#isInside ? 'it is this very process' : 'it has not been started';
    throw new TypeError(`Cannot ${action} ${this.name} as ${why}`);
  }
}
