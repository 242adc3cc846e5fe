/**
 * Running a workload under a policy, on a machine that exists only here.
 *
 * @module
 */
import type { Policy } from '../policy.ts';
import { type PolicyName, policyNamed } from '../policies/names.ts';
import { GuardedQueue } from './guarded-queue.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { Outcomes } from './outcomes.ts';
import { Recorder } from './recorder.ts';
import type { Estimates } from './sim-job.ts';
import { Timeline } from './timeline.ts';
import { checkedWorkload, type JobSpec } from './workload.ts';

/** How a machine is simulated. */
export interface SimulateOptions {
  /** How many CPUs it has: 1 if left out. */
  readonly cpus?: number;
  /** How long a CPU needs to go over from one job to another: 0 if left out. Going on with the same job is free. */
  readonly switchCost?: number;
  /** How many jobs are let in at once: 1 is batch, where the CPU waits with its job for I/O. All, if left out. */
  readonly degree?: number;
  /** Who queues first: a job that arrives at the end of a quantum (if left out), or the one whose quantum it was. */
  readonly atQuantumEnd?: 'arrival-first' | 'expired-first';
  /** What the policy is told of CPU bursts: their length (if left out), what the job's last ones suggest, nothing. */
  readonly estimates?: Estimates;
  /** Whether spans, transitions and decisions are kept: so if left out. A million jobs are better off without. */
  readonly record?: boolean;
}

const NAMES: Readonly<Record<keyof SimulateOptions, true>> = {
  cpus: true,
  switchCost: true,
  degree: true,
  atQuantumEnd: true,
  estimates: true,
  record: true,
};
const CPUS_MOST = 4096;

/**
 * Runs jobs under a policy, and tells what became of them.
 *
 * @throws TypeError or RangeError for a workload or options that cannot be, and for a policy that throws, picks
 *   nothing while a job is ready, or picks a job that is not.
 */
export function simulate(
  jobs: readonly JobSpec[],
  policy: Policy | PolicyName,
  options: SimulateOptions = {},
): Timeline {
  const machineOptions = checked(options);
  const { cpus, switchCost } = machineOptions;
  const workload = checkedWorkload(jobs, cpus);
  const chosen = typeof policy === 'string' ? policyNamed(policy) : policy;
  const outcomes = new Outcomes(workload);
  const recorder = options.record === false ? undefined : new Recorder();
  new Machine(workload, machineOptions, new GuardedQueue(chosen), outcomes, recorder).run();
  return new Timeline({
    policy: chosen.name,
    cpus,
    switchCost,
    switches: outcomes.switches,
    results: outcomes,
    recording: recorder?.recording() ?? { spans: [], transitions: [], decisions: [] },
  });
}

function checked(options: SimulateOptions): MachineOptions {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(NAMES, name))
      throw new TypeError(
        `Cannot simulate as there is no option ${name}: there are ${Object.keys(NAMES).join(', ')}`,
      );
  const {
    cpus = 1,
    switchCost = 0,
    degree = Number.POSITIVE_INFINITY,
    atQuantumEnd = 'arrival-first',
    estimates = 'exact',
  } = options;
  const check = (isFine: boolean, name: string, must: string, value: unknown): void => {
    if (!isFine)
      throw new RangeError(`Cannot simulate as ${name} must be ${must}: current value is ${String(value)}`);
  };
  const isDegree = degree === Number.POSITIVE_INFINITY || Number.isInteger(degree);
  check(Number.isInteger(cpus) && cpus >= 1 && cpus <= CPUS_MOST, 'cpus', `from 1 to ${CPUS_MOST}`, cpus);
  check(Number.isFinite(switchCost) && switchCost >= 0, 'switchCost', '0 or more', switchCost);
  check(isDegree && degree >= 1, 'degree', 'a whole number of 1 or more', degree);
  const ends = ['arrival-first', 'expired-first'];
  check(ends.includes(atQuantumEnd), 'atQuantumEnd', `'arrival-first' or 'expired-first'`, atQuantumEnd);
  const known = ['exact', 'learned', 'none'];
  check(known.includes(estimates), 'estimates', `'exact', 'learned' or 'none'`, estimates);
  return { cpus, switchCost, degree, atQuantumEnd, estimates };
}
