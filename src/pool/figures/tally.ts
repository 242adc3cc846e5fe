/**
 * What a pool counts.
 *
 * @module
 */
import type { Entry } from '../entry.ts';
import { Histogram } from './histogram.ts';

/** A distribution of durations, in milliseconds. Percentiles are at most 9 % too high. */
export interface Durations {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export class Tally {
  done = 0;
  failed = 0;
  cancelled = 0;
  /** Tasks that were put back after a failure. */
  repeated = 0;
  /** Workers that ended while they had a task. */
  deaths = 0;
  readonly #waits: Histogram = new Histogram();
  readonly #runs: Histogram = new Histogram();

  /** A run has ended. */
  ran({ arrival, sentAt, tookMs }: Entry): void {
    this.#waits.add(sentAt - arrival);
    this.#runs.add(tookMs);
  }

  settled(state: 'done' | 'failed' | 'cancelled'): void {
    this[state] += 1;
  }

  /** From the call to the moment when a worker got the task. */
  get waitMs(): Durations {
    return durationsOf(this.#waits);
  }

  /** As long as the function ran. */
  get runMs(): Durations {
    return durationsOf(this.#runs);
  }
}

function durationsOf(histogram: Histogram): Durations {
  return {
    mean: histogram.mean,
    p50: histogram.at(0.5),
    p90: histogram.at(0.9),
    p99: histogram.at(0.99),
    max: histogram.max,
  };
}
