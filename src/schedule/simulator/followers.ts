/**
 * Jobs that come after others: who waits for how many, and who is free when one ends.
 *
 * @module
 */
import { type Estimates, SimJob } from './sim-job.ts';
import type { JobSpec } from './workload.ts';

export class Followers {
  /** All jobs, made beforehand, as those that have ended must find those that follow. */
  readonly jobs: readonly SimJob[];
  readonly #followers = new Map<string, SimJob[]>();
  readonly #missing = new Map<SimJob, number>();

  constructor(workload: readonly JobSpec[], estimates: Estimates) {
    this.jobs = workload.map((spec, id) => new SimJob(id, spec, estimates));
    for (const job of this.jobs) {
      const after = job.spec.after ?? [];
      if (after.length > 0) this.#missing.set(job, after.length);
      for (const other of after) {
        const list = this.#followers.get(other) ?? [];
        this.#followers.set(other, list);
        list.push(job);
      }
    }
  }

  mustWait(job: SimJob): boolean {
    return this.#missing.has(job);
  }

  /** Those that waited for nobody but this one. */
  freedBy(ended: SimJob): SimJob[] {
    return (this.#followers.get(ended.name) ?? []).filter((job) => {
      const missing = (this.#missing.get(job) as number) - 1;
      if (missing > 0) this.#missing.set(job, missing);
      else this.#missing.delete(job);
      return missing === 0;
    });
  }
}
