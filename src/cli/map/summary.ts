/**
 * The last line on standard error: how many items, how they ended, and why the run is over before its time.
 *
 * @module
 */
import { grouped } from '../text.ts';
import { durationText } from './pace.ts';

export interface Summary {
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly stopped: number;
  /** Why it ended early, in words. */
  readonly because: string | undefined;
  readonly seconds: number;
}

/** Items by how they ended, and how long it took. */
export function summaryLine({ succeeded, failed, skipped, stopped, because, seconds }: Summary): string {
  const counts = [`${grouped(succeeded)} succeeded`];
  if (failed > 0) counts.push(`${grouped(failed)} failed`);
  if (skipped > 0) counts.push(`${grouped(skipped)} done before`);
  if (stopped > 0) counts.push(`${grouped(stopped)} stopped`);
  const done = succeeded + failed;
  const rate = done > 0 && seconds >= 1 ? ` (${grouped(done / seconds)}/s)` : '';
  const time = seconds < 1 ? `${Math.round(seconds * 1000)} ms` : durationText(seconds);
  return `${counts.join(', ')} in ${time}${rate}${because === undefined ? '' : `; ended by ${because}`}`;
}
