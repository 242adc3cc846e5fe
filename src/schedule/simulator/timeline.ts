/**
 * What a simulation, or a real run, has come to.
 *
 * @module
 */
import { ganttText, type TextOptions } from '../drawing/text.ts';
import { ganttSvg, type SvgOptions } from '../drawing/svg.ts';
import { chromeTrace, type TraceEvents } from '../drawing/trace.ts';
import { jsonOf, partsOf, type TimelineJson } from './timeline-json.ts';
import type { JobOutcome, Measure, Results } from './outcomes.ts';
import type { Decision, Recording, Span, Transition } from './recorder.ts';
import { type StateSpan, stateSpans } from './states.ts';
import type { JobSpec } from './workload.ts';

/** What a timeline is made of. */
export interface TimelineParts {
  readonly policy: string;
  readonly cpus: number;
  readonly switchCost: number;
  readonly switches: number;
  readonly results: Results;
  readonly recording: Recording;
}

/** A number for each thing that is measured. */
export type Measures = Readonly<Record<Measure, number>>;

/** Who ran when, and what became of everybody. */
export class Timeline {
  /** The name of the policy. */
  readonly policy: string;
  readonly cpus: number;
  readonly switchCost: number;
  /** How often a CPU went over from one job to another. */
  readonly switches: number;
  /** Who had which CPU when; empty if it was not recorded. */
  readonly spans: readonly Span[];
  readonly transitions: readonly Transition[];
  /** What the policy decided, and why. */
  readonly decisions: readonly Decision[];
  readonly #results: Results;
  readonly #sorted = new Map<Measure, Float64Array>();
  #averages: Measures | undefined;

  constructor(parts: TimelineParts) {
    this.policy = parts.policy;
    this.cpus = parts.cpus;
    this.switchCost = parts.switchCost;
    this.switches = parts.switches;
    this.#results = parts.results;
    ({ spans: this.spans, transitions: this.transitions, decisions: this.decisions } = parts.recording);
  }

  /**
   * Reads what `toJSON()` has given, or what was recorded elsewhere in the same form.
   *
   * @throws TypeError that names what is missing or wrong.
   */
  static from(json: unknown): Timeline {
    return new Timeline(partsOf(json));
  }

  /** How it went for each job, in the order of arrival. */
  get jobs(): readonly JobOutcome[] {
    return this.#results.jobs;
  }

  get averages(): Measures {
    this.#averages ??= forEach((measure) => mean(this.#results.column(measure)));
    return this.#averages;
  }

  /** The worst of each: how long the job waited that waited longest. */
  get worst(): Measures {
    return forEach((measure) => this.#column(measure).at(-1) ?? 0);
  }

  /** What so many per cent of the jobs do not exceed. */
  percentile(measure: Measure, percent: number): number {
    if (!(percent >= 0 && percent <= 100))
      throw new RangeError(
        `Cannot give a percentile as it must be from 0 to 100: current value is ${percent}`,
      );
    const column = this.#column(measure);
    return column[Math.max(0, Math.ceil((percent / 100) * column.length) - 1)] ?? 0;
  }

  /** When the first job arrived. */
  get begin(): number {
    return this.jobs.reduce((first, { arrival }) => Math.min(first, arrival), this.jobs[0]?.arrival ?? 0);
  }

  /** When the last job ended. */
  get end(): number {
    return this.#results.column('finish').reduce((last, finish) => Math.max(last, finish), 0);
  }

  /** The part of the time, from the first arrival to the last end, in which CPUs ran jobs. */
  get utilisation(): number {
    const time = (this.end - this.begin) * this.cpus;
    return time > 0 ? this.jobs.reduce((sum, { burst }) => sum + burst, 0) / time : 0;
  }

  /** Jobs per unit of time. */
  get throughput(): number {
    const time = this.end - this.begin;
    return time > 0 ? this.jobs.length / time : 0;
  }

  /** Jain's index of what jobs got of a machine for themselves: 1 if all got the same part, 1/n if one got all. */
  get fairness(): number {
    let sum = 0;
    let squares = 0;
    const slowdowns = this.#results.column('slowdown');
    for (const slowdown of slowdowns) {
      sum += 1 / slowdown;
      squares += 1 / slowdown ** 2;
    }
    return squares > 0 ? sum ** 2 / (slowdowns.length * squares) : 1;
  }

  /** Who was in which state from when to when, after the model of three states or of five. */
  states(model: 3 | 5 = 5): StateSpan[] {
    return stateSpans(this.transitions, model);
  }

  /** A chart for a terminal: a row for each CPU and each job, and a table of what was measured. */
  toText(options: TextOptions = {}): string {
    return ganttText(this, options);
  }

  /** A chart as an SVG document. */
  toSvg(options: SvgOptions = {}): string {
    return ganttSvg(this, options);
  }

  /** Plain data, which `Timeline.from` and `duodao sim --replay` read. */
  toJSON(): TimelineJson {
    return jsonOf(this);
  }

  /** For chrome://tracing and Perfetto; a unit of time is a millisecond. */
  toTrace(): TraceEvents {
    return chromeTrace(this);
  }

  /** The jobs as a workload, to be run again under another policy. */
  toWorkload(): JobSpec[] {
    return this.jobs.map(({ name, arrival, burst, priority, io }) => ({
      name,
      arrival,
      burst,
      priority,
      ...(io && { io }),
    }));
  }

  #column(measure: Measure): Float64Array {
    const known = this.#sorted.get(measure) ?? this.#results.column(measure).slice().sort();
    this.#sorted.set(measure, known);
    return known;
  }
}

function forEach(measured: (measure: Measure) => number): Measures {
  return {
    turnaround: measured('turnaround'),
    waiting: measured('waiting'),
    response: measured('response'),
    slowdown: measured('slowdown'),
  };
}

function mean(column: Float64Array): number {
  return column.length === 0 ? 0 : column.reduce((sum, value) => sum + value, 0) / column.length;
}
