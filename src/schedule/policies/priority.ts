/**
 * By priority, with aging, and turns among equals.
 *
 * **Aging.** A job that waits improves steadily, by one priority in each `agingEvery`. As all that wait improve at the
 * same pace, their order does not change while they wait, and the rank with which a job enters the heap holds:
 * priority + (when it became ready) / agingEvery. What a job has gained it keeps while it runs, and when it is
 * preempted; it loses it when it ends, blocks, or has had its quantum. So that two jobs cannot take the CPU from each
 * other at every instant, one that has aged takes it only when it is better by a whole priority.
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

class ByPriority<J extends Job> implements RunQueue<J> {
  readonly #options: Settled;
  readonly #sign: number;
  readonly #heap = new Heap<J>();
  /** By how much those that run are better than their priority. */
  readonly #gained = new Map<J, number>();
  #added = 0;
  #unshifted = 0;
  readonly preempt?: (running: readonly J[], now: number) => { job: J; why: string } | undefined;
  readonly nextTick?: (now: number) => number | undefined;
  /** When the first in line will be better by a whole priority than one that runs. */
  #overtakes: number | undefined;

  constructor(options: Settled) {
    this.#options = options;
    this.#sign = options.smallerFirst ? 1 : -1;
    if (!options.preemptive) return;
    this.preempt = (running, now) => this.#weakest(running, now);
    if (options.agingEvery !== undefined)
      this.nextTick = () => (this.size === 0 ? undefined : this.#overtakes);
  }

  get size(): number {
    return this.#heap.size;
  }

  add(job: J, now: number, reason: ReadyReason): void {
    const { agingEvery, preemptedTo } = this.#options;
    const gained = (reason === 'preempted' && this.#gained.get(job)) || 0;
    this.#gained.delete(job);
    const rank = this.#sign * job.priority - gained + (agingEvery === undefined ? 0 : now / agingEvery);
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
    if (gained > 0) this.#gained.set(job, gained);
    const aging = gained > 0 ? `, improved by ${timeText(gained)},` : '';
    const why = `its priority ${timeText(job.priority)}${aging} is the best`;
    const { quantum } = this.#options;
    return quantum === undefined ? { job, why } : { job, quantum, why };
  }

  left(job: J, _ran: number, _now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    if (how !== 'preempted') this.#gained.delete(job);
  }

  /** There is nothing to do but to ask again who must make room. */
  tick(): void {
    this.#overtakes = undefined;
  }

  /** What a rank is worth at this moment. */
  #aged(rank: number, now: number): number {
    const { agingEvery } = this.#options;
    return agingEvery === undefined ? rank : rank - now / agingEvery;
  }

  #weakest(running: readonly J[], now: number): { job: J; why: string } | undefined {
    const { agingEvery } = this.#options;
    this.#overtakes = undefined;
    let weakest: J | undefined;
    let better: J | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const job of running) {
      const first = this.#heap.first(job.cpu);
      if (first === undefined) continue;
      const rank = this.#sign * job.priority - (this.#gained.get(job) ?? 0);
      const head = this.#aged(first.rank, now);
      const isBetter = agingEvery === undefined ? head < rank : head <= rank - 1;
      if (agingEvery !== undefined && !isBetter) {
        const then = (first.rank - rank + 1) * agingEvery;
        this.#overtakes = Math.min(this.#overtakes ?? then, then);
      }
      if (!isBetter || rank < most || (rank === most && weakest !== undefined && job.id < weakest.id))
        continue;
      weakest = job;
      better = first.job;
      most = rank;
    }
    if (weakest === undefined || better === undefined) return undefined;
    return { job: weakest, why: `${better.name} has a better priority` };
  }
}
