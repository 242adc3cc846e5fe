/**
 * The run queue of multi-level feedback: a line for each level, and a table that says where a job goes from there.
 *
 * Level 0 comes first. What is known of a job: its level, and how much of the quantum of that level it has used. Both
 * stay with it while it runs and while it is blocked, until it ends.
 *
 * **Boosts** happen at the multiples of `boostEvery` and reach everybody: whoever is ready at once, the others when
 * they are looked at next, by the number of the boost that they have seen last. So they need no list of all jobs.
 *
 * @module
 */
import type { Choice, Job, ReadyReason, RunQueue } from '../policy.ts';
import { Line } from '../ready/line.ts';
import { type PreemptedTo, timeText } from './options.ts';

/** A level, and the levels to which one goes from it. */
export interface Level {
  readonly quantum: number;
  /** After its quantum. */
  readonly expired: number;
  /** After waiting for I/O. */
  readonly woken: number;
  /** At a boost. */
  readonly boosted: number;
}

/** Everything a run queue of levels is made with. */
export interface Levels {
  readonly table: readonly Level[];
  /** Where one begins. */
  readonly first: number;
  readonly boostEvery: number | undefined;
  readonly isPreemptive: boolean;
  readonly demoteWhenAlone: boolean;
  /** Whether what one has used of its quantum counts on after it was blocked. */
  readonly keepUsed: boolean;
  readonly preemptedTo: PreemptedTo;
  /** How a level is called. */
  label(level: number): string;
}

interface Standing {
  level: number;
  used: number;
  /** The last boost that it has had. */
  boost: number;
}

export class LevelQueue<J extends Job> implements RunQueue<J> {
  readonly #levels: Levels;
  readonly #lines: readonly Line<J>[];
  readonly #standings = new Map<J, Standing>();
  #size = 0;
  #boost: number | undefined;
  readonly preempt?: (running: readonly J[], now: number) => { job: J; why: string } | undefined;
  readonly nextTick?: (now: number) => number | undefined;

  constructor(levels: Levels) {
    this.#levels = levels;
    this.#lines = levels.table.map(() => new Line<J>());
    if (levels.isPreemptive) this.preempt = (running, now) => this.#weakest(running, now);
    const { boostEvery } = levels;
    if (boostEvery !== undefined)
      this.nextTick = (now) =>
        this.#size === 0 ? undefined : (Math.floor(now / boostEvery) + 1) * boostEvery;
  }

  get size(): number {
    return this.#size;
  }

  add(job: J, now: number, reason: ReadyReason): void {
    this.tick(now);
    const standing = this.#standings.get(job) ?? this.#arrive(job);
    const hadBoost = this.#catchUp(standing);
    if (reason === 'expired' && !hadBoost) this.#expire(standing);
    if (reason === 'woken') this.#wake(standing);
    const line = this.#lines[standing.level] as Line<J>;
    if (reason === 'preempted' && this.#levels.preemptedTo === 'head') line.unshift(job);
    else line.push(job);
    this.#size++;
  }

  remove(job: J): boolean {
    const level = this.#standings.get(job)?.level;
    if (level === undefined || !this.#lines[level]?.remove(job)) return false;
    this.#standings.delete(job);
    this.#size--;
    return true;
  }

  next(now: number, cpu: number): Choice<J> | undefined {
    this.tick(now);
    if (this.#size === 0) return undefined;
    for (const [level, line] of this.#lines.entries()) {
      const job = line.shift(cpu);
      if (!job) continue;
      this.#size--;
      const { quantum } = this.#levels.table[level] as Level;
      const { used } = this.#standings.get(job) as Standing;
      const why = `level ${this.#levels.label(level)} is the best with a job`;
      return {
        job,
        quantum: quantum - used,
        why: used > 0 ? `${why}; it has used ${timeText(used)} of its quantum` : why,
      };
    }
    return undefined;
  }

  left(job: J, ran: number, _now: number, how: 'ended' | 'blocked' | 'expired' | 'preempted'): void {
    if (how === 'ended') {
      this.#standings.delete(job);
      return;
    }
    const standing = this.#standings.get(job);
    if (!standing) return;
    standing.used += ran;
    // What is used up to the last bit is a quantum that is over: a remainder of 0 would be no quantum.
    const { quantum } = this.#levels.table[standing.level] as Level;
    if (how !== 'expired' && standing.used >= quantum * (1 - 1e-9)) this.#expire(standing);
  }

  tick(now: number): void {
    const { boostEvery } = this.#levels;
    if (boostEvery === undefined) return;
    const boost = Math.floor(now / boostEvery);
    this.#boost ??= boost;
    if (boost <= this.#boost) return;
    this.#boost = boost;
    if (this.#size === 0) return;
    const ready: J[] = [];
    for (const line of this.#lines) for (let job = line.shift(); job; job = line.shift()) ready.push(job);
    for (const job of ready) {
      const standing = this.#standings.get(job) as Standing;
      this.#catchUp(standing);
      this.#lines[standing.level]?.push(job);
    }
  }

  #arrive(job: J): Standing {
    const standing = { level: this.#levels.first, used: 0, boost: this.#boost ?? 0 };
    this.#standings.set(job, standing);
    return standing;
  }

  #move(standing: Standing, level: number): void {
    standing.level = level;
    standing.used = 0;
  }

  #expire(standing: Standing): void {
    const isAlone = this.#size === 0 && !this.#levels.demoteWhenAlone;
    this.#move(standing, isAlone ? standing.level : (this.#levels.table[standing.level] as Level).expired);
  }

  #wake(standing: Standing): void {
    const { woken } = this.#levels.table[standing.level] as Level;
    if (woken !== standing.level || !this.#levels.keepUsed) this.#move(standing, woken);
  }

  /** Gives the boosts that one has missed; true if there were any. */
  #catchUp(standing: Standing): boolean {
    const boost = this.#boost ?? 0;
    if (standing.boost === boost) return false;
    this.#move(standing, this.#boosted(standing));
    standing.boost = boost;
    return true;
  }

  /** The level of one after the boosts that it has missed. */
  #boosted({ level, boost }: Standing): number {
    // After as many boosts as there are levels nothing moves any more.
    const missed = Math.min((this.#boost ?? 0) - boost, this.#levels.table.length);
    let now = level;
    for (let count = 0; count < missed; count++) now = (this.#levels.table[now] as Level).boosted;
    return now;
  }

  #weakest(running: readonly J[], now: number): { job: J; why: string } | undefined {
    this.tick(now);
    if (this.#size === 0) return undefined;
    let weakest: J | undefined;
    let better = '';
    let worst = -1;
    for (const job of running) {
      const standing = this.#standings.get(job);
      const level = standing ? this.#boosted(standing) : this.#levels.first;
      if (level < worst || (level === worst && weakest !== undefined && job.id < weakest.id)) continue;
      const first = this.#firstOn(job.cpu, level);
      if (!first) continue;
      weakest = job;
      worst = level;
      better = first.name;
    }
    return weakest && { job: weakest, why: `${better} is on a better level` };
  }

  /** The first job for a CPU on a level better than this one. */
  #firstOn(cpu: number | undefined, level: number): J | undefined {
    for (let above = 0; above < level; above++) {
      const job = this.#lines[above]?.first(cpu);
      if (job) return job;
    }
    return undefined;
  }
}
