/**
 * By priority, with aging, and turns among equals.
 *
 * **Aging.** A job that waits improves steadily, by one priority in each `agingEvery`. As all that wait improve at
 * the same pace, their order does not change while they wait, and the rank with which a job enters the heap holds:
 * priority × agingEvery + when it became ready. A rank is a time, so that whole numbers stay whole. What a job has
 * gained it keeps while it runs, and when it is preempted; it loses it when it ends, blocks, or has had its quantum.
 * So that two jobs cannot take the CPU from each other at every instant, one that has aged takes it only when it is
 * better by a whole priority.
 *
 * Inside, smaller is better: where larger numbers come first, they are negated.
 *
 * @module
 */
import type { Choice, Job, Policy, ReadyReason, RunQueue } from '../policy.ts';
import { Heap } from '../ready/heap.ts';
import { Check, policyOf, type PreemptedTo, timeText } from './options.ts';

/** What a policy by priority is made with. */
export interface PriorityOptions {
  /** Whether a job makes room for one of better priority. It does not, if left out. */
  readonly preemptive?: boolean;
  /** Whether 1 comes before 2, as in Unix: so if left out. */
  readonly smallerFirst?: boolean;
  /** How long a job waits to improve by one priority; without it, nobody improves, and the worst may wait for ever. */
  readonly agingEvery?: number;
  /** How long one may run before its equals take their turns; as long as it wants, if left out. */
  readonly quantum?: number;
  /** Where one goes that made room for a better one: behind its equals, if left out. */
  readonly preemptedTo?: PreemptedTo;
}

type Settled = Required<Pick<PriorityOptions, 'preemptive' | 'smallerFirst' | 'preemptedTo'>> &
  Pick<PriorityOptions, 'agingEvery' | 'quantum'>;

/** By priority: the best one first, and of equals the one that is ready for longest. */
export function priority(options: PriorityOptions = {}): Policy {
  const names = ['preemptive', 'smallerFirst', 'agingEvery', 'quantum', 'preemptedTo'];
  const check = new Check('priority', options, names);
  const agingEvery = check.positiveIfAny('agingEvery', options.agingEvery);
  const quantum = check.positiveIfAny('quantum', options.quantum);
  const settled: Settled = {
    preemptive: check.flag('preemptive', options.preemptive ?? false),
    smallerFirst: check.flag('smallerFirst', options.smallerFirst ?? true),
    preemptedTo: check.oneOf('preemptedTo', options.preemptedTo ?? 'tail', ['head', 'tail']),
    ...(agingEvery !== undefined && { agingEvery }),
    ...(quantum !== undefined && { quantum }),
  };
  return policyOf({
    name: 'priority',
    isPreemptive: settled.preemptive || quantum !== undefined,
    options: settled,
    start: <J extends Job>(): RunQueue<J> => new ByPriority<J>(settled),
  });
}

/** So that a tick at the very moment of overtaking is not a moment too early. */
const ROUNDING = 1e-9;

class ByPriority<J extends Job> implements RunQueue<J> {
  readonly #options: Settled;
  readonly #sign: number;
  readonly #heap = new Heap<J>();
  /** What those that run are worth: their priority, and what they have gained. */
  readonly #running = new Map<J, number>();
  /** By how much those that were preempted are better than their priority, until they are added again. */
  readonly #gained = new Map<J, number>();
  #added = 0;
  #unshifted = 0;
  readonly preempt?: (running: readonly J[], now: number) => { job: J; why: string } | undefined;
  readonly nextTick?: (now: number) => number | undefined;

  constructor(options: Settled) {
    this.#options = options;
    this.#sign = options.smallerFirst ? 1 : -1;
    if (!options.preemptive) return;
    this.preempt = (running, now) => this.#weakest(running, now);
    if (options.agingEvery !== undefined) this.nextTick = () => this.#overtakes(options.agingEvery as number);
  }

  get size(): number {
    return this.#heap.size;
  }

  add(job: J, now: number, reason: ReadyReason): void {
    const { agingEvery, preemptedTo } = this.#options;
    const gained = this.#gained.get(job) ?? 0;
    this.#gained.delete(job);
    const worth = this.#sign * job.priority - gained;
    const rank = agingEvery === undefined ? worth : worth * agingEvery + now;
    const isFirst = reason === 'preempted' && preemptedTo === 'head';
    this.#heap.push(job, rank, isFirst ? --this.#unshifted : this.#added++);
  }

  remove(job: J): boolean {
    return this.#heap.remove(job);
  }

  next(now: number, cpu: number): Choice<J> | undefined {
    const chosen = this.#heap.pop(cpu);
    if (!chosen) return undefined;
    const { job, rank } = chosen;
    const gained = this.#sign * job.priority - this.#aged(rank, now);
    if (this.preempt) this.#running.set(job, this.#aged(rank, now));
    const aging = gained > 0 ? `, improved by ${timeText(gained)},` : '';
    const why = `its priority ${timeText(job.priority)}${aging} is the best`;
    const { quantum } = this.#options;
    return quantum === undefined ? { job, why } : { job, quantum, why };
  }

  left(job: J, _ran: number, _now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    const worth = this.#running.get(job);
    this.#running.delete(job);
    if (how === 'preempted' && worth !== undefined) this.#gained.set(job, this.#sign * job.priority - worth);
  }

  /** What a rank is worth at this moment. */
  #aged(rank: number, now: number): number {
    const { agingEvery } = this.#options;
    return agingEvery === undefined ? rank : (rank - now) / agingEvery;
  }

  /** When the first in line will be better by a whole priority than one that runs. */
  #overtakes(agingEvery: number): number | undefined {
    let soonest: number | undefined;
    for (const [job, worth] of this.#running) {
      const first = this.#heap.first(job.cpu);
      if (first === undefined) continue;
      const then = first.rank - (worth - 1) * agingEvery;
      soonest = Math.min(soonest ?? then, then);
    }
    return soonest;
  }

  #weakest(running: readonly J[], now: number): { job: J; why: string } | undefined {
    const isAging = this.#options.agingEvery !== undefined;
    let weakest: J | undefined;
    let better: J | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const job of running) {
      const first = this.#heap.first(job.cpu);
      if (first === undefined) continue;
      const worth = this.#running.get(job) ?? this.#sign * job.priority;
      const head = this.#aged(first.rank, now);
      const isBetter = isAging ? head <= worth - 1 + ROUNDING : head < worth;
      if (!isBetter || worth < most || (worth === most && weakest !== undefined && job.id < weakest.id))
        continue;
      weakest = job;
      better = first.job;
      most = worth;
    }
    if (weakest === undefined || better === undefined) return undefined;
    return { job: weakest, why: `${better.name} has a better priority` };
  }
}
