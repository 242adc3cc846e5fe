/**
 * What ran where and when, for those who asked for it: as a timeline, which can be drawn, kept, and run again in the
 * simulator under another policy.
 *
 * @module
 */
import { type Span, Timeline } from '../../schedule/index.ts';
import { monotonicMs } from '../clock.ts';
import type { Entry } from '../entry.ts';
import type { Settings } from '../options.ts';
import type { Slice } from '../slices/news.ts';

/** A run that has ended; times on the clock of this process. */
interface Run {
  readonly name: string;
  readonly arrival: number;
  readonly start: number;
  readonly finish: number;
  readonly burst: number;
  readonly priority: number;
  readonly cpu: number;
}

/** A simulator knows no job without a length. */
const LEAST_MS = 1e-4;

export class Trace {
  readonly #settings: Settings;
  readonly #runs: Run[] = [];
  #slices: Slice[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** A run has ended just now. */
  ran(entry: Entry, place: number): void {
    const finish = performance.now();
    const burst = Math.max(LEAST_MS, entry.tookMs);
    // A task that is done again is another job.
    const name = entry.attempts > 1 ? `${nameOf(entry)}/${entry.attempts}` : nameOf(entry);
    const start = Math.max(entry.arrival, finish - burst);
    const { arrival, priority } = entry;
    this.#runs.push({ name, arrival, start, finish, burst, priority, cpu: place });
  }

  /** @param slices - What the scheduler has noted since the last time. */
  timeline(slices: readonly Slice[]): Timeline {
    this.#slices = [...this.#slices, ...slices];
    const zero = Math.min(...this.#runs.map(({ arrival }) => arrival), Number.MAX_VALUE);
    const { max: cpus, policy } = this.#settings;
    const spans = policy.isPreemptive ? this.#sliced(zero) : this.#whole(zero);
    const starts = new Map<string, number>();
    for (const { job, from } of spans) starts.set(job, Math.min(from, starts.get(job) ?? from));
    const jobs = this.#runs.map(({ name, arrival, start, finish, burst, priority }) => ({
      name,
      arrival: arrival - zero,
      start: Math.max(arrival - zero, starts.get(name) ?? start - zero),
      finish: finish - zero,
      burst,
      priority,
    }));
    return Timeline.from({ format: 'duodao-timeline', version: 1, policy: policy.name, cpus, jobs, spans });
  }

  #whole(zero: number): Span[] {
    return this.#runs.map(({ name, cpu, start, finish }) => ({
      cpu,
      job: name,
      from: start - zero,
      to: finish - zero,
      kind: 'run',
    }));
  }

  #sliced(zero: number): Span[] {
    const shift = monotonicMs() - performance.now() + zero;
    const known = new Set(this.#runs.map(({ name }) => name));
    return this.#slices
      .map(({ task, name, cpu, start, end }) => ({
        cpu,
        job: `${name}#${task}`,
        from: Math.max(0, start - shift),
        to: Math.max(0, end - shift),
        kind: 'run' as const,
      }))
      .filter(({ job }) => known.has(job));
  }
}

function nameOf({ name, id }: Entry): string {
  return `${name}#${id}`;
}
