/**
 * The life of a process that was started: what its parent knows of it, from the launch to the end.
 *
 * The parent hears of the end from the operating system, the result comes through shared memory; both are in the
 * record (record.ts), and waiting for either is waiting for the record.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { assert, type Wait } from '../base/index.ts';
import { openParcel } from '../ipc/index.ts';
import { here } from '../memory/index.ts';
import { type Exit, exitCodeOf } from './exit.ts';
import { launch } from './launch.ts';
import type { AnyOptions } from './options.ts';
import type { ProcessRecord, Stage } from './record.ts';
import { noAnswer } from './refusals.ts';
import { prefixOutput, unrefStreams } from './stdio.ts';

export class Life {
  readonly #name: string;
  readonly #record: ProcessRecord;
  readonly #onEnd: () => void;
  #child: ChildProcess | undefined;
  #exit: Exit | undefined;

  constructor(name: string, record: ProcessRecord, onEnd: () => void) {
    this.#name = name;
    this.#record = record;
    this.#onEnd = onEnd;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isAlive(): boolean {
    return this.#exit === undefined;
  }

  get exitCode(): number | null {
    return this.#exit === undefined ? null : exitCodeOf(this.#exit);
  }

  get stage(): Stage {
    return this.#exit === undefined ? this.#record.stage : 'terminated';
  }

  /** The child as Node.js has it; undefined if it could not be started. */
  get child(): ChildProcess | undefined {
    return this.#child;
  }

  /** Starts the child. What the system refuses is told by the exit. */
  begin(options: AnyOptions, daemon: boolean): void {
    this.#record.setStage('ready');
    let child: ChildProcess;
    try {
      child = launch(this.#record.reference, options);
    } catch (reason) {
      // Node.js throws some refusals of the system, and reports others by the event below.
      this.#ended({ how: 'not-started', reason: reason as Error });
      return;
    }
    this.#child = child;
    if (options.stdio === 'prefix') prefixOutput(child, this.#name); // hears of the exit first: see there
    child.once('error', (reason) => this.#ended({ how: 'not-started', reason }));
    child.once('exit', (code, signal) => {
      this.#ended(signal ? { how: 'killed', signal } : { how: 'exited', code: code ?? 0 });
    });
    if (child.pid !== undefined) this.#record.pid = child.pid;
    if (daemon) {
      child.unref();
      unrefStreams(child);
    }
  }

  #ended(exit: Exit): void {
    if (this.#exit) return;
    this.#exit = exit;
    this.#onEnd();
    this.#record.dropOrders();
    this.#record.setStage('terminated');
    here().noticeDeath();
  }

  join(wait?: Wait): Promise<Exit> {
    return this.#record.until('end', `The end of ${this.#name}`, () => this.#exit, wait);
  }

  async result(wait?: Wait): Promise<unknown> {
    const record = this.#record;
    const look = (): 'value' | 'error' | 'gone' | undefined => {
      const { outcome } = record;
      return outcome === 'none' ? this.#exit && 'gone' : outcome;
    };
    const outcome = await record.until('answer', `The result of ${this.#name}`, look, wait);
    if (outcome === 'gone' || !record.result) {
      assert(this.#exit, 'only an end leaves no answer');
      throw noAnswer(this.#name, this.pid, this.#exit);
    }
    const value = await openParcel(record.result);
    if (outcome === 'error') throw value;
    return value;
  }

  /** Sends a signal, unless it has ended. */
  signal(signal: NodeJS.Signals): void {
    // Node.js signals through its own handle: never a stranger that was given the same pid.
    if (this.isAlive) this.#child?.kill(signal);
  }

  /** Gives up the record, once it has ended. */
  close(): void {
    this.#record.close();
  }
}
