/**
 * The words after `duodao sim`.
 *
 * @module
 */
import { type Options, parseOptions } from '../args.ts';
import { quoted, UsageError } from '../usage-error.ts';
import { type NamedPolicy, policiesOf } from './policies.ts';

const CPUS_MOST = 64;

const TABLE = {
  policy: {
    kind: 'text',
    value: 'LIST',
    about: 'policies, with commas between (fcfs,sjf,srtf,rr,mlfq)',
  },
  cpus: { kind: 'whole', value: 'N', about: 'CPUs (1)', least: 1, most: CPUS_MOST },
  quantum: { kind: 'text', value: 'T', about: 'of rr and las; of mlfq on its best level (4)' },
  'switch-cost': { kind: 'text', value: 'T', about: 'what a CPU needs to go over to another job (0)' },
  degree: {
    kind: 'whole',
    value: 'N',
    about: 'let in N jobs at once; 1 is batch, where the CPU waits for I/O (all)',
    least: 1,
    most: 1_000_000,
  },
  'expired-first': {
    kind: 'flag',
    about: 'at the end of a quantum, its job queues before those that arrive then',
  },
  estimates: {
    kind: 'text',
    value: 'HOW',
    about: 'what policies know of bursts: exact, learned or none (exact)',
  },
  replay: {
    kind: 'text',
    value: 'FILE',
    about: 'the jobs of a recorded run, from a pool or --json, beside that run',
  },
  explain: { kind: 'flag', about: 'print each decision and why it was made' },
  svg: { kind: 'text', value: 'FILE', about: 'write the charts as SVG' },
  trace: { kind: 'text', value: 'FILE', about: 'write a trace for chrome://tracing and Perfetto' },
  json: { kind: 'flag', about: 'print everything as JSON' },
} as const satisfies Options;

/** For the help. */
export const SIM_OPTIONS: Options = TABLE;

export interface SimOptions {
  readonly policies: readonly NamedPolicy[];
  /** As many as the recorded run had, if undefined. */
  readonly cpus: number | undefined;
  readonly switchCost: number;
  readonly degree: number;
  readonly atQuantumEnd: 'arrival-first' | 'expired-first';
  readonly estimates: 'exact' | 'learned' | 'none';
  readonly replay: string | undefined;
  readonly explain: boolean;
  readonly svg: string | undefined;
  readonly trace: string | undefined;
  readonly json: boolean;
  /** A file, or jobs that are written out. */
  readonly workload: readonly string[];
}

/** @throws {@link UsageError} for what is no option, or no value of one. */
export function parseSim(words: readonly string[]): SimOptions {
  const { ours, rest } = apart(words);
  const given = parseOptions(TABLE, ours);
  if (given.replay !== undefined && rest.length > 0)
    throw new UsageError(`Cannot run ${quoted(rest[0])} as --replay says which jobs to run`);
  const quantum = timeOf('quantum', given.quantum, 4);
  if (quantum === 0) throw new UsageError('--quantum must be above 0: it is "0"');
  const { estimates = 'exact' } = given;
  if (estimates !== 'exact' && estimates !== 'learned' && estimates !== 'none')
    throw new UsageError(`--estimates must be exact, learned or none: it is ${quoted(estimates)}`);
  return {
    policies: policiesOf(given.policy ?? 'fcfs,sjf,srtf,rr,mlfq', quantum),
    cpus: given.cpus,
    switchCost: timeOf('switch-cost', given['switch-cost'], 0),
    degree: given.degree ?? Number.POSITIVE_INFINITY,
    atQuantumEnd: given['expired-first'] ? 'expired-first' : 'arrival-first',
    estimates,
    replay: given.replay,
    explain: given.explain,
    svg: given.svg,
    trace: given.trace,
    json: given.json,
    workload: rest,
  };
}

/** The options with their values, and the other words. */
function apart(words: readonly string[]): { ours: string[]; rest: string[] } {
  const ours: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (!word.startsWith('-')) {
      rest.push(word);
      continue;
    }
    ours.push(word);
    const name = word.slice(2);
    const takesValue = Object.hasOwn(TABLE, name) && TABLE[name as keyof typeof TABLE].kind !== 'flag';
    if (takesValue && index + 1 < words.length) ours.push(words[++index] as string);
  }
  return { ours, rest };
}

function timeOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a number of 0 or more: it is ${quoted(text)}`);
}
