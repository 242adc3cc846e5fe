/**
 * One worker of a server, as the server has it.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { pipe, type PipeConnection, type SharedArray } from '../../ipc/index.ts';
import { closeDescriptor, duplicate } from '../../platform/index.ts';
import { type Exit, FIRST_GIVEN_FD, onceEnded, Process, Thread } from '../../process/index.ts';
import { LONGEST_MS } from '../connection/limits.ts';
import type { Plan } from '../server/plan.ts';
import type { StopOrder, WorkerWord } from './orders.ts';
import { serveAsWorker } from './worker.ts';

export interface WorkerOptions {
  readonly kind: 'threads' | 'processes';
  readonly name: string;
  readonly plan: Plan;
  readonly fd: number;
  readonly seat: number;
  readonly counts: SharedArray<'f64'>;
  /** Called when it has ended, however that came. */
  readonly ended: () => void;
}

/** Beyond what it may take to drain, until it is made to end: it may have a handler that never comes back. */
const GRACE_MS = 1000;

export class Worker {
  readonly seat: number;
  readonly #runner: Process | Thread;
  readonly #ours: PipeConnection<StopOrder | WorkerWord>;
  readonly #theirs: PipeConnection<StopOrder | WorkerWord>;
  readonly #options: WorkerOptions;
  /** What it is given. A thread uses ours until it has ended; a process has its own once it was started. */
  readonly #fd: number;
  readonly #ended: Promise<Exit>;
  #onEnded!: (exit: Exit) => void;
  #started: Promise<unknown> | undefined;
  hasAccepted = false;
  hasEnded = false;
  /** It is to end. */
  isRetiring = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.seat = options.seat;
    const { kind, name, plan, counts, seat } = options;
    [this.#ours, this.#theirs] = pipe<StopOrder | WorkerWord>();
    this.#fd = duplicate(options.fd);
    this.#ended = new Promise((resolve) => {
      this.#onEnded = resolve;
    });
    const isThread = kind === 'threads';
    const args: Parameters<typeof serveAsWorker> = [
      plan,
      { fd: isThread ? this.#fd : FIRST_GIVEN_FD, seat, counts, orders: this.#theirs },
    ];
    const common = { target: serveAsWorker, args, name, daemon: true };
    this.#runner = isThread
      ? new Thread(common)
      : new Process({ ...common, allowChildren: true, descriptors: [this.#fd] });
  }

  get pid(): number {
    return this.#runner instanceof Process ? (this.#runner.pid ?? 0) : process.pid;
  }

  /** 0 for a process. */
  get thread(): number {
    return this.#runner instanceof Process ? 0 : (this.#runner.tid ?? 0);
  }

  /** Resolves when it accepts. @throws What keeps it from that. */
  async start(): Promise<void> {
    this.#started = this.#runner.start();
    try {
      await this.#started;
    } catch (error) {
      if (this.#options.kind === 'processes') closeDescriptor(this.#fd);
      this.#end({ how: 'not-started', reason: error as Error });
      throw error;
    }
    onceEnded(this.#runner, (exit) => this.#end(exit));
    this.#theirs.close();
    if (this.#options.kind === 'processes') closeDescriptor(this.#fd);
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    let word: WorkerWord;
    try {
      word = (await this.#ours.receive()) as WorkerWord;
    } catch (error) {
      if (!(error instanceof DuodaoError)) throw error;
      await this.#ended;
      await this.#runner.result(); // it throws what kept the worker from its work
      throw new DuodaoError('exited', `${this.#options.name} ended before it accepted a connection`);
    }
    if ('failed' in word) throw word.failed;
    this.hasAccepted = true;
  }

  #end(exit: Exit): void {
    this.hasEnded = true;
    if (this.#options.kind === 'threads') closeDescriptor(this.#fd);
    this.#ours.close();
    this.#onEnded(exit);
    this.#options.ended();
  }

  /** Has it take nothing new, and end. Resolves when it has ended. */
  async stop(drainMs: number): Promise<void> {
    this.isRetiring = true;
    if (this.hasEnded) return;
    try {
      await this.#ours.send({ stop: drainMs });
    } catch (error) {
      if (!(error instanceof DuodaoError)) throw error; // it is gone, or about to be
    }
    const timer = setTimeout(() => this.#runner.kill(), Math.min(drainMs + GRACE_MS, LONGEST_MS));
    await this.#started?.catch(() => undefined); // start() tells that
    // A wait for a promise of ours would not keep this process alive until the worker has ended.
    if (!this.hasEnded) await this.#runner.join();
    await this.#ended;
    clearTimeout(timer);
  }
}
