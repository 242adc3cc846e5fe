/**
 * Checking what a policy is made with, and making it.
 *
 * @module
 */
import type { Job, Policy, RunQueue } from '../policy.ts';

/** Who comes first of those that are equal: the one that arrived first, or the one that is ready for longer. */
export type Ties = 'arrival' | 'ready';
/** Where a job goes that had to make room: before those that are its equals, or behind them. */
export type PreemptedTo = 'head' | 'tail';
/** Where jobs stand of which nobody knows how long they take: a number is what they are taken to need. */
export type Unknown = 'first' | 'last' | number;

/** The parts of a policy that its factory says. */
interface Parts {
  readonly name: string;
  readonly isPreemptive: boolean;
  /** All options, with what holds when they are left out; undefined ones do not become a part of the spec. */
  readonly options: Readonly<Record<string, unknown>>;
  start<J extends Job>(): RunQueue<J>;
}

/** Makes a policy that can be made again elsewhere. */
export function policyOf({ name, isPreemptive, options, start }: Parts): Policy {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const spec = Object.freeze({ name, options: Object.freeze(Object.fromEntries(given)) });
  return Object.freeze({ name, isPreemptive, spec, start });
}

/** Checks the options of one policy. */
export class Check {
  readonly #policy: string;

  /** @throws TypeError for what is no object, or has an option that is none of these. */
  constructor(policy: string, options: unknown, names: readonly string[]) {
    this.#policy = policy;
    checkNames(policy, options, names);
  }

  /** A number above 0. */
  positive(name: string, value: unknown): number {
    if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY) return value;
    throw this.#wrong(name, 'a number above 0', value);
  }

  positiveIfAny(name: string, value: unknown): number | undefined {
    return value === undefined ? undefined : this.positive(name, value);
  }

  whole(name: string, value: unknown, least: number, most: number): number {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
      return value as number;
    throw this.#wrong(name, `a whole number from ${least} to ${most}`, value);
  }

  flag(name: string, value: unknown): boolean {
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, 'true or false', value);
  }

  oneOf<const T extends string>(name: string, value: unknown, known: readonly T[]): T {
    const found = known.find((one) => one === value);
    if (found !== undefined) return found;
    throw this.#wrong(name, known.map((one) => `'${one}'`).join(' or '), value);
  }

  unknown(value: unknown): Unknown {
    if (value === 'first' || value === 'last') return value;
    if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
    throw this.#wrong('unknown', "'first', 'last' or a number of 0 or more", value);
  }

  #wrong(name: string, must: string, value: unknown): Error {
    const sentence = `Cannot make the policy ${this.#policy} as ${name} must be ${must}: ${is(value)}`;
    return typeof value === 'number' ? new RangeError(sentence) : new TypeError(sentence);
  }
}

/** Refuses options for a policy that has none. */
export function noOptions(policy: string, options: unknown): void {
  checkNames(policy, options, []);
}

function checkNames(policy: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`Cannot make the policy ${policy} as its options must be an object: ${is(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    const known = names.length === 0 ? 'it has no options' : `it has ${names.join(', ')}`;
    throw new TypeError(`Cannot make the policy ${policy} as it has no option ${name}: ${known}`);
  }
}

function is(value: unknown): string {
  return `current value is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
}

/** A time as the decision log writes it. */
export function timeText(time: number): string {
  return Number.isInteger(time) ? String(time) : String(Number(time.toPrecision(6)));
}
