/**
 * The life of a child process, as its parent has it.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { DuodaoError } from '../base/index.ts';
import { describeExit, type Exit, exitCodeOf } from './exit.ts';
import { passGate } from './boot-gate.ts';
import { launch } from './launch.ts';
import { Life } from './life.ts';
import type { AnyOptions } from './options.ts';
import { takeStandby } from './standby.ts';
import { prefixOutput, unrefStreams } from './stdio.ts';

type Pipes = Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'>;

export class ProcessLife extends Life {
  #child: ChildProcess | undefined;
  #pipes: Pipes | undefined;

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Its standard streams, if they lead here. */
  get pipes(): Pipes | undefined {
    return this.#pipes;
  }

  /**
   * Starts the child when it is its turn, and resolves then; undefined if that was at once. What the system refuses is
   * told by the exit.
   */
  begin(options: AnyOptions, daemon: boolean): Promise<void> | undefined {
    this.record.setStage('ready');
    return passGate(this, () => this.#launch(options, daemon));
  }

  #launch(options: AnyOptions, daemon: boolean): void {
    const { reference } = this.record;
    let child: ChildProcess;
    try {
      child = takeStandby(reference, options) ?? launch(reference, options);
    } catch (reason) {
      // Node.js throws some refusals of the system, and reports others by the event below.
      this.end({ how: 'not-started', reason: reason as Error });
      return;
    }
    this.#child = child;
    if (options.stdio === 'pipe') this.#pipes = child;
    if (options.stdio === 'prefix') prefixOutput(child, this.name); // hears of the exit first: see there
    child.once('error', (reason) => this.end({ how: 'not-started', reason }));
    child.once('exit', (code, signal) => {
      this.end(signal ? { how: 'killed', signal } : { how: 'exited', code: code ?? 0 });
    });
    if (child.pid !== undefined) this.record.pid = child.pid;
    if (daemon) {
      child.unref();
      unrefStreams(child);
    }
  }

  /** Sends a signal, unless it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.isAlive) return;
    // Node.js signals through its own handle: never a stranger that was given the same pid.
    if (this.#child) this.#child.kill(signal);
    else this.end({ how: 'killed', signal }); // before its turn to start
  }

  override noAnswer(exit: Exit): DuodaoError {
    const { name, pid } = this;
    const facts = { name, ...(pid !== undefined && { pid }) };
    const message = `${name} ended without an answer: ${describeExit(exit)}`;
    if (exit.how === 'not-started') return new DuodaoError('exited', message, facts, { cause: exit.reason });
    return new DuodaoError('exited', message, { ...facts, exitCode: exitCodeOf(exit) });
  }
}
