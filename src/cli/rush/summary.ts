/**
 * What is said at the end: to people in a few lines, to programs as one JSON object.
 *
 * @module
 */
import { grouped } from '../text.ts';
import type { Audit } from './audit.ts';

/** The result of a run, as `--json` prints it. Field names are never renamed. */
export interface RushResult {
  readonly orders: number;
  /** Orders that got their seats. */
  readonly sold: number;
  readonly refused: number;
  /** Seats sold that no train had. */
  readonly oversold: number;
  readonly kills: number;
  readonly seconds: number;
  readonly ordersPerSecond: number;
  readonly balanced: boolean;
}

/** What the run itself adds to what the check found in its ledger. */
export interface RunFacts {
  readonly kills: number;
  readonly seconds: number;
  readonly lock: boolean;
  /** Ctrl-C: orders were left unanswered on purpose. */
  readonly interrupted: boolean;
}

export function resultOf(audit: Audit, run: RunFacts): RushResult {
  const { orders, sold, refused, oversold, balanced } = audit;
  const seconds = Math.round(run.seconds * 1000) / 1000;
  const ordersPerSecond = run.seconds > 0 ? Math.round((sold + refused) / run.seconds) : 0;
  return { orders, sold, refused, oversold, kills: run.kills, seconds, ordersPerSecond, balanced };
}

/** The end of a run in words. */
export function summaryText(audit: Audit, run: RunFacts): string {
  const { seconds, ordersPerSecond } = resultOf(audit, run);
  const answered = audit.sold + audit.refused;
  const lines = [
    `${grouped(answered)} orders answered in ${seconds.toFixed(2)} s, ${grouped(ordersPerSecond)} a second` +
      (run.kills > 0 ? `, with ${run.kills} sellers killed on the way` : ''),
  ];
  if (run.interrupted) lines.push(`Stopped early: ${grouped(audit.unanswered)} orders were not answered`);
  lines.push(...bookLines(audit));
  if (audit.oversold > 0 && !run.lock)
    lines.push('That is the race: each seller looked, found seats, and sold what another was selling.');
  return lines.join('\n');
}

/** The books in words, for a run and for `--check` alike. */
export function bookLines(audit: Audit): string[] {
  const [sold, seats, refused] = [audit.sold, audit.seatsSold, audit.refused].map(grouped);
  const lines = [`${sold} orders sold (${seats} seats), ${refused} refused`];
  if (audit.oversold > 0) lines.push(`Oversold by ${grouped(audit.oversold)} seats`);
  if (audit.balanced)
    lines.push('The books balance: on every train, seats sold and seats left make up the stock');
  else {
    lines.push('The books do not balance:', ...audit.problems.map((problem) => `  ${problem}`));
    const more = audit.problemCount - audit.problems.length;
    if (more > 0) lines.push(`  and ${grouped(more)} more problems`);
  }
  return lines;
}
