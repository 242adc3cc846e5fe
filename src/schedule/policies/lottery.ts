/**
 * Shares by lot: each job has as many tickets as its weight, and the winner runs for a quantum. Over many draws,
 * everybody gets its share, and nobody who has a ticket waits for ever.
 *
 * Draws are the same each time, so that a simulation can be had again. Source: Waldspurger and Weihl, "Lottery
 * Scheduling", 1994; the numbers are mulberry32, Tommy Ettinger, public domain. Each draw looks at all that are ready.
 *
 * @module
 */
import type { Choice, Job, Policy, RunQueue } from '../policy.ts';
import { mayRunOn } from '../ready/line.ts';
import { Check, policyOf, timeText } from './options.ts';
import { QUANTUM } from './round-robin.ts';

/** What a lottery is made with. */
export interface LotteryOptions {
  /** How long a winner runs: 20 if left out, which in a pool are milliseconds. */
  readonly quantum?: number;
  /** Another one draws other winners: 1 if left out. */
  readonly seed?: number;
}

const SEED_MOST = 2 ** 32 - 1;

/** A lottery: who has more weight wins more often. */
export function lottery(options: LotteryOptions = {}): Policy {
  const check = new Check('lottery', options, ['quantum', 'seed']);
  const quantum = check.positive('quantum', options.quantum ?? QUANTUM);
  const seed = check.whole('seed', options.seed ?? 1, 0, SEED_MOST);
  return policyOf({
    name: 'lottery',
    isPreemptive: true,
    options: { quantum, seed },
    start: <J extends Job>(): RunQueue<J> => new Draws<J>(quantum, seed),
  });
}

class Draws<J extends Job> implements RunQueue<J> {
  readonly #quantum: number;
  readonly #ready = new Set<J>();
  #state: number;

  constructor(quantum: number, seed: number) {
    this.#quantum = quantum;
    this.#state = seed;
  }

  get size(): number {
    return this.#ready.size;
  }

  add(job: J): void {
    this.#ready.add(job);
  }

  remove(job: J): boolean {
    return this.#ready.delete(job);
  }

  next(_now: number, cpu: number): Choice<J> | undefined {
    let tickets = 0;
    for (const job of this.#ready) if (mayRunOn(job, cpu)) tickets += job.weight ?? 1;
    let left = this.#draw() * tickets;
    let winner: J | undefined;
    for (const job of this.#ready) {
      if (!mayRunOn(job, cpu)) continue;
      winner = job;
      left -= job.weight ?? 1;
      if (left < 0) break;
    }
    if (!winner) return undefined;
    this.#ready.delete(winner);
    const why = `it won with ${timeText(winner.weight ?? 1)} of ${timeText(tickets)} tickets`;
    return { job: winner, quantum: this.#quantum, why };
  }

  #draw(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
