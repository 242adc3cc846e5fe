/**
 * Shares the CPUs of a pool among the tasks of its workers, as a policy says: what an operating system does, for
 * processes and by signals.
 *
 *     ready ──next──▶ running ──quantum over, or another is to run──▶ ready
 *       ▲                │
 *       └──woken── blocked ◀──sleeps
 *
 * A task that is not to run is stopped (SIGSTOP), and stands before the next one is started: else both would run. A
 * task that sleeps for long gives its CPU to others, and is not stopped before it wakes. One that is stopped and holds
 * what somebody waits for goes on beside the others until it has given it back.
 *
 * Time is CPU time where it is about quanta: a task that the system did not let run has not used its own up.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { monotonicMs } from '../clock.ts';
import type { Choice, Policy, RunQueue } from '../../schedule/index.ts';
import { pidsInTheWay } from '../../sync/index.ts';
import type { News, Slice } from './news.ts';
import { Seat } from './seat.ts';

/** Looks at a task that found it asleep before it counts as blocked. */
const ASLEEP_LOOKS = 2;
/** Between two looks for tasks in somebody's way, and for those that somebody else has continued. */
const CARE_MS = 5;

export class Sharing {
  readonly #queue: RunQueue<Seat>;
  readonly #policy: Policy;
  readonly #cpus: (Seat | undefined)[];
  readonly #seats: Map<number, Seat> = new Map();
  readonly #onSlice: ((slice: Slice) => void) | undefined;
  #caredAt = 0;

  constructor(policy: Policy, cpus: number, onSlice?: (slice: Slice) => void) {
    this.#policy = policy;
    this.#queue = policy.start<Seat>();
    this.#cpus = Array.from({ length: cpus });
    this.#onSlice = onSlice;
  }

  /** Whether there is any task to look after. */
  get isBusy(): boolean {
    for (const seat of this.#seats.values()) if (seat.state !== 'free') return true;
    return false;
  }

  hear(news: News): void {
    if (news.what === 'seat') {
      const seat = seatOf(news);
      if (seat) this.#seats.set(news.seat, seat);
      return;
    }
    if (news.what === 'end') {
      for (const seat of this.#seats.values()) seat.drop();
      return;
    }
    const seat = this.#seats.get(news.seat);
    if (!seat) return;
    if (news.what === 'task') {
      this.#finish(seat, monotonicMs()); // of the task before: we may not have looked since
      seat.take(news.task);
      seat.state = 'ready';
      this.#queue.add(seat, monotonicMs(), 'arrived');
    } else {
      this.#finish(seat, monotonicMs());
      if (news.what === 'gone') this.#seats.delete(news.seat);
    }
  }

  /** Looks at everything, and does what is due. */
  step(): void {
    const now = monotonicMs();
    for (const seat of this.#seats.values()) this.#inspect(seat, now);
    if (now - this.#caredAt >= CARE_MS) this.#care(now);
    const due = this.#queue.nextTick?.(now);
    if (due !== undefined && due <= now) this.#queue.tick?.(now);
    this.#fill(now);
    this.#preempt(now);
  }

  #inspect(seat: Seat, now: number): void {
    if (seat.state === 'free') return;
    if (seat.hasEnded) this.#finish(seat, now);
    else if (seat.state === 'running') this.#inspectRunning(seat, now);
    else if (seat.state === 'blocked') {
      seat.ran();
      if (seat.idleLooks === 0 || !seat.isAsleep) this.#wake(seat, now);
    }
  }

  #inspectRunning(seat: Seat, now: number): void {
    const ran = seat.ran();
    if (seat.quantum !== undefined && ran >= seat.quantum) this.#expire(seat, now, ran);
    else if (seat.idleLooks >= ASLEEP_LOOKS && seat.isAsleep && this.#queue.size > 0) {
      this.#leave(seat, now, 'blocked');
      seat.state = 'blocked';
    }
  }

  /** Its quantum is over. If it is the next one again, it just goes on. */
  #expire(seat: Seat, now: number, ran: number): void {
    const { cpu } = seat;
    this.#record(seat, now);
    this.#queue.left?.(seat, ran, now, 'expired');
    this.#queue.add(seat, now, 'expired');
    seat.state = 'ready';
    const choice = this.#choose(now, cpu);
    if (choice.job !== seat && !seat.halt()) {
      // It cannot be stopped now: the other one has to wait.
      this.#queue.add(choice.job, now, 'preempted');
      this.#queue.remove(seat);
      this.#start({ ...choice, job: seat }, cpu);
      return;
    }
    this.#start(choice, cpu);
  }

  #wake(seat: Seat, now: number): void {
    seat.state = 'ready';
    this.#queue.add(seat, now, 'woken');
    if (!this.#cpus.includes(undefined)) seat.halt();
  }

  /** A task is over, however it came to that. */
  #finish(seat: Seat, now: number): void {
    if (seat.state === 'running') this.#leave(seat, now, 'ended');
    else if (seat.state === 'ready') this.#queue.remove(seat);
    seat.drop();
  }

  #leave(seat: Seat, now: number, how: 'ended' | 'blocked' | 'preempted'): void {
    this.#record(seat, now);
    this.#queue.left?.(seat, seat.ran(), now, how);
    this.#cpus[seat.cpu] = undefined;
    seat.cpu = -1;
  }

  #record(seat: Seat, now: number): void {
    this.#onSlice?.({
      task: seat.id,
      name: seat.name,
      cpu: seat.cpu,
      start: seat.sliceAt,
      end: Math.max(now, seat.sliceAt), // it may have begun after this look did
      why: seat.why,
    });
  }

  #fill(now: number): void {
    for (let cpu = 0; cpu < this.#cpus.length && this.#queue.size > 0; cpu++)
      if (!this.#cpus[cpu]) this.#start(this.#choose(now, cpu), cpu);
  }

  #preempt(now: number): void {
    for (let tries = 0; tries < this.#cpus.length && this.#queue.size > 0; tries++) {
      const running = this.#cpus.filter((seat) => seat !== undefined);
      const { job } = this.#queue.preempt?.(running, now) ?? {};
      if (!job || job.state !== 'running' || !job.halt()) return;
      const { cpu } = job;
      this.#leave(job, now, 'preempted');
      job.state = 'ready';
      this.#queue.add(job, now, 'preempted');
      this.#start(this.#choose(now, cpu), cpu);
    }
  }

  #choose(now: number, cpu: number): Choice<Seat> {
    const choice = this.#queue.next(now, cpu);
    if (choice?.job instanceof Seat && choice.job.state === 'ready') return choice;
    const what = choice ? 'chooses what is no task that waits' : 'chooses no task while some wait';
    throw new TypeError(`the policy ${this.#policy.name} ${what}`);
  }

  #start({ job, quantum, why }: Choice<Seat>, cpu: number): void {
    this.#cpus[cpu] = job;
    job.cpu = cpu;
    job.state = 'running';
    job.quantum = quantum;
    job.why = why;
    job.isLent = false;
    job.run();
  }

  /** Has those go on that are in somebody's way, and stops those that are not any more, or were continued. */
  #care(now: number): void {
    this.#caredAt = now;
    const waiting = [...this.#seats.values()].filter(({ state }) => state === 'ready');
    if (waiting.length === 0) return;
    const inTheWay = pidsInTheWay();
    for (const seat of waiting) {
      if (inTheWay.has(seat.pid)) seat.lend();
      else if (seat.isLent) seat.halt();
      else if (seat.hasEscaped) seat.stopAgain();
    }
  }
}

/** A seat; none when its worker has ended before we heard of it. */
function seatOf({ pid, line }: Extract<News, { what: 'seat' }>): Seat | undefined {
  try {
    return new Seat(pid, line);
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'exited') return undefined;
    throw error;
  }
}
