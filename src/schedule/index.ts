/**
 * The door `duodao/schedule`, for users and for the other rooms: policies, and the simulator that tries them.
 *
 * @module
 */
export type { Choice, Job, Policy, PolicySpec, ReadyReason, RunQueue } from './policy.ts';
export { fcfs } from './policies/fcfs.ts';
export { hrrn, type HrrnOptions } from './policies/hrrn.ts';
export { las, type LasOptions } from './policies/las.ts';
export { mlfq, type MlfqOptions } from './policies/mlfq.ts';
export { type PolicyName, policyFromSpec, policyNamed, POLICY_NAMES } from './policies/names.ts';
export type { PreemptedTo, Ties, Unknown } from './policies/options.ts';
export { priority, type PriorityOptions } from './policies/priority.ts';
export { roundRobin, type RoundRobinOptions } from './policies/round-robin.ts';
export { sjf, type SjfOptions, srtf, type SrtfOptions } from './policies/shortest.ts';
export { solaris, type SolarisOptions } from './policies/solaris.ts';
export type { SvgOptions } from './drawing/svg.ts';
export type { Paint, TextOptions } from './drawing/text.ts';
export type { TraceEvent, TraceEvents } from './drawing/trace.ts';
export type { JobOutcome, Measure } from './simulator/outcomes.ts';
export type { Decision, Span, Transition } from './simulator/recorder.ts';
export type { Estimates, JobState } from './simulator/sim-job.ts';
export { simulate, type SimulateOptions } from './simulator/simulate.ts';
export type { StateSpan } from './simulator/states.ts';
export { type Measures, Timeline } from './simulator/timeline.ts';
export type { TimelineJson } from './simulator/timeline-json.ts';
export type { IoSpec, JobSpec } from './simulator/workload.ts';
