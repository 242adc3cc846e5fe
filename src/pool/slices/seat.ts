/**
 * One worker as the scheduler thread sees it: a process that it can stop, and the task that it has.
 *
 * @module
 */
import { type Line, Overseer } from '../../ipc/index.ts';
import { Brake } from '../../process/index.ts';
import type { Job } from '../../schedule/index.ts';
import { monotonicMs } from '../clock.ts';
import type { SliceTask } from './news.ts';

/** How the task of a seat is: without one; it wants a CPU; has one; waits for something else; or is over. */
export type SeatState = 'free' | 'ready' | 'running' | 'blocked';

export class Seat implements Job {
  readonly #brake: Brake;
  readonly #overseer: Overseer;
  state: SeatState = 'free';
  #task: SliceTask | undefined;
  #isOpened = false;
  #isStopped = false;
  /** CPU time of the process when its task began, and when this slice of it did. */
  #cpuAtBegin = 0;
  #cpuAtSlice = 0;
  #cpuLast = 0;
  /** When this slice began. */
  sliceAt = 0;
  quantum: number | undefined;
  cpu = -1;
  why = '';
  /** It runs beside the others, as somebody waits for what it holds; or as it could not be stopped. */
  isLent = false;
  /** Looks in a row that found it asleep. */
  idleLooks = 0;

  /** @throws DuodaoError `exited` when the process has ended. */
  constructor(pid: number, line: Line) {
    this.#brake = new Brake(pid);
    this.#overseer = new Overseer(line);
  }

  get pid(): number {
    return this.#brake.pid;
  }

  get id(): number {
    return this.#task?.id ?? 0;
  }

  get name(): string {
    return this.#task?.name ?? '';
  }

  get arrival(): number {
    return this.#task?.arrival ?? 0;
  }

  get priority(): number {
    return this.#task?.priority ?? 0;
  }

  get expected(): number | undefined {
    return this.#task?.expected;
  }

  /** CPU time of its task. A task has one burst, as far as anybody knows. */
  get used(): number {
    return this.#isOpened ? this.#cpuLast - this.#cpuAtBegin : 0;
  }

  get usedInBurst(): number {
    return this.used;
  }

  take(task: SliceTask): void {
    this.#task = task;
    this.#isOpened = false;
    this.idleLooks = 0;
    this.#look();
  }

  drop(): void {
    this.#task = undefined;
    this.state = 'free';
    this.isLent = false;
    this.cpu = -1;
    this.#go();
  }

  get hasEnded(): boolean {
    return this.#task === undefined || this.#overseer.isAnswered(this.#task.count);
  }

  /** Has its task begin, or go on. */
  run(): void {
    this.#look();
    this.#cpuAtSlice = this.#cpuLast;
    this.sliceAt = monotonicMs();
    this.idleLooks = 0;
    this.#go();
    if (this.#isOpened) return;
    this.#isOpened = true;
    this.#cpuAtBegin = this.#cpuLast;
    this.#overseer.open();
  }

  #go(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#overseer.resume(monotonicMs());
    this.#brake.go();
  }

  /** Goes on beside the others. */
  lend(): void {
    this.isLent = true;
    this.#go();
  }

  /** Stops it, if it has begun. False when it could not be stopped: it counts as lent then, so it is tried again. */
  halt(): boolean {
    this.isLent = false;
    if (this.#isStopped || !this.#isOpened) return true;
    if (!this.#brake.stop()) {
      this.isLent = true;
      return false;
    }
    this.#isStopped = true;
    this.#overseer.pause(monotonicMs());
    this.#look();
    return true;
  }

  /** CPU time of this slice, as of now. */
  ran(): number {
    const before = this.#cpuLast;
    this.#look();
    if (this.#cpuLast - before > IDLE_CPU_MS) this.idleLooks = 0;
    else this.idleLooks += 1;
    return this.#cpuLast - this.#cpuAtSlice;
  }

  /** Whether its main thread sleeps, as it waits for something. */
  get isAsleep(): boolean {
    return this.#brake.kernelState === 'sleeping';
  }

  /** Whether somebody else has it go on that we stopped: a shell does so with all of its processes. */
  get hasEscaped(): boolean {
    const state = this.#isStopped ? this.#brake.kernelState : 'stopped';
    return state === 'running' || state === 'sleeping';
  }

  /**
   * It stays noted as stopped, and since when: should this fail, it has still escaped at the next look; and the time
   * limit of its task does not count how long it stood before.
   */
  stopAgain(): void {
    this.#brake.stop();
    this.#look();
  }

  #look(): void {
    this.#cpuLast = this.#brake.cpuMs ?? this.#cpuLast;
  }
}

/** Less CPU time than this between two looks is none. */
const IDLE_CPU_MS = 0.05;
