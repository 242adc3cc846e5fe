/**
 * What the buyers say at the end: to people in a few lines, to programs as one JSON object.
 *
 * @module
 */
import { grouped, printable } from '../../text.ts';
import type { OrderPool } from './pool.ts';
import type { Tally } from './tally.ts';

/** As `--json` prints it. Field names are never renamed. */
export interface BuyersResult {
  readonly orders: number;
  readonly answered: number;
  readonly sold: number;
  readonly seats: number;
  readonly refused: number;
  /** Of those refused, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Orders that the office could not take. */
  readonly errors: number;
  readonly unanswered: number;
  readonly buyers: number;
  /** Connections that broke, or could not be made. */
  readonly broken: number;
  /** How often an order was asked again. */
  readonly askedAgain: number;
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** How long answers took, in milliseconds; null when there was none. */
  readonly halfMs: number | null;
  readonly mostMs: number | null;
  readonly slowestMs: number | null;
}

interface Facts {
  readonly buyers: number;
  readonly seconds: number;
}

export function buyersResult(pool: OrderPool, tally: Tally, { buyers, seconds }: Facts): BuyersResult {
  const { sold, seats, refused, failed: errors, broken } = tally;
  const times = tally.times();
  const rounded = (value: number | undefined): number | null =>
    value === undefined ? null : Math.round(value * 1000) / 1000;
  return {
    orders: pool.size,
    answered: sold + refused,
    sold,
    seats,
    refused,
    reasons: Object.fromEntries(tally.reasons),
    errors,
    unanswered: pool.size - pool.done,
    buyers,
    broken,
    askedAgain: pool.askedAgain,
    seconds: Math.round(seconds * 1000) / 1000,
    ordersPerSecond: seconds > 0 ? Math.round((sold + refused) / seconds) : 0,
    halfMs: rounded(times?.half),
    mostMs: rounded(times?.most),
    slowestMs: rounded(times?.slowest),
  };
}

export function buyersText(pool: OrderPool, tally: Tally, facts: Facts): string {
  const result = buyersResult(pool, tally, facts);
  const { halfMs, mostMs, slowestMs } = result;
  const of = `${grouped(result.answered)} of ${grouped(result.orders)} orders answered`;
  const reasons = Object.entries(result.reasons).map(
    ([reason, count]) => `${grouped(count)} ${printable(reason)}`,
  );
  const lines = [
    `${of} in ${result.seconds.toFixed(2)} s, ${grouped(result.ordersPerSecond)} a second, for ` +
      `${grouped(facts.buyers)} ${facts.buyers === 1 ? 'buyer' : 'buyers'}`,
    `${grouped(result.sold)} orders sold (${grouped(result.seats)} seats), ${grouped(result.refused)} refused` +
      (reasons.length > 0 ? `: ${reasons.join(', ')}` : ''),
  ];
  if (halfMs !== null)
    lines.push(
      `Half of the answers came within ${halfMs.toFixed(1)} ms, 99 of 100 within ${mostMs!.toFixed(1)} ms, ` +
        `all within ${slowestMs!.toFixed(1)} ms`,
    );
  if (result.broken > 0)
    lines.push(
      `${grouped(result.broken)} connections failed; ${grouped(result.askedAgain)} orders were asked again`,
    );
  for (const [message, count] of tally.errors)
    lines.push(`Not taken, ${grouped(count)} times: ${printable(message)}`);
  if (result.unanswered > 0) lines.push(`${grouped(result.unanswered)} orders were not answered`);
  return lines.join('\n');
}
