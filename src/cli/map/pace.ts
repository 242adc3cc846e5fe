/**
 * How fast a run goes, and how long it will still take: pure numbers, told the time.
 *
 * The rate is that of the last ten seconds, looked at in steps of a tenth of one: the average since the start would
 * tell of a run that has come to a standstill that all is well, and the last moment alone would jump.
 *
 * @module
 */
import { grouped } from '../text.ts';

const WINDOW_MS = 10_000;
const STEP_MS = 100;

interface Sample {
  readonly ms: number;
  readonly done: number;
}

export class Pace {
  readonly #samples: Sample[];

  constructor(nowMs: number) {
    this.#samples = [{ ms: nowMs, done: 0 }];
  }

  /** So many are done by now. */
  note(done: number, nowMs: number): void {
    if (nowMs - this.#samples.at(-1)!.ms >= STEP_MS) this.#samples.push({ ms: nowMs, done });
    while (this.#samples.length > 1 && nowMs - this.#samples[1]!.ms >= WINDOW_MS) this.#samples.shift();
  }

  /** Items a second. */
  rate(done: number, nowMs: number): number {
    const [first] = this.#samples;
    const ms = nowMs - first!.ms;
    return ms > 0 ? ((done - first!.done) * 1000) / ms : 0;
  }
}

/** What the line about a run says. */
export interface Standing {
  readonly done: number;
  readonly failed: number;
  /** Of those that are done; undefined when nobody knows how many there will be. */
  readonly total: number | undefined;
  readonly rate: number;
}

/** `12,000/20,000 (60 %), 4,210/s, 2 s left, 3 failed`. */
export function standingLine({ done, failed, total, rate }: Standing): string {
  const parts =
    total === undefined
      ? [`${grouped(done)} done`]
      : [`${grouped(done)}/${grouped(total)} (${total === 0 ? 100 : Math.floor((done * 100) / total)} %)`];
  if (rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : grouped(rate)}/s`);
  if (rate > 0 && total !== undefined && total > done)
    parts.push(`${durationText((total - done) / rate)} left`);
  if (failed > 0) parts.push(`${grouped(failed)} failed`);
  return parts.join(', ');
}

/** `8 s`, `3 min 20 s`, `2 h 05 min`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.ceil(seconds / 60);
  return `${grouped(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}
