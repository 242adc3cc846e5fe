/**
 * Policies as somebody writes them at the command line: `rr`, `rr:4`, `mlfq:1/2/4:boostEvery=50`.
 *
 * @module
 */
import { type Policy, policyFromSpec, policyNamed } from '../../schedule/index.ts';
import { quoted, UsageError } from '../usage-error.ts';

/** A policy, and how it was written. */
export interface NamedPolicy {
  readonly label: string;
  readonly policy: Policy;
}

/** The levels of an mlfq of which nobody says more than one quantum: each has twice that of the one above. */
const LEVELS = 4;

/** @throws {@link UsageError} for a policy that nobody knows, or that does not take what was said of it. */
export function policiesOf(list: string, quantum: number): NamedPolicy[] {
  const labels = list.split(',').map((word) => word.trim());
  const policies = labels.map((label) => ({ label, policy: policyOf(label, quantum) }));
  for (const [index, label] of labels.entries())
    if (labels.indexOf(label) < index) throw new UsageError(`--policy names ${quoted(label)} twice`);
  return policies;
}

function policyOf(label: string, quantum: number): Policy {
  const [name = '', ...parts] = label.split(':');
  try {
    const known = policyNamed(name).name;
    const options: Record<string, unknown> = {};
    for (const part of parts) {
      const [, key, value] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
      if (key !== undefined && value !== undefined) options[key] = valueOf(value);
      else options[known === 'mlfq' ? 'quanta' : 'quantum'] = valueOf(part);
    }
    if (known === 'roundRobin' || known === 'las') options['quantum'] ??= quantum;
    if (known === 'mlfq')
      options['quanta'] ??= Array.from({ length: LEVELS }, (_, level) => quantum * 2 ** level);
    return policyFromSpec({ name: known, options });
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^[\d.]+(\/[\d.]+)+$/.test(text) ? text.split('/').map(Number) : text;
}
