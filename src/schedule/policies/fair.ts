/**
 * Fair shares by weight, as Linux does it since 6.6: earliest eligible virtual deadline first.
 *
 * Each job has a virtual time, which grows by what it runs divided by its weight; the time of all is the mean of these,
 * by weight. Who is not ahead of the time of all is eligible, and of those the one goes first whose slice would end
 * soonest: its virtual time plus slice / weight. So nobody gets ahead, or behind, by much more than a slice.
 *
 * A job that blocks keeps how far it was behind or ahead, within a slice, and has it again when it is back.
 *
 * Source: Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First", 1995; the table of weights is that of
 * the kernel, in which a step of niceness is a quarter more or less. Not here: what the kernel does for speed; each
 * choice looks at all jobs that are ready.
 *
 * @module
 */
import type { Choice, Job, Policy, ReadyReason, RunQueue } from '../policy.ts';
import { Check, policyOf, timeText } from './options.ts';
import { mayRunOn } from '../ready/line.ts';
import { QUANTUM } from './round-robin.ts';

/** What fair shares are made with. */
export interface FairOptions {
  /** How long one runs at a time if others wait: 20 if left out, which in a pool are milliseconds. */
  readonly slice?: number;
  /** What a job's priority means if it says no weight: a niceness from -20 to 19 (if left out), or nothing. */
  readonly priorityIs?: 'nice' | 'nothing';
}

/** The weights of Linux by niceness, from -20 to 19. */
const WEIGHTS: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
  2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23,
  18, 15,
];
const NICE_0 = 1024;
const NICE_LEAST = -20;

/** Fair shares: whoever has had least of its share runs, for a slice; shares go by `weight`, or by niceness. */
export function fair(options: FairOptions = {}): Policy {
  const check = new Check('fair', options, ['slice', 'priorityIs']);
  const slice = check.positive('slice', options.slice ?? QUANTUM);
  const priorityIs = check.oneOf('priorityIs', options.priorityIs ?? 'nice', ['nice', 'nothing']);
  return policyOf({
    name: 'fair',
    isPreemptive: true,
    options: { slice, priorityIs },
    start: <J extends Job>(): RunQueue<J> => new Shares<J>(slice, priorityIs === 'nice'),
  });
}

interface Account {
  readonly weight: number;
  /** Its virtual time. */
  virtual: number;
  /** While it is blocked: how far it was behind the time of all, times its weight. */
  lag: number;
}

class Shares<J extends Job> implements RunQueue<J> {
  readonly #slice: number;
  readonly #byNice: boolean;
  readonly #accounts = new Map<J, Account>();
  readonly #ready = new Set<J>();
  /** Those that are ready or run: the sum of their weights, and of their virtual times by weight. */
  #weights = 0;
  #sum = 0;
  /** The time of all when nobody was left. */
  #last = 0;

  constructor(slice: number, byNice: boolean) {
    this.#slice = slice;
    this.#byNice = byNice;
  }

  get size(): number {
    return this.#ready.size;
  }

  add(job: J, _now: number, reason: ReadyReason): void {
    this.#ready.add(job);
    let account = this.#accounts.get(job);
    if (account && (reason === 'expired' || reason === 'preempted')) return;
    if (!account) this.#accounts.set(job, (account = { weight: this.#weightOf(job), virtual: 0, lag: 0 }));
    account.virtual = this.#time() - account.lag / account.weight;
    this.#count(account, 1);
  }

  remove(job: J): boolean {
    if (!this.#ready.delete(job)) return false;
    this.#count(this.#accounts.get(job) as Account, -1);
    this.#accounts.delete(job);
    return true;
  }

  next(_now: number, cpu: number): Choice<J> | undefined {
    const time = this.#time();
    let chosen: J | undefined;
    let soonest = Number.POSITIVE_INFINITY;
    let isBest = false;
    for (const job of this.#ready) {
      if (!mayRunOn(job, cpu)) continue;
      const { virtual, weight } = this.#accounts.get(job) as Account;
      // Rounding must not leave everybody ahead of the mean; and where CPUs are bound, all that may run here can be.
      const isEligible = virtual <= time + this.#slice * 1e-9;
      const deadline = virtual + this.#slice / weight;
      if (chosen !== undefined && isBest && !isEligible) continue;
      if (isEligible === isBest && deadline >= soonest && chosen !== undefined) continue;
      chosen = job;
      soonest = deadline;
      isBest = isEligible;
    }
    if (!chosen) return undefined;
    this.#ready.delete(chosen);
    const behind = (time - (this.#accounts.get(chosen) as Account).virtual) * this.#weightOf(chosen);
    const why = behind > 0 ? `it is ${timeText(behind)} behind its share` : 'its slice would end soonest';
    return { job: chosen, quantum: this.#slice, why };
  }

  left(job: J, ran: number, _now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    const account = this.#accounts.get(job);
    if (!account) return;
    account.virtual += ran / account.weight;
    this.#sum += ran;
    if (how !== 'ended' && how !== 'blocked') return;
    const behind = (this.#time() - account.virtual) * account.weight;
    account.lag = Math.max(-this.#slice, Math.min(this.#slice, behind));
    this.#count(account, -1);
    if (how === 'ended') this.#accounts.delete(job);
  }

  #weightOf({ weight, priority }: J): number {
    if (weight !== undefined || !this.#byNice) return weight ?? 1;
    const nice = Math.max(NICE_LEAST, Math.min(NICE_LEAST + WEIGHTS.length - 1, Math.round(priority)));
    return (WEIGHTS[nice - NICE_LEAST] as number) / NICE_0;
  }

  #time(): number {
    return this.#weights > 0 ? this.#sum / this.#weights : this.#last;
  }

  #count({ weight, virtual }: Account, sign: 1 | -1): void {
    this.#last = this.#time();
    this.#weights += sign * weight;
    this.#sum += sign * weight * virtual;
    if (this.#accounts.size > 0 && this.#weights > weight * 1e-9) return;
    this.#weights = 0;
    this.#sum = 0;
  }
}
