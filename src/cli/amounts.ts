/**
 * Amounts as people write them: `500M` of memory, `50%` of the processors, `30s`.
 *
 * @module
 */
import { quoted, UsageError } from './usage-error.ts';

const BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** Node.js itself needs more memory than this. */
const MEMORY_LEAST = 2 ** 20;
const JOBS_MOST = 256;
const MS: Readonly<Record<string, number>> = { ms: 1, '': 1000, s: 1000, m: 60_000, h: 3_600_000 };
/** Timers of Node.js hold no more. */
const MS_MOST = 2 ** 31 - 1;

/** An amount of memory. @throws {@link UsageError} that shows the form. */
export function parseMemory(name: string, text: string): number {
  return parseBytes(name, text, MEMORY_LEAST, 'such as 500M or 2G, at least 1M');
}

/** @param form - What is taken, for the sentence. @throws {@link UsageError} with that. */
export function parseBytes(name: string, text: string, least: number, form: string): number {
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * BYTES[unit.toUpperCase()]!);
  if (bytes >= least && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  throw new UsageError(`${name} must be an amount ${form}: it is ${quoted(text)}`);
}

/** Milliseconds of `500ms`, `2s`, `1.5m`, `1h`, or seconds; undefined if it is no time, or longer than timers hold. */
export function millisecondsIn(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|)$/.exec(text) ?? [];
  const ms = Number(digits) * MS[unit]!;
  return ms <= MS_MOST ? ms : undefined;
}

/** A time in whole milliseconds. @throws {@link UsageError} that shows the form. */
export function parseTime(name: string, text: string, leastMs: 0 | 1): number {
  const ms = Math.round(millisecondsIn(text) ?? Number.NaN);
  if (ms >= leastMs) return ms;
  throw new UsageError(`${name} must be a time such as 500ms, 30s or 2m: it is ${quoted(text)}`);
}

/** @throws {@link UsageError} that shows the form. */
export function parseJobs(name: string, text: string, processors: number): number {
  const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  const jobs = percent === '%' ? Math.ceil((number * processors) / 100) : number;
  if (jobs >= 1 && jobs <= JOBS_MOST) return jobs;
  throw new UsageError(
    `${name} must be a number of workers from 1 to ${JOBS_MOST}, or a share of the processors such as 50%: ` +
      `it is ${quoted(text)}`,
  );
}
