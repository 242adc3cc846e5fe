/**
 * A timeline in the trace event format, which chrome://tracing and Perfetto show: CPUs as the threads of one process,
 * jobs with their states as those of another. A unit of time is a millisecond; the format counts microseconds.
 *
 * @module
 */
import type { Timeline } from '../simulator/timeline.ts';

/** One event of the format. */
export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  /** `X` is a stretch of time, `i` an instant, `M` a name. */
  readonly ph: 'X' | 'i' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The whole file. */
export interface TraceEvents {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
}

const CPUS = 1;
const JOBS = 2;
const MICROSECONDS = 1000;

export function chromeTrace(timeline: Timeline): TraceEvents {
  const { cpus, jobs, spans, decisions } = timeline;
  const ids = new Map(jobs.map(({ name }, index) => [name, index]));
  const named = (pid: number, tid: number, what: string, name: string): TraceEvent => ({
    name: what,
    ph: 'M',
    pid,
    tid,
    args: { name },
  });
  const events: TraceEvent[] = [
    named(CPUS, 0, 'process_name', 'CPUs'),
    named(JOBS, 0, 'process_name', 'jobs'),
    ...Array.from({ length: cpus }, (_, cpu) => named(CPUS, cpu, 'thread_name', `CPU ${cpu}`)),
    ...jobs.map(({ name }, index) => named(JOBS, index, 'thread_name', name)),
  ];
  for (const { cpu, job, from, to, kind } of spans) {
    const name = kind === 'switch' ? `to ${job}` : job;
    events.push({
      name,
      cat: kind,
      ph: 'X',
      pid: CPUS,
      tid: cpu,
      ts: from * MICROSECONDS,
      dur: lasting(from, to),
    });
  }
  for (const { job, state, from, to } of timeline.states(5)) {
    if (to === undefined) continue;
    const tid = ids.get(job) as number;
    events.push({
      name: state,
      cat: 'state',
      ph: 'X',
      pid: JOBS,
      tid,
      ts: from * MICROSECONDS,
      dur: lasting(from, to),
    });
  }
  for (const { at, cpu, job, what, why, ready } of decisions) {
    const args = { why, ready };
    const ts = at * MICROSECONDS;
    events.push({ name: `${what} ${job}`, cat: 'decision', ph: 'i', pid: CPUS, tid: cpu, ts, s: 't', args });
  }
  return { traceEvents: events, displayTimeUnit: 'ms' };
}

function lasting(from: number, to: number): number {
  return (to - from) * MICROSECONDS;
}
