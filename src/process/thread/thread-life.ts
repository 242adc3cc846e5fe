/**
 * The life of a thread, as the thread that started it has it.
 *
 * Node.js tells of its end, once the kernel has marked as dead whatever the thread held.
 *
 * @module
 */
import type { Worker } from 'node:worker_threads';
import type { DuodaoError } from '../../base/index.ts';
import { here } from '../../memory/index.ts';
import { type Brake, hold, holdSync, makeBrake } from '../../platform/index.ts';
import { passGate } from '../start/boot-gate.ts';
import { complain } from '../child/answer.ts';
import type { Exit } from '../record/exit.ts';
import { Life } from '../life.ts';
import type { AnyOptions } from '../options.ts';
import type { Stage } from '../record/record.ts';
import { checkRoom } from '../start/refusals.ts';
import { type ProcessState, threadState } from '../record/state.ts';
import { exitOfThread, isOutOfMemory, noAnswer } from './thread-end.ts';
import { launchThread } from './thread-launch.ts';

const EXIT_PATIENCE_MS = 1000;
const running: Set<ThreadLife> = new Set();

/** A process that ends does so by ending its threads, wherever they are. */
function endWithProcess(life: ThreadLife): void {
  if (running.size === 0) process.on('exit', holdAll);
  running.add(life);
}

function holdAll(): void {
  for (const life of running) life.holdForExit();
}

export class ThreadLife extends Life {
  #worker: Worker | undefined;
  #tid: number | undefined;
  /** What nobody caught in the thread. */
  #failure: Error | undefined;
  #isForced = false;
  readonly #brake: Brake = makeBrake();

  get tid(): number | undefined {
    return this.#tid;
  }

  /**
   * Starts the worker when it is its turn, and resolves then; undefined if that was at once. What Node.js refuses is
   * told by the exit.
   */
  begin({ memory }: AnyOptions, daemon: boolean): Promise<void> | undefined {
    this.record.pid = process.pid;
    this.record.setStage('ready');
    return passGate(this, () => this.#launch(memory?.hardBytes, daemon));
  }

  #launch(heapBytes: number | undefined, daemon: boolean): void {
    const { record } = this;
    let worker: Worker;
    try {
      checkRoom(this.name, this);
      worker = launchThread(this.name, record.reference, this.#brake, heapBytes);
    } catch (reason) {
      this.end({ how: 'not-started', reason: reason as Error });
      return;
    }
    this.#worker = worker;
    this.#tid = worker.threadId;
    record.thread = worker.threadId;
    worker.once('error', (error: Error) => {
      this.#failure = error;
      complain(this.name, error);
    });
    worker.once('exit', (code) => {
      running.delete(this);
      if (running.size === 0) process.off('exit', holdAll);
      const outcome = this.#failure ? 'error' : record.outcome;
      const isTooLarge = isOutOfMemory(this.#failure);
      this.end(exitOfThread({ code, isForced: this.#isForced, isTooLarge, outcome }));
    });
    if (daemon) worker.unref();
    endWithProcess(this);
  }

  /** Ends it by force, unless it has ended. */
  force(): void {
    if (!this.isAlive) return;
    this.#isForced = true;
    const worker = this.#worker;
    // What it resolves with comes as the exit, too.
    if (worker) void hold(this.#brake, () => !this.isAlive).then(() => worker.terminate());
    else this.end({ how: 'killed', signal: 'SIGKILL' }); // before its turn to start
  }

  /** Our process ends, which ends it as well. */
  holdForExit(): void {
    holdSync(this.#brake, EXIT_PATIENCE_MS);
  }

  override get hasPlace(): boolean {
    return this.#tid !== undefined && here().slots.signOf(process.pid, this.#tid) !== undefined;
  }

  override stateNow(stage: Stage): ProcessState {
    return threadState(stage, this.#tid);
  }

  override noAnswer(exit: Exit): DuodaoError {
    return noAnswer(this.name, this.#tid, exit, this.#failure);
  }
}
