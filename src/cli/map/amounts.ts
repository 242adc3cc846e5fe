/**
 * Amounts as people write them: `500M` of memory, `50%` of the processors.
 *
 * @module
 */
import { quoted, UsageError } from '../usage-error.ts';

const BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** Node.js itself needs more than this. */
const BYTES_LEAST = 2 ** 20;
const JOBS_MOST = 256;

/** @throws {@link UsageError} that shows the form. */
export function parseBytes(name: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * BYTES[unit.toUpperCase()]!);
  if (bytes >= BYTES_LEAST && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  throw new UsageError(`${name} must be an amount such as 500M or 2G, at least 1M: it is ${quoted(text)}`);
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
