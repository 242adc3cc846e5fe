/**
 * Time limits of many connections with one timer.
 *
 * A timer for each connection would cost more than the rest of an idle one. So there is one for all of a thread, and
 * with each of its ticks every connection compares what has happened since the one before. What is late is found a tick
 * late, never early: whatever happens is dated to the tick after it.
 *
 * @module
 */

import { Chain, type Linked } from './chain.ts';

/** What has time limits. */
export interface Watched extends Linked<Watched> {
  /** How often it is checked; for the watch alone. */
  everyMs?: number;
  /** Called with the time in whole milliseconds: as small integers they take no memory of their own. */
  check(now: number): void;
}

/** Between ticks: a quarter of the shortest limit, but for these. */
const SHORTEST_MS = 10;
const LONGEST_MS = 1000;

const watched: Chain<Watched> = new Chain();
let timer: NodeJS.Timeout | undefined;
let intervalMs = LONGEST_MS;

/** Has something checked until {@link unwatch}; its shortest limit says how often. */
export function watch(one: Watched, shortestLimitMs: number): void {
  const wanted = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, shortestLimitMs / 4));
  one.everyMs = wanted;
  watched.add(one);
  if (timer && wanted >= intervalMs) return;
  intervalMs = wanted;
  if (timer) clearTimeout(timer);
  timer = setTimeout(tick, intervalMs);
  timer.unref(); // what is watched keeps the process alive, not that it is
}

export function unwatch(one: Watched): void {
  watched.remove(one);
  if (watched.size > 0 || !timer) return;
  clearTimeout(timer);
  timer = undefined;
  intervalMs = LONGEST_MS;
}

function tick(): void {
  const now = Math.round(performance.now());
  intervalMs = LONGEST_MS;
  watched.each((one) => {
    intervalMs = Math.min(intervalMs, one.everyMs ?? LONGEST_MS);
    one.check(now); // it may remove itself
  });
  timer = watched.size > 0 ? setTimeout(tick, intervalMs) : undefined;
  timer?.unref();
}
