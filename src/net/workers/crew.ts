/**
 * The workers of a server: as many as it shall have, however often they die.
 *
 *     seat    0      1      2     …          a row of counts for each; a seat that is taken again begins at nothing
 *     worker  #4     #2     #5
 *
 * All accept from one socket: threads from duplicates of it, processes from descriptors that they inherit. So there is
 * no moment at which nobody listens, and one that is killed takes only its own connections with it.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { SharedArray } from '../../ipc/index.ts';
import { AT, newRow, type Row, ROW_LENGTH } from '../connection/tally.ts';
import type { Plan } from '../server/plan.ts';
import { type ServerStats, statsOf } from '../server/stats.ts';
import { Worker } from './one-worker.ts';
import { rowAt } from './worker.ts';

export interface CrewOptions {
  readonly kind: 'threads' | 'processes';
  readonly size: number;
  readonly name: string;
  readonly plan: Plan;
  readonly fd: number;
}

/** One that ended before it accepted: so often in a row, and no more are tried until one of them is asked for. */
const FAILURE_LIMIT = 5;
/** Before the next is tried after such a one. */
const PAUSE_MS = 200;

export class Crew {
  readonly #options: CrewOptions;
  /** One seat more than workers: while they are replaced there is one more of them. */
  readonly #counts: SharedArray<'f64'>;
  /** What those have counted that have ended. */
  readonly #past: Row = newRow();
  readonly #seats: (Worker | undefined)[];
  #number = 0;
  #replaced = 0;
  #failures = 0;
  /** The first ones are there: from now on those that end are replaced. */
  #hasBegun = false;
  /** Until the next try. */
  #again: NodeJS.Timeout | undefined;
  #replacing: Promise<void> = Promise.resolve();
  #isStopping = false;
  /** Workers are daemons, which keep nobody alive; a server that listens does. */
  readonly #keepAlive: NodeJS.Timeout = setInterval(() => undefined, 2 ** 30);

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#seats = new Array<Worker | undefined>(options.size + 1).fill(undefined);
    this.#counts = new SharedArray('f64', this.#seats.length * ROW_LENGTH);
  }

  /** Resolves when all accept. @throws What keeps one of them from that; then none is left. */
  async start(): Promise<void> {
    const { size } = this.#options;
    const starts = Array.from({ length: size }, () => this.#hire());
    const failed = (await Promise.allSettled(starts)).find((one) => one.status === 'rejected');
    if (!failed) {
      this.#hasBegun = true;
      this.#refill(); // one may have died while the others began
      return;
    }
    await this.stop(0);
    throw failed.reason;
  }

  /** A worker more. Resolves when it accepts. */
  async #hire(): Promise<Worker> {
    const seat = this.#seats.indexOf(undefined);
    rowAt(this.#counts, seat).fill(0);
    const { kind, name, plan, fd } = this.#options;
    const worker = new Worker({
      kind,
      name: `${name}-${++this.#number}`,
      plan,
      fd,
      seat,
      counts: this.#counts,
      ended: () => this.#ended(worker),
    });
    this.#seats[seat] = worker;
    await worker.start();
    this.#failures = 0;
    return worker;
  }

  #ended(worker: Worker): void {
    const row = rowAt(this.#counts, worker.seat);
    for (const [index, count] of row.entries()) if (index !== AT.active) this.#past[index]! += count;
    row.fill(0);
    this.#seats[worker.seat] = undefined;
    if (this.#isStopping || worker.isRetiring) return;
    if (worker.hasAccepted) this.#replaced++;
    else this.#failures++;
    this.#refill();
  }

  /** Has as many serve as shall, once the first ones do. Some may be on their way out, and one more on its way in. */
  #refill(): void {
    const { size } = this.#options;
    if (this.#isStopping || !this.#hasBegun || this.#again || this.#failures > FAILURE_LIMIT) return;
    if (this.#failures > 0) {
      this.#again = setTimeout(() => {
        this.#again = undefined;
        this.#hireIfFewer();
      }, PAUSE_MS * this.#failures);
      return;
    }
    while (this.#serving < size) this.#hireOne();
  }

  #hireIfFewer(): void {
    if (!this.#isStopping && this.#serving < this.#options.size) this.#hireOne();
  }

  #hireOne(): void {
    this.#hire().then(
      () => this.#refill(),
      (error: unknown) => this.#complain(error),
    );
  }

  /** How many serve, or are about to. */
  get #serving(): number {
    return this.#workers.filter(({ isRetiring }) => !isRetiring).length;
  }

  #complain(error: unknown): void {
    if (this.#isStopping) return;
    const isOver = this.#failures > FAILURE_LIMIT;
    process.emitWarning(
      `A worker of ${this.#options.name} died, and another one cannot take its place${isOver ? '' : ' yet'}: ` +
        String(error),
      'ServerWarning',
    );
  }

  /** One round after the other: who asks during one asks for another. */
  replaceWorkers(drainMs: number): Promise<void> {
    const round = this.#replacing.then(() => this.#replaceAll(drainMs));
    this.#replacing = round.catch(() => undefined);
    return round;
  }

  async #replaceAll(drainMs: number): Promise<void> {
    for (const old of this.#workers) {
      if (this.#isStopping)
        throw new DuodaoError('closed', 'Cannot replace workers as the server is closing');
      if (old.isRetiring || old.hasEnded) continue;
      await this.#hire();
      await old.stop(drainMs);
      this.#refill(); // one may have died while there was one more
    }
  }

  async stop(drainMs: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#again);
    await Promise.all(this.#workers.map((worker) => worker.stop(drainMs)));
    clearInterval(this.#keepAlive);
  }

  get #workers(): Worker[] {
    return this.#seats.filter((worker) => worker !== undefined);
  }

  stats(): ServerStats {
    const workers = this.#workers;
    const rows = workers.map(({ seat }) => rowAt(this.#counts, seat));
    const figures = workers.map(({ pid, thread }) => ({ pid, thread }));
    return statsOf([...rows, this.#past], figures, this.#replaced);
  }
}
