/**
 * Highest response ratio next: (waited + needs) / needs. Short ones come soon, and whoever waits long comes some day.
 *
 * The ratios grow at different paces, so no order holds. But of those that need the same, the one that waits longest
 * is always ahead: there is a line for each length, and only the first of each line is looked at.
 *
 * @module
 */
import type { Choice, Job, Policy, ReadyReason, RunQueue } from '../policy.ts';
import { Line } from '../ready/line.ts';
import { Check, policyOf, timeText, type Unknown } from './options.ts';

/** What highest response ratio next is made with. */
export interface HrrnOptions {
  /** Where jobs stand of which nobody knows what they need: `last` if left out. Among them, the first come first. */
  readonly unknown?: Unknown;
}

/** Highest response ratio next: of those that are ready, the one that has waited longest for what it needs. */
export function hrrn(options: HrrnOptions = {}): Policy {
  const check = new Check('hrrn', options, ['unknown']);
  const unknown = check.unknown(options.unknown ?? 'last');
  return policyOf({
    name: 'hrrn',
    isPreemptive: false,
    options: { unknown },
    start: <J extends Job>(): RunQueue<J> => new ByRatio<J>(unknown),
  });
}

/** The line of those of whom nobody knows anything. */
const NOBODY_KNOWS = -1;

class ByRatio<J extends Job> implements RunQueue<J> {
  readonly #unknown: Unknown;
  readonly #lines = new Map<number, Line<J>>();
  /** Since when they are ready, and what they need. */
  readonly #ready = new Map<J, { readonly since: number; readonly needs: number }>();

  constructor(unknown: Unknown) {
    this.#unknown = unknown;
  }

  get size(): number {
    return this.#ready.size;
  }

  add(job: J, now: number, _reason: ReadyReason): void {
    const assumed = typeof this.#unknown === 'number' ? this.#unknown : NOBODY_KNOWS;
    const needs = job.expected ?? assumed;
    this.#ready.set(job, { since: now, needs });
    let line = this.#lines.get(needs);
    if (!line) this.#lines.set(needs, (line = new Line()));
    line.push(job);
  }

  remove(job: J): boolean {
    const needs = this.#ready.get(job)?.needs;
    if (needs === undefined) return false;
    const line = this.#lines.get(needs) as Line<J>;
    line.remove(job);
    this.#forget(job, needs, line);
    return true;
  }

  next(now: number, cpu: number): Choice<J> | undefined {
    let chosen: J | undefined;
    let best = Number.NEGATIVE_INFINITY;
    for (const [needs, line] of this.#lines) {
      const job = line.first(cpu);
      if (!job) continue;
      const ratio = this.#ratio(job, needs, now);
      if (ratio < best || (ratio === best && chosen !== undefined && job.id > chosen.id)) continue;
      chosen = job;
      best = ratio;
    }
    if (!chosen) return undefined;
    const needs = this.#ready.get(chosen)?.needs as number;
    const line = this.#lines.get(needs) as Line<J>;
    line.shift(cpu);
    this.#forget(chosen, needs, line);
    const why = Number.isFinite(best)
      ? `its ratio ${timeText(best)} is the highest`
      : 'nobody knows what it needs';
    return { job: chosen, why };
  }

  #ratio(job: J, needs: number, now: number): number {
    if (needs === NOBODY_KNOWS)
      return this.#unknown === 'first' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const waited = now - (this.#ready.get(job)?.since as number);
    return needs > 0 ? (waited + needs) / needs : Number.POSITIVE_INFINITY;
  }

  #forget(job: J, needs: number, line: Line<J>): void {
    this.#ready.delete(job);
    if (line.size === 0) this.#lines.delete(needs);
  }
}
