/**
 * The simulated machine: CPUs, I/O, and what happens when.
 *
 * It goes from one instant at which something happens to the next. At one instant, in this order: CPU bursts end; jobs
 * arrive, I/O ends, and jobs whose quantum is over are put back (before or after the arrivals, as the options say); the
 * policy has its tick; CPUs that are free are given away; CPUs are taken away. Of two that arrive at once, the first
 * in the list is first.
 *
 * A CPU that goes over from one job to another needs `switchCost` for it: the job is ready until then.
 *
 * @module
 */
import { Heap } from '../ready/heap.ts';
import { Line } from '../ready/line.ts';
import { Followers } from './followers.ts';
import type { Outcomes } from './outcomes.ts';
import type { Recorder } from './recorder.ts';
import { type Estimates, sameInstant, SimJob } from './sim-job.ts';
import type { GuardedQueue } from './guarded-queue.ts';
import type { JobSpec } from './workload.ts';

/** What a machine is made with. */
export interface MachineOptions {
  readonly cpus: number;
  readonly switchCost: number;
  readonly degree: number;
  readonly atQuantumEnd: 'arrival-first' | 'expired-first';
  readonly estimates: Estimates;
}

interface Cpu {
  readonly index: number;
  job: SimJob | undefined;
  /** The job that it had last: going back to it costs nothing. */
  last: SimJob | undefined;
  switchesFrom: number;
  runsFrom: number;
  /** Up to when its job's times are added up. */
  counted: number;
  until: number;
  isQuantum: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;
/** So often something may happen without time passing: all of one instant is done at once, but for rounding. */
const STUCK_MOST = 1000;

export class Machine {
  readonly #options: MachineOptions;
  readonly #workload: readonly JobSpec[];
  readonly #queue: GuardedQueue;
  readonly #outcomes: Outcomes;
  readonly #recorder: Recorder | undefined;
  readonly #cpus: readonly Cpu[];
  readonly #followers: Followers | undefined;
  readonly #blocked = new Heap<SimJob>();
  /** Jobs that are here, and wait to be let in. */
  readonly #lobby = new Line<SimJob>();
  #inside = 0;
  #arrived = 0;
  #now = 0;
  #added = false;

  constructor(
    workload: readonly JobSpec[],
    options: MachineOptions,
    queue: GuardedQueue,
    outcomes: Outcomes,
    recorder: Recorder | undefined,
  ) {
    this.#workload = workload;
    this.#options = options;
    this.#queue = queue;
    this.#outcomes = outcomes;
    this.#recorder = recorder;
    this.#cpus = Array.from({ length: options.cpus }, (_, index) => ({
      index,
      job: undefined,
      last: undefined,
      switchesFrom: 0,
      runsFrom: 0,
      counted: 0,
      until: NEVER,
      isQuantum: false,
    }));
    if (workload.some(({ after }) => after !== undefined))
      this.#followers = new Followers(workload, options.estimates);
  }

  /** Runs until nothing can happen any more. */
  run(): void {
    let stuck = 0;
    for (;;) {
      const tick = this.#queue.nextTick(this.#now);
      const next = Math.min(this.#nextEvent(), tick);
      if (next === NEVER) return;
      if (next > this.#now) stuck = 0;
      else if (++stuck > STUCK_MOST) throw this.#queue.tooShort(this.#now);
      this.#now = Math.max(this.#now, next);
      this.#added = false;
      const expired = this.#endBursts();
      if (this.#options.atQuantumEnd === 'expired-first') this.#putBack(expired);
      this.#arrive();
      this.#wake();
      if (this.#options.atQuantumEnd === 'arrival-first') this.#putBack(expired);
      const isTick = tick <= sameInstant(this.#now);
      if (isTick) this.#queue.tick(this.#now);
      this.#giveAway();
      if (this.#added || isTick) this.#preempt();
    }
  }

  #nextEvent(): number {
    const spec = this.#workload[this.#arrived];
    let next = spec === undefined ? NEVER : (spec.arrival ?? 0);
    const woken = this.#blocked.first();
    if (woken && woken.rank < next) next = woken.rank;
    for (const { until } of this.#cpus) if (until < next) next = until;
    return next;
  }

  /** Ends CPU bursts that are over; returns the CPUs of jobs whose quantum is. */
  #endBursts(): Cpu[] {
    const expired: Cpu[] = [];
    const limit = sameInstant(this.#now);
    for (const cpu of this.#cpus) {
      if (cpu.until > limit || !cpu.job) continue;
      if (cpu.isQuantum && cpu.job.left - (this.#now - cpu.counted) > limit - this.#now) {
        expired.push(cpu);
        continue;
      }
      const { job } = cpu;
      const takes = job.endBurst();
      this.#leave(cpu, job, takes === undefined ? 'ended' : 'blocked');
      if (takes === undefined) this.#end(job);
      else this.#blocked.push(job, this.#now + takes, job.id);
    }
    return expired;
  }

  #putBack(cpus: readonly Cpu[]): void {
    for (const cpu of cpus) {
      const job = cpu.job as SimJob;
      this.#leave(cpu, job, 'expired');
      this.#ready(job, 'expired');
    }
  }

  #arrive(): void {
    const limit = sameInstant(this.#now);
    for (;;) {
      const spec = this.#workload[this.#arrived];
      if (spec === undefined || (spec.arrival ?? 0) > limit) break;
      const followers = this.#followers;
      const job = followers?.jobs[this.#arrived] ?? new SimJob(this.#arrived, spec, this.#options.estimates);
      this.#arrived++;
      if (!followers?.mustWait(job)) this.#enter(job, job.arrival);
    }
    this.#letIn();
  }

  #wake(): void {
    const limit = sameInstant(this.#now);
    for (let first = this.#blocked.first(); first && first.rank <= limit; first = this.#blocked.first()) {
      const { job } = first;
      this.#blocked.pop();
      if (job.beginBurst(this.#options.estimates)) this.#ready(job, 'woken');
      else this.#end(job);
    }
    this.#letIn();
  }

  #enter(job: SimJob, at: number): void {
    this.#outcomes.release(job.id, at);
    this.#recorder?.transition(at, job.name, 'outside', 'new');
    this.#lobby.push(job);
  }

  #letIn(): void {
    while (this.#lobby.size > 0 && this.#inside < this.#options.degree) {
      this.#inside++;
      this.#ready(this.#lobby.shift() as SimJob, 'arrived');
    }
  }

  #ready(job: SimJob, reason: 'arrived' | 'woken' | 'expired' | 'preempted'): void {
    this.#become(job, 'ready', this.#now);
    this.#added = true;
    this.#queue.add(job, this.#now, reason);
  }

  #end(job: SimJob): void {
    this.#become(job, 'terminated', this.#now);
    this.#outcomes.finish(job.id, this.#now);
    this.#inside--;
    for (const follower of this.#followers?.freedBy(job) ?? [])
      if (follower.id < this.#arrived) this.#enter(follower, this.#now);
  }

  #giveAway(): void {
    for (const cpu of this.#cpus) if (!cpu.job && this.#queue.ready > 0) this.#dispatch(cpu);
  }

  #dispatch(cpu: Cpu): void {
    const choice = this.#queue.next(this.#now, cpu.index);
    if (!choice) return;
    const { job, quantum = NEVER } = choice;
    const isSwitch = cpu.last !== undefined && cpu.last !== job;
    if (isSwitch) this.#outcomes.switches++;
    cpu.job = job;
    cpu.last = job;
    job.cpu = cpu.index;
    cpu.switchesFrom = this.#now;
    cpu.runsFrom = this.#now + (isSwitch ? this.#options.switchCost : 0);
    cpu.counted = cpu.runsFrom;
    cpu.isQuantum = quantum < job.left;
    cpu.until = cpu.runsFrom + Math.min(quantum, job.left);
    if (!this.#recorder) return;
    const ready = this.#queue.ready;
    this.#recorder.decision({
      at: this.#now,
      cpu: cpu.index,
      job: job.name,
      what: 'run',
      why: choice.why,
      ready,
    });
  }

  /** Adds up what jobs that run have had until now. */
  #count(cpu: Cpu, job: SimJob): void {
    const ran = this.#now - cpu.counted;
    if (ran <= 0) return;
    job.used += ran;
    job.usedInBurst += ran;
    job.left = Math.max(0, job.left - ran);
    cpu.counted = this.#now;
  }

  #leave(cpu: Cpu, job: SimJob, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    this.#count(cpu, job);
    const ran = Math.max(0, this.#now - cpu.runsFrom);
    // Whoever ends has run, be it for less than can be measured at this time.
    const hasRun = ran > 0 || how === 'ended' || how === 'blocked';
    if (hasRun) {
      this.#outcomes.start(job.id, cpu.runsFrom);
      this.#become(job, 'running', cpu.runsFrom);
    }
    this.#recorder?.span(cpu.index, job.name, cpu.switchesFrom, Math.min(cpu.runsFrom, this.#now), 'switch');
    this.#recorder?.span(cpu.index, job.name, cpu.runsFrom, this.#now, 'run');
    cpu.job = undefined;
    cpu.until = NEVER;
    this.#queue.left(job, ran, this.#now, how);
    if (how === 'blocked') this.#become(job, 'blocked', this.#now);
  }

  #preempt(): void {
    // Each time a better job gets a CPU, so that this ends, if the policy knows what it wants.
    for (let rounds = this.#queue.ready + this.#cpus.length; this.#queue.ready > 0; rounds--) {
      const running: SimJob[] = [];
      for (const cpu of this.#cpus) {
        if (!cpu.job) continue;
        this.#count(cpu, cpu.job);
        running.push(cpu.job);
      }
      const weakest = this.#queue.preempt(running, this.#now, rounds);
      if (!weakest) return;
      const { job, why } = weakest;
      const cpu = this.#cpus[job.cpu as number] as Cpu;
      const ready = this.#queue.ready;
      this.#recorder?.decision({ at: this.#now, cpu: cpu.index, job: job.name, what: 'preempt', why, ready });
      this.#leave(cpu, job, 'preempted');
      this.#ready(job, 'preempted');
      this.#dispatch(cpu);
      // Who made room for a job that may run nowhere else can perhaps go to a CPU that was of no use to that one.
      this.#giveAway();
    }
  }

  #become(job: SimJob, state: SimJob['state'], at: number): void {
    if (job.state === state) return;
    this.#recorder?.transition(at, job.name, job.state, state);
    job.state = state;
  }
}
