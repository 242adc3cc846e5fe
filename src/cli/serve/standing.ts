/**
 * How a server goes, on a line: pure numbers, told the time.
 *
 * @module
 */
import type { ServerStats } from '../../net/index.ts';
import { Pace } from '../map/pace.ts';
import { counted, grouped } from '../text.ts';

/** What counts as an error, and what it is called. */
const ERRORS = {
  failed: 'failed',
  protocolErrors: 'protocol',
  overLimit: 'over the limit',
  timedOut: 'timed out',
  authFailed: 'without the key',
  broken: 'broken',
  refused: 'refused',
  unverified: 'unverified',
  dropped: 'dropped',
} as const satisfies Partial<Record<keyof ServerStats, string>>;

/** The line, with rates of the last seconds: it has to be asked now and then. */
export class Standing {
  readonly #messages: Pace;
  readonly #bytes: Pace;

  constructor(nowMs: number) {
    this.#messages = new Pace(nowMs);
    this.#bytes = new Pace(nowMs);
  }

  /** `12 active, 3,456 accepted, 1,234 messages/s, 5.6 MB/s in, 2 errors (1 failed, 1 broken)`. */
  line(stats: ServerStats, nowMs: number): string {
    this.#messages.note(stats.messagesIn, nowMs);
    this.#bytes.note(stats.bytesIn, nowMs);
    const parts = [
      `${grouped(stats.active)} active`,
      `${grouped(stats.accepted)} accepted`,
      `${grouped(this.#messages.rate(stats.messagesIn, nowMs))} messages/s`,
      `${bytesText(this.#bytes.rate(stats.bytesIn, nowMs))}/s in`,
      errorsText(stats),
      ...(stats.replaced > 0 ? [`${counted(stats.replaced, 'worker')} replaced`] : []),
    ];
    return parts.join(', ');
  }
}

/** `3 errors (2 failed, 1 broken)`. */
export function errorsText(stats: ServerStats): string {
  const kinds = (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).filter((name) => stats[name] > 0);
  const count = kinds.reduce((sum, name) => sum + stats[name], 0);
  if (count === 0) return 'no errors';
  const named = kinds.map((name) => `${grouped(stats[name])} ${ERRORS[name]}`).join(', ');
  return `${counted(count, 'error')} (${named})`;
}

const UNITS = ['B', 'kB', 'MB', 'GB'];

/** `5.6 MB`. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? grouped(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
