/**
 * The life of a thread, as the thread that started it has it.
 *
 * Node.js tells of its end, once the kernel has marked as dead whatever the thread held.
 *
 * @module
 */
import type { Worker } from 'node:worker_threads';
import type { DuodaoError } from '../base/index.ts';
import { passGate } from './boot-gate.ts';
import { complain } from './child/answer.ts';
import type { Exit } from './exit.ts';
import { Life } from './life.ts';
import { exitOfThread, noAnswer } from './thread-end.ts';
import { launchThread } from './thread-launch.ts';

export class ThreadLife extends Life {
  #worker: Worker | undefined;
  #tid: number | undefined;
  /** What nobody caught in the thread. */
  #failure: Error | undefined;
  #isForced = false;

  get tid(): number | undefined {
    return this.#tid;
  }

  /**
   * Starts the worker when it is its turn, and resolves then; undefined if that was at once. What Node.js refuses is
   * told by the exit.
   */
  begin(daemon: boolean): Promise<void> | undefined {
    this.record.pid = process.pid;
    this.record.setStage('ready');
    return passGate(this, () => this.#launch(daemon));
  }

  #launch(daemon: boolean): void {
    const { record } = this;
    let worker: Worker;
    try {
      worker = launchThread(this.name, record.reference);
    } catch (reason) {
      this.end({ how: 'not-started', reason: reason as Error });
      return;
    }
    this.#worker = worker;
    this.#tid = worker.threadId;
    worker.once('error', (error: Error) => {
      this.#failure = error;
      complain(this.name, error);
    });
    worker.once('exit', (code) => {
      const outcome = this.#failure ? 'error' : record.outcome;
      this.end(exitOfThread({ code, isForced: this.#isForced, outcome }));
    });
    if (daemon) worker.unref();
  }

  /** Ends it by force, unless it has ended. */
  force(): void {
    if (!this.isAlive) return;
    this.#isForced = true;
    // What it resolves with comes as the exit, too.
    if (this.#worker) void this.#worker.terminate();
    else this.end({ how: 'killed', signal: 'SIGKILL' }); // before its turn to start
  }

  override noAnswer(exit: Exit): DuodaoError {
    return noAnswer(this.name, this.#tid, exit, this.#failure);
  }
}
