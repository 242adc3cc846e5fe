/**
 * One child process: started, asked for its result, waited for, ended.
 *
 * The parent hears of the end from the operating system, the result comes through shared memory; both are in the
 * record (record.ts), and waiting for either is waiting for the record.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { DuodaoError, type Wait } from '../base/index.ts';
import { makeParcel, openParcel } from '../ipc/index.ts';
import { checkName, here } from '../memory/index.ts';
import { addressOf } from './address.ts';
import { isBooting } from './boot-guard.ts';
import { describeExit, type Exit, exitCodeOf } from './exit.ts';
import { type ChildOrders, launch, readPlace } from './launch.ts';
import { nextChildName, ownDaemon, registerChild } from './family.ts';
import { ProcessRecord } from './record.ts';
import type { AnyFunction } from './task.ts';

const STOP_GRACE_MS = 5000;

/** What every process can be given. */
export interface ProcessCommon {
  /** For people; `Process-1`, `Process-2` … if left out. */
  readonly name?: string;
  /** A daemon does not keep its parent alive, and ends with it; inherited from the parent if left out. */
  readonly daemon?: boolean;
}

/** A target and its arguments; these may be left out only if the target needs none. */
export type ProcessOptions<F extends AnyFunction> = ProcessCommon & {
  readonly target: F;
} & ([] extends Parameters<F>
    ? { readonly args?: Readonly<Parameters<F>> }
    : { readonly args: Readonly<Parameters<F>> });

/** In which part of its life a process is. */
export type ProcessState = 'new' | 'ready' | 'running' | 'terminated';

/**
 * A function that runs in a process of its own.
 *
 * The function must be exported by a module: the child imports that module. Arguments and result cross as by structured
 * clone; locks, queues, values and arrays cross as themselves.
 *
 * - **If the child dies:** `join` says how, `result` rejects with `exited`; whatever it held is freed.
 * - **If the parent dies, however:** the child is killed by the kernel, busy or not.
 * - **Cost:** a fresh Node.js, some 50 ms; its memory is its own.
 *
 * @example
 * ```ts
 * export function add(a: number, b: number): number { return a + b; }
 *
 * if (isMain(import.meta)) {
 *   const child = new Process({ target: add, args: [1, 2] });
 *   await child.start();
 *   console.log(await child.result());   // 3
 * }
 * ```
 */
export class Process<F extends AnyFunction = () => unknown> implements AsyncDisposable {
  readonly #target: F;
  /** Until it starts: afterwards the child has them, and we must not keep alive what is in them. */
  #args: Readonly<Parameters<F>> | undefined;
  #name: string;
  #daemon: boolean;
  #record: ProcessRecord | undefined;
  #child: ChildProcess | undefined;
  #exit: Exit | undefined;

  constructor(options: ProcessOptions<F>) {
    const { target, args = [] as unknown as Parameters<F>, name, daemon } = options ?? {};
    if (typeof target !== 'function') {
      throw new TypeError(`Cannot make a process as its target must be a function: it is ${typeof target}`);
    }
    if (!Array.isArray(args)) {
      throw new TypeError(`Cannot make a process as its args must be an array: it is ${typeof args}`);
    }
    if (name !== undefined) checkName('process', name);
    this.#target = target;
    this.#args = args;
    this.#name = name ?? nextChildName();
    this.#daemon = daemon ?? ownDaemon();
  }

  /** For people. It can be set until the process starts. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
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
    this.#daemon = daemon;
  }

  /** The process id, once it is started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The process id of its parent: of this process. */
  get ppid(): number {
    return process.pid;
  }

  /** Whether it was started and has not ended. */
  get isAlive(): boolean {
    return this.#child !== undefined && this.#exit === undefined;
  }

  /** Null before it has ended; then N for an exit code and −N for a signal. */
  get exitCode(): number | null {
    return this.#exit === undefined ? null : exitCodeOf(this.#exit);
  }

  /** In which part of its life it is: `ready` until its module is loaded, then `running`. */
  get state(): ProcessState {
    return this.#exit ? 'terminated' : (this.#record?.stage ?? 'new');
  }

  /**
   * Starts the process, and resolves when its pid is known; it does not wait for the work. That the system cannot
   * start it, or that its module does not load, is told by `join` and `result`.
   *
   * @throws DuodaoError `not-exported` when the target has no address, `not-cloneable` when an argument cannot cross,
   * `unsafe` while this process, a child, is still loading its own module. Nothing is started then.
   */
  // biome-ignore lint: async for its rejections
  async start(): Promise<this> {
    this.#needNew('start');
    // A child whose orders are still on its command line runs what its flags preload, before our own entry.
    if (isBooting() || readPlace(process.argv[2])) throw stillBooting();
    const record = this.#makeRecord();
    this.#record = record;
    this.#args = undefined;
    record.setStage('ready');
    let child: ChildProcess;
    try {
      child = launch(record.reference);
    } catch (reason) {
      // Node.js throws some refusals of the system, and reports others by the event below.
      this.#ended({ how: 'not-started', reason: reason as Error });
      return this;
    }
    this.#child = child;
    registerChild(this);
    child.once('error', (reason) => this.#ended({ how: 'not-started', reason }));
    child.once('exit', (code, signal) => {
      this.#ended(signal ? { how: 'killed', signal } : { how: 'exited', code: code ?? 0 });
    });
    if (child.pid !== undefined) record.pid = child.pid;
    if (this.#daemon) child.unref();
    return this;
  }

  #makeRecord(): ProcessRecord {
    const target = { ...addressOf(this.#target) };
    const args = makeParcel([...(this.#args ?? [])], 'args');
    const orders: ChildOrders = {
      target,
      name: this.#name,
      daemon: this.#daemon,
      argv: process.argv.slice(1),
      parent: here().tag,
    };
    return ProcessRecord.create(this.#name, this.#daemon, makeParcel(orders, 'orders'), args);
  }

  #ended(exit: Exit): void {
    if (this.#exit) return;
    this.#exit = exit;
    registerChild(this, false);
    this.#record?.dropOrders();
    this.#record?.setStage('terminated');
    here().noticeDeath();
  }

  /**
   * Waits until the process has ended, and says how. It never rejects for how a process ended.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`.
   */
  async join(wait?: Wait): Promise<Exit> {
    return this.#started('join').until('end', `The end of ${this.#name}`, () => this.#exit, wait);
  }

  /**
   * Waits for what the target returns. What it throws comes as a rejection, with its own stack.
   *
   * @throws What the target threw; DuodaoError `exited` when it ended without an answer, `not-cloneable` when its
   * answer cannot cross, `timed-out`; or the reason of `wait.signal`.
   */
  async result(wait?: Wait): Promise<Awaited<ReturnType<F>>> {
    const record = this.#started('ask for the result of');
    const look = (): 'value' | 'error' | 'gone' | undefined => {
      const { outcome } = record;
      return outcome === 'none' ? this.#exit && 'gone' : outcome;
    };
    const outcome = await record.until('answer', `The result of ${this.#name}`, look, wait);
    if (outcome === 'gone' || !record.result) throw this.#noAnswer();
    const value = await openParcel(record.result);
    if (outcome === 'error') throw value;
    return value as Awaited<ReturnType<F>>;
  }

  #noAnswer(): DuodaoError {
    const exit = this.#exit as Exit;
    const facts = { name: this.#name, ...(this.pid !== undefined && { pid: this.pid }) };
    const message = `${this.#name} ended without an answer: ${describeExit(exit)}`;
    if (exit.how === 'not-started') return new DuodaoError('exited', message, facts, { cause: exit.reason });
    return new DuodaoError('exited', message, { ...facts, exitCode: exitCodeOf(exit) });
  }

  /** Asks the process to end (SIGTERM). What it has started is not asked. Of no effect once it has ended. */
  terminate(): void {
    this.#signal('SIGTERM', 'terminate');
  }

  /** Ends the process at once (SIGKILL). What it held is freed, what it has started ends with it. */
  kill(): void {
    this.#signal('SIGKILL', 'kill');
  }

  #signal(signal: NodeJS.Signals, action: string): void {
    this.#started(action);
    // Node.js signals through its own handle: never a stranger that was given the same pid.
    if (!this.#exit) this.#child?.kill(signal);
  }

  /**
   * Asks the process to end, insists after `graceMs` (5000 if left out), and says how it ended.
   */
  async stop(options: { readonly graceMs?: number } = {}): Promise<Exit> {
    const { graceMs = STOP_GRACE_MS } = options;
    this.terminate();
    try {
      return await this.join({ timeoutMs: graceMs });
    } catch (error) {
      if (!(error instanceof DuodaoError && error.code === 'timed-out')) throw error;
      this.kill();
      return this.join();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#record) await this.stop();
  }

  #needNew(action: string): void {
    if (!this.#record) return;
    if (action === 'start')
      throw new TypeError(`Cannot start ${this.#name} as a process starts only once: make another one`);
    throw new TypeError(`Cannot set the ${action} of ${this.#name} as it has started`);
  }

  #started(action: string): ProcessRecord {
    if (this.#record) return this.#record;
    throw new TypeError(`Cannot ${action} ${this.#name} as it has not been started`);
  }
}

function stillBooting(): DuodaoError {
  return new DuodaoError(
    'unsafe',
    'Cannot start a process while this child is still loading its own module, as that would start processes without ' +
      'end: put the part that starts them behind if (isMain(import.meta))',
  );
}
