/**
 * The states of jobs over time, after the model of five states or of three.
 *
 * Three: ready, running, blocked. A job that is not let in yet, or has ended, is in none of them.
 *
 * @module
 */
import type { Transition } from './recorder.ts';
import type { JobState } from './sim-job.ts';

/** A stretch of time in which a job was in one state. */
export interface StateSpan {
  readonly job: string;
  readonly state: JobState;
  readonly from: number;
  /** Undefined for `terminated`, which lasts. */
  readonly to: number | undefined;
}

/** The states, in the order in which they began; those that lasted for no time are left out. */
export function stateSpans(transitions: readonly Transition[], model: 3 | 5): StateSpan[] {
  const spans: StateSpan[] = [];
  const since = new Map<string, number>();
  for (const { at, job, from, to } of transitions) {
    const began = since.get(job) ?? at;
    const isShown = from !== 'outside' && (model === 5 || from !== 'new');
    if (at > began && isShown) spans.push({ job, state: from, from: began, to: at });
    if (to === 'terminated' && model === 5) spans.push({ job, state: to, from: at, to: undefined });
    since.set(job, at);
  }
  return spans.sort((a, b) => a.from - b.from);
}
