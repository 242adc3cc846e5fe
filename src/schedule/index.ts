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
