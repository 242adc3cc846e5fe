/** Jobs and short ways to drive a run queue by hand. */
import type { Job, RunQueue } from '../../../src/schedule/index.ts';

/** A job whose account can be changed, as a driver does. */
export interface TestJob extends Job {
  expected: number | undefined;
  priority: number;
  usedInBurst: number;
  used: number;
  cpu?: number | undefined;
  cpus?: ReadonlySet<number>;
}

let made = 0;

/** A job that has just arrived. */
export function job(name: string, facts: Partial<TestJob> = {}): TestJob {
  const fresh = { arrival: 0, priority: 0, expected: undefined, usedInBurst: 0, used: 0 };
  return { id: made++, name, ...fresh, ...facts };
}

/** Takes everything out; the names in the order in which they came. */
export function drain(queue: RunQueue<TestJob>, now = 0, cpu = 0): string {
  const names: string[] = [];
  for (let choice = queue.next(now, cpu); choice; choice = queue.next(now, cpu)) names.push(choice.job.name);
  return names.join(' ');
}

/** Adds jobs that have just arrived. */
export function arrive(queue: RunQueue<TestJob>, jobs: readonly TestJob[], now = 0): void {
  for (const one of jobs) queue.add(one, now, 'arrived');
}
