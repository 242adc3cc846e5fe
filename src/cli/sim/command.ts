/**
 * `duodao sim`: read, simulate, compare, print.
 *
 * @module
 */
import { type JobSpec, simulate, type Timeline } from '../../schedule/index.ts';
import type { Output } from '../main.ts';
import { print } from '../print.ts';
import { jsonText } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { writeSvg, writeTrace } from './files.ts';
import { parseSim, type SimOptions } from './options.ts';
import type { NamedPolicy } from './policies.ts';
import { type Run, runLines } from './view.ts';
import { readRecorded, readWorkload } from './workload.ts';

const COLUMNS = 80;

/** Runs the command with the words after its name; returns the exit code. */
export async function sim(words: readonly string[], { out, err }: Output): Promise<number> {
  const options = parseSim(words);
  const recorded = options.replay === undefined ? undefined : await readRecorded(options.replay);
  const jobs = recorded ? recorded.toWorkload() : await readWorkload(options.workload);
  if (jobs.length === 0) throw new UsageError('Cannot simulate as there are no jobs');
  if (!recorded && options.workload.length === 0)
    await print(err, 'No workload was given: this is the sample.\n');
  const runs: Run[] = recorded ? [{ label: `recorded (${recorded.policy})`, timeline: recorded }] : [];
  for (const named of options.policies)
    runs.push({ label: named.label, timeline: run(jobs, named, options, recorded?.cpus ?? 1) });
  if (options.svg !== undefined) await writeSvg(options.svg, runs);
  if (options.trace !== undefined) await writeTrace(options.trace, runs);
  if (options.json) await print(out, `${jsonText({ runs: runs.map(jsonOf) })}\n`);
  else {
    const terminal = out as Partial<NodeJS.WriteStream>;
    const colours = terminal.hasColors?.() ?? false;
    await print(
      out,
      runLines(runs, { colours, columns: terminal.columns ?? COLUMNS, explain: options.explain }),
    );
  }
  return 0;
}

function jsonOf({ label, timeline }: Run): object {
  return { label, ...timeline.toJSON() };
}

function run(jobs: readonly JobSpec[], { policy }: NamedPolicy, options: SimOptions, cpus: number): Timeline {
  const { switchCost, degree, atQuantumEnd, estimates } = options;
  try {
    return simulate(jobs, policy, {
      cpus: options.cpus ?? cpus,
      switchCost,
      degree,
      atQuantumEnd,
      estimates,
    });
  } catch (cause) {
    // All policies here are of the library: what it refuses is the workload.
    if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}
