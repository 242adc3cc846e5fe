/**
 * What a scheduling policy is: who runs next, for how long, and who must give way.
 *
 * A policy is a description that never changes; `start()` makes a run queue of it, which has the state. So one policy
 * object serves any number of simulations and pools. A run queue knows numbers only: no clock, no process. Whoever
 * drives it (the simulator, a pool) tells it what has happened and when, in a unit of its own, and asks it what to
 * do.
 *
 * @module
 */

/** What a policy may know of something that wants a CPU. */
export interface Job {
  /** Unique, and growing in the order of arrival. */
  readonly id: number;
  readonly name: string;
  readonly arrival: number;
  /** 0 if nobody said anything. */
  readonly priority: number;
  /** How long its present CPU burst is believed to be: declared, or learned; undefined when nobody knows. */
  readonly expected: number | undefined;
  /** CPU time that it has had in its present burst. */
  readonly usedInBurst: number;
  /** CPU time that it has had since it arrived. */
  readonly used: number;
  /** The CPUs that it may run on; all of them if left out. A run queue gives a CPU no other jobs. */
  readonly cpus?: ReadonlySet<number> | undefined;
  /** The CPU that it runs on, or ran on last. Who has jobs with `cpus` must tell. */
  readonly cpu?: number | undefined;
  /** Its share beside that of others: 1 if left out. Only some policies ask. */
  readonly weight?: number | undefined;
  /** When it should have ended. Only some policies ask. */
  readonly deadline?: number | undefined;
}

/** Why a job is ready: it is new, an I/O operation has ended, its quantum is over, another one had to run. */
export type ReadyReason = 'arrived' | 'woken' | 'expired' | 'preempted';

/** What a run queue chose. */
export interface Choice<J extends Job = Job> {
  readonly job: J;
  /** How long it may run before it is put back as `expired`; as long as it wants if left out. */
  readonly quantum?: number;
  /** In words, for the decision log. */
  readonly why: string;
}

/** The state of a policy: the jobs that are ready. Jobs that run are not in it. */
export interface RunQueue<J extends Job = Job> {
  /** Jobs that are ready. */
  readonly size: number;
  /** A job has become ready. */
  add(job: J, now: number, reason: ReadyReason): void;
  /** Takes out a job that is not wanted any more. False if it was not in. */
  remove(job: J): boolean;
  /** Takes out the job that is to run on a CPU that is free. Undefined only when none is ready that may run there. */
  next(now: number, cpu: number): Choice<J> | undefined;
  /**
   * Which of the jobs that run must give way at this moment to one that is ready, if any. Asked whenever something has
   * been added and no CPU is free. Left out by policies that never take a CPU away before the quantum is over.
   */
  preempt?(running: readonly J[], now: number): { readonly job: J; readonly why: string } | undefined;
  /** A job has left its CPU: it ended, blocked, or is about to be added again. `ran` is how long it had it. */
  left?(job: J, ran: number, now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void;
  /** When this queue wants to be called by `tick` though nothing has happened: for aging, for boosts. */
  nextTick?(now: number): number | undefined;
  tick?(now: number): void;
}

/** Enough to make the same policy elsewhere: plain data. Only policies of this library have one. */
export interface PolicySpec {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A scheduling policy. */
export interface Policy {
  readonly name: string;
  /** Whether it may take a CPU from a job that has not ended: then a pool needs workers that can be suspended. */
  readonly isPreemptive: boolean;
  readonly spec?: PolicySpec;
  start<J extends Job>(): RunQueue<J>;
}
