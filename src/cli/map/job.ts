/**
 * One run with all that is around it: the joblog, the line of progress, what is said on standard error, the exit code.
 *
 * @module
 */
import type { Output } from '../main.ts';
import { ignoreLoss } from '../print.ts';
import { canRedraw } from '../rush/screen.ts';
import { DoneBefore } from './done-before.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Begun } from './feed.ts';
import { Joblog } from './joblog.ts';
import type { Journal } from './journal.ts';
import { keysOf } from './key.ts';
import { failureSentence } from './lines-out.ts';
import { Meter } from './meter.ts';
import type { MapOptions } from './options.ts';
import { Outlet } from './outlet.ts';
import { Run, type RunOptions, type WorkPool } from './run.ts';
import type { Source } from './source.ts';
import { summaryLine } from './summary.ts';

export interface Job {
  readonly options: MapOptions;
  /** The module, and the export that was found in it. */
  readonly url: string;
  readonly name: string;
  readonly source: Source;
  readonly pool: WorkPool;
  /** For items that go to workers in blocks. */
  readonly journal: Journal | undefined;
  readonly output: Output;
  /** Aborted by Ctrl-C, with the name of the signal. */
  readonly signal: AbortSignal;
  /** What gives the terminal back, for an end that comes at once. */
  readonly shown: { end: () => void };
}

export interface JobEnd {
  readonly code: number;
  /** Whether everything that was begun has come to its end. */
  readonly isWhole: boolean;
}

/** More failures than these are counted, not told: with --json or a joblog there is each of them. */
const TOLD_MOST = 20;

/** @throws {@link UsageError} when the joblog cannot be, or an input that was named cannot be read. */
export async function runJob(job: Job): Promise<JobEnd> {
  const { options, source, output, signal } = job;
  const startedMs = performance.now();
  const joblog = options.joblog === undefined ? undefined : new Joblog(options.joblog, options.resume);
  try {
    const before = joblog && options.resume ? new DoneBefore(joblog) : undefined;
    const teller = new Teller(output.err);
    const outlet = new Outlet(output.out, {
      onWrite: () => teller.meter?.clear(),
      onEnd: () => run.stop(outlet.isGone ? 'reader' : 'failure'),
    });
    const run = new Run({
      source,
      pool: job.pool,
      journal: job.journal,
      outlet,
      lineForm: { json: options.json, tag: options.tag, form: source.form },
      ...termsOf(options),
      timeLimit: options.timeLimit,
      halt: options.halt,
      keyOf: joblog && keysOf(job.url, job.name, source.form),
      joblog,
      before,
      onFailure: (...failure) => {
        if (!options.json) teller.failure(...failure);
      },
    });
    teller.meter = meterFor(output.err, options, source, run);
    job.shown.end = () => teller.meter?.close();
    signal.addEventListener('abort', () => run.stop('signal'));
    if (signal.aborted) run.stop('signal');
    await run.finished();
    teller.meter?.close();
    const { end, failure, failed, succeeded, skipped, stopped } = run;
    const isCalm = end === undefined && failed === 0 && skipped === 0;
    if (end !== 'reader' && (options.progress || !isCalm)) {
      const because = end === 'halt' ? '--halt' : end === 'signal' ? String(signal.reason) : undefined;
      const seconds = (performance.now() - startedMs) / 1000;
      teller.say(summaryLine({ succeeded, failed, skipped, stopped, because, seconds }));
    }
    if (failure) teller.say(failure.message);
    const code = exitCodeOf({
      failed,
      isEnough: end === 'halt' && options.halt?.what === 'success',
      signal: end === 'signal' ? (signal.reason as NodeJS.Signals) : undefined,
      failure,
    });
    return { code, isWhole: stopped === 0 && (end === undefined || end === 'halt') };
  } finally {
    joblog?.close();
  }
}

/**
 * With --halt no item waits at a worker behind another one, and none is begun before the last result has been looked
 * at: so `soon` lets end what runs, and no more. In order that cannot be, as a result may wait for one before it.
 */
function termsOf({ chunk, halt, jobs, ordered, retries }: MapOptions): Pick<RunOptions, 'settled' | 'most'> {
  if (!halt) return { settled: { ordered, retries, ...(chunk !== undefined && { chunkSize: chunk }) } };
  const chunkSize = chunk ?? 1;
  const settled = { ordered, retries, chunkSize, ...(ordered && { concurrency: jobs * chunkSize * 2 }) };
  return { settled, most: ordered ? undefined : jobs * chunkSize };
}

function meterFor(
  err: NodeJS.WritableStream,
  options: MapOptions,
  source: Source,
  run: Run,
): Meter | undefined {
  const stream = err as NodeJS.WriteStream;
  const inPlace = canRedraw(stream, process.env);
  if (!inPlace && !options.progress) return undefined;
  return new Meter(stream, inPlace, () => ({
    done: run.succeeded + run.failed + run.skipped,
    failed: run.failed,
    total: source.total,
  }));
}

/** What is said of the run, each on a line of its own. */
class Teller {
  meter: Meter | undefined;
  readonly #err: NodeJS.WritableStream;
  #failures = 0;

  constructor(err: NodeJS.WritableStream) {
    ignoreLoss(err);
    this.#err = err;
  }

  say(sentence: string): void {
    this.meter?.clear();
    this.#err.write(`duodao map: ${sentence}\n`);
  }

  failure(begun: Begun, reason: unknown, attempts: number): void {
    this.#failures++;
    if (this.#failures <= TOLD_MOST) this.say(failureSentence(begun, reason, attempts));
    else if (this.#failures === TOLD_MOST + 1)
      this.say('further failures are only counted here: --json and --joblog FILE have each of them');
  }
}
