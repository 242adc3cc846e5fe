/**
 * The life of a child process, as its parent has it.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { DuodaoError, FAULTY, pass } from '../base/index.ts';
import { describeExit, type Exit, exitCodeOf } from './record/exit.ts';
import { here } from '../memory/index.ts';
import type { MemoryHeld } from '../platform/index.ts';
import { passGate } from './start/boot-gate.ts';
import { launch } from './start/launch.ts';
import { Life } from './life.ts';
import { watchMemory } from './system/memory-limit.ts';
import type { AnyOptions, MemoryOptions } from './options.ts';
import { renice, setAffinity } from './system/priority.ts';
import type { Stage } from './record/record.ts';
import { checkRoom } from './start/refusals.ts';
import { takeStandby } from './start/standby.ts';
import { type ProcessState, processState } from './record/state.ts';
import { prefixOutput, unrefStreams } from './start/stdio.ts';

type Pipes = Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'>;

export class ProcessLife extends Life {
  #child: ChildProcess | undefined;
  #pipes: Pipes | undefined;
  #unwatch: (() => void) | undefined;
  #isTooLarge = false;

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
      checkRoom(this.name, this);
      child = takeStandby(reference, options) ?? launch(reference, options);
    } catch (reason) {
      // Node.js throws some refusals of the system, and reports others by the event below.
      this.end({ how: 'not-started', reason: reason as Error });
      return;
    }
    this.#child = child;
    if (FAULTY) pass('process.launched');
    if (options.stdio === 'pipe') this.#pipes = child;
    if (options.stdio === 'prefix') prefixOutput(child, this.name); // hears of the exit first: see there
    child.once('error', (reason) => this.end({ how: 'not-started', reason }));
    child.once('exit', (code, signal) => this.end(this.#exitOf(code, signal)));
    if (child.pid !== undefined) this.#dress(child.pid, options);
    if (daemon || options.detached) {
      child.unref();
      unrefStreams(child);
    }
  }

  /** What a process is given from outside, before any code of its own runs. */
  #dress(pid: number, { nice, affinity, memory }: AnyOptions): void {
    this.record.pid = pid;
    if (FAULTY) pass('process.noted');
    try {
      if (nice !== undefined) renice(pid, nice);
      if (affinity !== undefined) setAffinity(pid, affinity);
      if (memory) this.#watch(pid, memory);
    } catch (reason) {
      // It may have died already: then that is its end, and there will be an event for it.
      if (reason instanceof DuodaoError && reason.code === 'exited') return;
      this.#child?.kill('SIGKILL');
      this.end({ how: 'not-started', reason: reason as Error });
    }
  }

  #watch(pid: number, memory: MemoryOptions): void {
    const warn = ({ residentBytes }: MemoryHeld): void => {
      process.emitWarning(
        `${this.name} (pid ${pid}) holds ${residentBytes} bytes of memory`,
        'MemoryWarning',
      );
    };
    this.#unwatch = watchMemory(pid, memory, {
      onSoft: memory.onSoft ?? warn,
      onHard: () => {
        this.#isTooLarge = true;
        this.signal('SIGKILL');
      },
    });
  }

  #exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
    this.#unwatch?.();
    if (!signal) return { how: 'exited', code: code ?? 0 };
    if (signal === 'SIGKILL' && this.#isTooLarge) return { how: 'killed', signal, reason: 'memory-limit' };
    return { how: 'killed', signal };
  }

  /** Its pid, unless it has ended, or has not begun: then the number may be a stranger's. */
  pidToUse(action: string): number {
    const { pid } = this;
    if (this.isAlive && pid !== undefined) return pid;
    const why = this.isAlive ? 'it waits for its turn to start' : 'it has ended';
    throw new DuodaoError('exited', `Cannot ${action} ${this.name} as ${why}`, { name: this.name });
  }

  /** Sends a signal, unless it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.isAlive) return;
    // Node.js signals through its own handle: never a stranger that was given the same pid.
    if (this.#child) {
      this.#child.kill(signal);
      // Who is stopped does not hear, but for SIGKILL.
      if (signal === 'SIGTERM') this.#child.kill('SIGCONT');
      return;
    }
    if (signal !== 'SIGCONT') this.end({ how: 'killed', signal }); // before its turn to start
  }

  override get hasPlace(): boolean {
    return this.pid !== undefined && here().slots.signOf(this.pid, 0) !== undefined;
  }

  override stateNow(stage: Stage): ProcessState {
    return processState(stage, this.pid);
  }

  override noAnswer(exit: Exit): DuodaoError {
    const { name, pid } = this;
    const facts = { name, ...(pid !== undefined && { pid }) };
    const message = `${name} ended without an answer: ${describeExit(exit)}`;
    if (exit.how === 'not-started') return new DuodaoError('exited', message, facts, { cause: exit.reason });
    return new DuodaoError('exited', message, { ...facts, exitCode: exitCodeOf(exit) });
  }
}
