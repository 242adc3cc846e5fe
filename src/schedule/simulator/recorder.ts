/**
 * What a simulation writes down as it goes: who had which CPU when, who was in which state, and why.
 *
 * @module
 */
import type { JobState } from './sim-job.ts';

/** A stretch of time in which a CPU did one thing. */
export interface Span {
  readonly cpu: number;
  readonly job: string;
  readonly from: number;
  readonly to: number;
  /** `switch`: the CPU was about to go over to this job. */
  readonly kind: 'run' | 'switch';
}

/** A job has gone from one state into another. */
export interface Transition {
  readonly at: number;
  readonly job: string;
  /** `outside`: it has come. */
  readonly from: JobState | 'outside';
  readonly to: JobState;
}

/** What a policy decided, and why. */
export interface Decision {
  readonly at: number;
  readonly cpu: number;
  readonly job: string;
  /** It was given the CPU, or had to make room. */
  readonly what: 'run' | 'preempt';
  readonly why: string;
  /** How many jobs were ready then, this one not counted. */
  readonly ready: number;
}

/** Everything that was written down. */
export interface Recording {
  readonly spans: readonly Span[];
  readonly transitions: readonly Transition[];
  readonly decisions: readonly Decision[];
}

export class Recorder {
  readonly #spans: (Span & { to: number })[] = [];
  readonly #transitions: Transition[] = [];
  readonly #decisions: Decision[] = [];
  /** The last span of each CPU: who goes on without a gap has one span. */
  readonly #last: ((Span & { to: number }) | undefined)[] = [];

  span(cpu: number, job: string, from: number, to: number, kind: 'run' | 'switch'): void {
    if (to <= from) return;
    const last = this.#last[cpu];
    if (last && last.job === job && last.kind === kind && last.to === from) {
      last.to = to;
      return;
    }
    const span = { cpu, job, from, to, kind };
    this.#spans.push(span);
    this.#last[cpu] = span;
  }

  transition(at: number, job: string, from: JobState | 'outside', to: JobState): void {
    this.#transitions.push({ at, job, from, to });
  }

  decision(decision: Decision): void {
    this.#decisions.push(decision);
  }

  /** All of it, each list in the order of time. */
  recording(): Recording {
    return {
      spans: this.#spans.toSorted((a, b) => a.from - b.from || a.cpu - b.cpu),
      // That a job runs is known when it leaves the CPU: it may be taken away while the CPU still goes over to it.
      transitions: this.#transitions.toSorted((a, b) => a.at - b.at),
      decisions: this.#decisions,
    };
  }
}
