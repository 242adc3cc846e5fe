/**
 * A run queue in which the smallest rank comes first. Most policies are one, and users' own policies can be.
 *
 * The rank of a job is asked when it becomes ready and must hold until it runs. The ranks of those that run are asked
 * again at every question whether one of them must make room; a job must only where the other rank is really smaller.
 *
 * @module
 */
import type { Choice, Job, ReadyReason, RunQueue } from '../policy.ts';
import { Heap } from './heap.ts';

/** How a ranked run queue ranks. */
export interface Ranking {
  /** Smaller comes first. */
  rank(job: Job, now: number): number;
  /** Whether a job that runs makes room for one of a smaller rank. */
  readonly isPreemptive: boolean;
  /** Of equal ranks, the one that arrived first comes first, or the one that is ready for longer. */
  readonly ties: 'arrival' | 'ready';
  /** How long it may run; `next` is the rank of who would come after it. */
  quantum?(job: Job, next: number | undefined): number | undefined;
  /** Why a job of this rank came first. */
  why(rank: number, job: Job): string;
}

export class RankedQueue<J extends Job> implements RunQueue<J> {
  readonly #ranking: Ranking;
  readonly #heap = new Heap<J>();
  #added = 0;
  readonly preempt?: (running: readonly J[], now: number) => { job: J; why: string } | undefined;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
    if (ranking.isPreemptive) this.preempt = (running, now) => this.#weakest(running, now);
  }

  get size(): number {
    return this.#heap.size;
  }

  add(job: J, now: number, _reason: ReadyReason): void {
    const { rank, ties } = this.#ranking;
    this.#heap.push(job, rank(job, now), ties === 'arrival' ? job.id : this.#added++);
  }

  remove(job: J): boolean {
    return this.#heap.remove(job);
  }

  next(_now: number, cpu: number): Choice<J> | undefined {
    const chosen = this.#heap.pop(cpu);
    if (!chosen) return undefined;
    const { job, rank } = chosen;
    const why = this.#ranking.why(rank, job);
    const quantum = this.#ranking.quantum?.(job, this.#heap.first(cpu)?.rank);
    return quantum === undefined ? { job, why } : { job, quantum, why };
  }

  #weakest(running: readonly J[], now: number): { job: J; why: string } | undefined {
    if (this.#heap.size === 0) return undefined;
    let weakest: J | undefined;
    let most = 0;
    let better: J | undefined;
    for (const job of running) {
      const rank = this.#ranking.rank(job, now);
      if (weakest !== undefined && (rank < most || (rank === most && job.id < weakest.id))) continue;
      const first = this.#heap.first(job.cpu);
      if (first === undefined || first.rank >= rank) continue;
      weakest = job;
      most = rank;
      better = first.job;
    }
    if (weakest === undefined || better === undefined) return undefined;
    return { job: weakest, why: `${better.name} comes before it` };
  }
}
