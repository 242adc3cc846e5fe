/**
 * `duodao map`: parse, find the function, run it.
 *
 * A worker loads the module and says what it exports, so that nothing of the user's runs in the process that hands out
 * the items: a module that hangs, exits or prints does that there.
 *
 * @module
 */
import { Pool } from '../../pool/index.ts';
import type { PolicyName } from '../../schedule/index.ts';
import { codeOfEndBy, onInterrupt } from '../interrupt.ts';
import type { Output } from '../main.ts';
import { UsageError } from '../usage-error.ts';
import { nameOf } from './discovery.ts';
import { dryRun } from './dry-run.ts';
import { runJob } from './job.ts';
import { Journal } from './journal.ts';
import { type MapOptions, parseMap } from './options.ts';
import { openSource } from './source.ts';
import { findTarget } from '../target.ts';
import { TraceFile } from './trace-file.ts';
import { loaderFlag } from '../typescript.ts';
import { type Assignment, discovered, prepare } from './worker.ts';

/** Blocks on their way for each worker: it has one, and there are others for it when it comes to its end. */
const SLOTS_EACH = 3;

/** Runs the command with the words after its name; returns the exit code. */
export async function map(words: readonly string[], output: Output): Promise<number> {
  const options = parseMap(words);
  const target = findTarget(options.target, 'map by');
  const flag = loaderFlag(target.url);
  // Workers start with the flags of this process.
  if (flag !== undefined) process.execArgv.push(flag);
  const source = await openSource(options.input);
  const trace = options.trace === undefined ? undefined : new TraceFile(options.trace);
  const interruption = new AbortController();
  const { signal } = interruption;
  const shown = { end: (): void => {} };
  const stopListening = onInterrupt(interruption, () => shown.end());
  const journal = goesInBlocks(options) ? new Journal(options.jobs * SLOTS_EACH) : undefined;
  const assignment = { url: target.url, name: target.name, form: source.form, journal: journal?.parts };
  const pool = poolFor(options, assignment);
  let isWhole = false;
  try {
    const found = await Promise.race([pool.run(discovered), aborted(signal)]);
    if (!found || signal.aborted) return codeOfEndBy(signal.reason as NodeJS.Signals);
    const name = nameOf(found, target);
    if (options.dryRun) return await dryRun(source, `${target.module}#${name}`, output.out);
    const job = await runJob({
      options,
      url: target.url,
      name,
      source,
      pool,
      journal,
      output,
      signal,
      shown,
    });
    ({ isWhole } = job);
    return job.code;
  } finally {
    source.close();
    if (isWhole) pool.close();
    else pool.terminate();
    // Also of a worker that does not come to its end.
    signal.addEventListener('abort', () => pool.terminate());
    await pool.join();
    trace?.write(pool.timeline());
    stopListening();
  }
}

/** Whatever is asked for about single items has them go one by one. */
function goesInBlocks({
  chunk,
  halt,
  timeLimit,
  retries,
  resume,
  policy,
  trace,
  dryRun,
}: MapOptions): boolean {
  const isOneByOne = chunk ?? halt ?? timeLimit ?? policy ?? trace;
  return isOneByOne === undefined && retries === 0 && !resume && !dryRun;
}

function poolFor(options: MapOptions, assignment: Assignment): Pool {
  const { jobs, threads, policy, memoryBytes, trace } = options;
  try {
    return new Pool({
      name: 'map',
      workers: jobs,
      kind: threads ? 'thread' : 'process',
      initializer: prepare,
      initArgs: [assignment],
      ...(policy !== undefined && { policy: policy as PolicyName }),
      ...(memoryBytes !== undefined && { memoryLimitBytes: memoryBytes }),
      trace: trace !== undefined,
    });
  } catch (cause) {
    // A policy that there is not, or not for threads: its sentence says so.
    if (cause instanceof TypeError || cause instanceof RangeError)
      throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined));
  });
}
