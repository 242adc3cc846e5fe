/**
 * Places and times as they are written at the command line: `7000`, `0.0.0.0:7000`, `[::1]:7000`; `500ms`, `10s`.
 *
 * @module
 */
import { quoted, UsageError } from '../../usage-error.ts';

/** Where to listen, or to connect. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

const PLACE = /^(?:(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/]+)):)?(\d{1,5})$/;
const TIME = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|)$/;
const MS: Readonly<Record<string, number>> = { ms: 1, '': 1000, s: 1000, m: 60_000, h: 3_600_000 };
/** Timers of Node.js hold no more. */
const MS_MOST = 2 ** 31 - 1;

/** A host, which is this machine if left out, and a port. @throws UsageError that shows the form. */
export function placeOf(option: string, text: string): Place {
  const [, six, name, digits] = PLACE.exec(text) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return { host: six ?? name ?? '127.0.0.1', port };
  throw new UsageError(`${option} must be [HOST:]PORT, such as 7000 or 0.0.0.0:7000: it is ${quoted(text)}`);
}

/** How a place is shown, and can be typed again. */
export function textOfPlace({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Milliseconds. @throws UsageError that shows the form. */
export function timeOf(option: string, text: string): number {
  const [, digits, unit = ''] = TIME.exec(text) ?? [];
  const ms = Math.round(Number(digits ?? Number.NaN) * MS[unit]!);
  if (ms >= 1 && ms <= MS_MOST) return ms;
  throw new UsageError(`${option} must be a time such as 500ms, 10s or 2m: it is ${quoted(text)}`);
}
