/**
 * A timeline as plain data, and back. The form is a contract: pools write it, and it is read years later.
 *
 *     format     'duodao-timeline'
 *     version    1
 *     policy     its name
 *     cpus       how many
 *     jobs       a list: name, arrival, burst (CPU time in all), start, finish; if there were, priority (0), io (a list
 *                of { at, takes }), after what it waited from (`released`)
 *     spans, transitions, decisions     lists, as in recorder.ts; may be left out
 *     switches, switchCost              0 if left out
 *     averages, utilisation, …          for other readers; not read
 *
 * @module
 */
import { ioOf, type JobOutcome, type Measure, MEASURES, type Results } from './outcomes.ts';
import type { Decision, Recording, Span, Transition } from './recorder.ts';
import type { Measures, Timeline, TimelineParts } from './timeline.ts';

/** A timeline as plain data. */
export interface TimelineJson {
  readonly format: 'duodao-timeline';
  readonly version: 1;
  readonly policy: string;
  readonly cpus: number;
  readonly switchCost: number;
  readonly switches: number;
  readonly averages: Measures;
  readonly worst: Measures;
  readonly utilisation: number;
  readonly throughput: number;
  readonly fairness: number;
  readonly jobs: readonly JobOutcome[];
  readonly spans: readonly Span[];
  readonly transitions: readonly Transition[];
  readonly decisions: readonly Decision[];
}

export function jsonOf(timeline: Timeline): TimelineJson {
  const { policy, cpus, switchCost, switches, averages, worst, utilisation, throughput, fairness } = timeline;
  const { jobs, spans, transitions, decisions } = timeline;
  const measured = { averages, worst, utilisation, throughput, fairness };
  const recorded = { jobs, spans, transitions, decisions };
  return {
    format: 'duodao-timeline',
    version: 1,
    policy,
    cpus,
    switchCost,
    switches,
    ...measured,
    ...recorded,
  };
}

/** @throws TypeError that names what is missing or wrong. */
export function partsOf(json: unknown): TimelineParts {
  const whole = object(json, 'a timeline');
  if (whole['format'] !== 'duodao-timeline' || whole['version'] !== 1)
    throw wrong(`it must have the format "duodao-timeline" and the version 1`, whole['format']);
  const jobs = list(whole, 'jobs').map(outcomeOf);
  return {
    policy: typeof whole['policy'] === 'string' ? whole['policy'] : 'unknown',
    cpus: number(whole, 'cpus', 'a timeline', 1),
    switchCost: whole['switchCost'] === undefined ? 0 : number(whole, 'switchCost', 'a timeline', 0),
    switches: whole['switches'] === undefined ? 0 : number(whole, 'switches', 'a timeline', 0),
    results: new KnownResults(jobs),
    recording: recordingOf(whole),
  };
}

/** What was measured elsewhere. */
class KnownResults implements Results {
  readonly jobs: readonly JobOutcome[];

  constructor(jobs: readonly JobOutcome[]) {
    this.jobs = jobs;
  }

  column(measure: Measure | 'finish'): Float64Array {
    return Float64Array.from(this.jobs, (job) => job[measure]);
  }
}

function outcomeOf(entry: unknown, index: number): JobOutcome {
  const job = object(entry, `job ${index}`);
  const { name } = job;
  if (typeof name !== 'string' || name === '') throw wrong(`job ${index} must have a name`, name);
  const what = `the job ${JSON.stringify(name)}`;
  const [arrival, start] = [number(job, 'arrival', what, 0), number(job, 'start', what, 0)];
  const burst = number(job, 'burst', what, Number.MIN_VALUE);
  const finish = number(job, 'finish', what, start);
  const io = job['io'] === undefined ? undefined : list(job, 'io').map((one) => ioSpecOf(one, what));
  const alone = burst + ioOf(io);
  const turnaround = job['turnaround'] === undefined ? finish - arrival : number(job, 'turnaround', what, 0);
  const known: Record<Measure, number> = {
    turnaround,
    waiting: Math.max(0, turnaround - alone),
    response: start - (finish - turnaround),
    slowdown: turnaround / alone,
  };
  for (const measure of MEASURES) if (typeof job[measure] === 'number') known[measure] = job[measure];
  const priority = typeof job['priority'] === 'number' ? job['priority'] : 0;
  return { name, arrival, burst, priority, ...(io && { io }), start, finish, ...known };
}

function ioSpecOf(entry: unknown, what: string): { at: number; takes: number } {
  const io = object(entry, `the I/O of ${what}`);
  return { at: number(io, 'at', what, 0), takes: number(io, 'takes', what, 0) };
}

function recordingOf(whole: Readonly<Record<string, unknown>>): Recording {
  const spans = whole['spans'] === undefined ? [] : list(whole, 'spans');
  for (const [index, entry] of spans.entries()) {
    const span = object(entry, `span ${index}`);
    number(span, 'cpu', `span ${index}`, 0);
    number(span, 'to', `span ${index}`, number(span, 'from', `span ${index}`, 0));
    if (typeof span['job'] !== 'string') throw wrong(`span ${index} must name its job`, span['job']);
  }
  return {
    spans: spans as Span[],
    transitions: (whole['transitions'] === undefined ? [] : list(whole, 'transitions')) as Transition[],
    decisions: (whole['decisions'] === undefined ? [] : list(whole, 'decisions')) as Decision[],
  };
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw wrong(`${what} must be an object`, value);
}

function list(whole: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = whole[name];
  if (Array.isArray(value)) return value;
  throw wrong(`${name} must be a list`, value);
}

function number(from: Readonly<Record<string, unknown>>, name: string, what: string, least: number): number {
  const value = from[name];
  if (typeof value === 'number' && value >= least && value < Number.POSITIVE_INFINITY) return value;
  const must = least === Number.MIN_VALUE ? 'above 0' : `of ${least} or more`;
  throw wrong(`${name} of ${what} must be a number ${must}`, value);
}

function wrong(sentence: string, value: unknown): TypeError {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? 'missing';
  return new TypeError(`Cannot read a timeline as ${sentence}: current value is ${shown}`);
}
