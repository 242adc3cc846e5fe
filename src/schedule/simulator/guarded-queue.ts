/**
 * A run queue as the machine sees it: what the policy answers is checked, and what it throws is told with its name.
 *
 * @module
 */
import type { Choice, Policy, ReadyReason, RunQueue } from '../policy.ts';
import { mayRunOn } from '../ready/line.ts';
import { sameInstant, type SimJob } from './sim-job.ts';

type Question = 'start' | 'add' | 'next' | 'preempt' | 'left' | 'nextTick' | 'tick';

export class GuardedQueue {
  readonly #name: string;
  readonly #queue: RunQueue<SimJob>;
  /** Jobs that were added and not taken. A set, so that the one that is passed over can be named. */
  readonly #ready = new Set<SimJob>();

  constructor(policy: Policy) {
    this.#name = policy.name;
    this.#queue = this.#ask('start', 0, undefined, () => policy.start<SimJob>());
  }

  /** How many jobs are ready. */
  get ready(): number {
    return this.#ready.size;
  }

  add(job: SimJob, now: number, reason: ReadyReason): void {
    this.#ready.add(job);
    this.#ask('add', now, job, () => this.#queue.add(job, now, reason));
  }

  next(now: number, cpu: number): Choice<SimJob> | undefined {
    const choice = this.#ask('next', now, undefined, () => this.#queue.next(now, cpu));
    if (!choice) {
      for (const job of this.#ready)
        if (mayRunOn(job, cpu)) throw this.#fault(now, `picked no job while ${quoted(job.name)} is ready`);
      return undefined;
    }
    const { job, quantum } = choice;
    if (!this.#ready.delete(job)) throw this.#fault(now, `picked ${nameOf(job)}, which is not ready`);
    if (!mayRunOn(job, cpu))
      throw this.#fault(now, `picked ${quoted(job.name)}, which may not run on CPU ${cpu}`);
    if (quantum !== undefined && !(quantum > 0))
      throw this.#fault(now, `gave ${quoted(job.name)} a quantum of ${quantum}, which is not above 0`);
    return choice;
  }

  /** @param rounds - How often it may still be asked at this instant. */
  preempt(
    running: readonly SimJob[],
    now: number,
    rounds: number,
  ): { readonly job: SimJob; readonly why: string } | undefined {
    if (!this.#queue.preempt) return undefined;
    const weakest = this.#ask('preempt', now, undefined, () => this.#queue.preempt?.(running, now));
    if (!weakest) return undefined;
    const { job } = weakest;
    if (!running.includes(job))
      throw this.#fault(now, `wants ${nameOf(job)} to make room, which does not run`);
    if (rounds <= 0) throw this.#fault(now, `takes CPUs away without end, at last from ${quoted(job.name)}`);
    return weakest;
  }

  left(job: SimJob, ran: number, now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    if (this.#queue.left) this.#ask('left', now, job, () => this.#queue.left?.(job, ran, now, how));
  }

  /** When it wants its tick; never is Infinity. */
  nextTick(now: number): number {
    if (!this.#queue.nextTick || this.#ready.size === 0) return Number.POSITIVE_INFINITY;
    const tick = this.#ask('nextTick', now, undefined, () => this.#queue.nextTick?.(now));
    if (tick === undefined || tick === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    if (tick > now) return tick;
    if (sameInstant(tick) > now) return sameInstant(now);
    throw this.#fault(now, `wants a tick at ${tick}, which is over`);
  }

  tick(now: number): void {
    this.#ask('tick', now, undefined, () => this.#queue.tick?.(now));
  }

  /** What to throw when its quanta do not let time pass. */
  tooShort(now: number): TypeError {
    const [first] = this.#ready;
    const job = first ? ` to ${quoted(first.name)} and others` : '';
    return this.#fault(now, `gives quanta${job} that are too short for time to pass`);
  }

  #ask<T>(question: Question, now: number, job: SimJob | undefined, answer: () => T): T {
    try {
      return answer();
    } catch (cause) {
      const [first] = job ? [job] : this.#ready;
      const when = first ? `, when ${quoted(first.name)} was ${job ? 'concerned' : 'ready'}` : '';
      const why = cause instanceof Error ? cause.message : String(cause);
      throw this.#fault(now, `threw in ${question}()${when}: ${why}`, { cause });
    }
  }

  #fault(now: number, what: string, options?: ErrorOptions): TypeError {
    return new TypeError(`Cannot simulate the policy ${this.#name} as at ${now} it ${what}`, options);
  }
}

function nameOf(job: unknown): string {
  const name = (job as Partial<SimJob> | null | undefined)?.name;
  return typeof name === 'string' ? quoted(name) : `something that is no job (${String(job)})`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
