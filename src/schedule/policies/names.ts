/**
 * Policies by name, and made again from what describes them.
 *
 * @module
 */
import type { Policy, PolicySpec } from '../policy.ts';
import { fcfs } from './fcfs.ts';
import { hrrn } from './hrrn.ts';
import { las } from './las.ts';
import { mlfq } from './mlfq.ts';
import { priority } from './priority.ts';
import { roundRobin } from './round-robin.ts';
import { sjf, srtf } from './shortest.ts';
import { solaris } from './solaris.ts';

/** A factory checks its options itself: they come out of a file, or from another process. */
type Factory = (options: never) => Policy;
type Name = 'fcfs' | 'sjf' | 'srtf' | 'priority' | 'hrrn' | 'rr' | 'mlfq' | 'solaris' | 'las';
type Alias = 'roundRobin' | 'round-robin';

/** The names by which policies can be had. */
export type PolicyName = Name | Alias;

const FACTORIES: Readonly<Record<Name, Factory>> = {
  fcfs,
  sjf,
  srtf,
  priority,
  hrrn,
  rr: roundRobin,
  mlfq,
  solaris,
  las,
};
const ALIASES: Readonly<Record<Alias, Name>> = { roundRobin: 'rr', 'round-robin': 'rr' };

/** The names of all policies, without those that mean the same. */
export const POLICY_NAMES: readonly PolicyName[] = Object.freeze(Object.keys(FACTORIES) as Name[]);

/** A policy by its name, with what holds when its options are left out. */
export function policyNamed(name: string): Policy {
  return policyFromSpec({ name, options: {} });
}

/**
 * Makes a policy from its description, which may come from elsewhere.
 *
 * @throws RangeError if there is no policy of this name; TypeError or RangeError for options that it does not take.
 */
export function policyFromSpec({ name, options }: PolicySpec): Policy {
  const factory = factoryOf(name);
  if (factory) return factory(options as never);
  const near = POLICY_NAMES.find((known) => isNear(name, known));
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  const current = `current value is ${JSON.stringify(name)}${guess}`;
  throw new RangeError(
    `Cannot make a policy as its name must be one of ${POLICY_NAMES.join(', ')}: ${current}`,
  );
}

function factoryOf(name: string): Factory | undefined {
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name as Alias] : name;
  return Object.hasOwn(FACTORIES, known) ? FACTORIES[known as Name] : undefined;
}

/** Whether a word becomes a name when its letters are written small, one is left out, put in, or put right. */
function isNear(word: string, name: string): boolean {
  const [a, b] = [word.toLowerCase(), name.toLowerCase()];
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const isSwapped = restA.length > 1 && restA === `${restB[1] ?? ''}${restB[0] ?? ''}${restB.slice(2)}`;
  const isSlip = restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
  return isSlip || isSwapped;
}
