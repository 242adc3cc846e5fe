/**
 * Question:  what share of a CPU does a process get beside one of another niceness?
 * Method:    two processes that burn the same CPU for two seconds, one with nice 0; CPU time as the kernel counts it.
 * Read it:   the share beside that of the kernel's table of weights (sched_prio_to_weight): 1024 at nice 0, and a
 * factor of
 *            1.25 for each step.
 * Beware:    others on that CPU take from both alike.
 */
import { Event, isMain, Process, Value } from '../src/index.ts';

const NICES = [0, 1, 5, 10, 19];
const MS = 2000;
/** As in the kernel, kernel/sched/core.c. */
const WEIGHTS: Readonly<Record<number, number>> = { 0: 1024, 1: 820, 5: 335, 10: 110, 19: 15 };

/** Burns the CPU from the event on until the given time, and says how much of it it had. */
export function burn(ready: Event, begin: Event, until: Value<'f64'>): number {
  ready.set();
  begin.waitSync();
  const before = process.cpuUsage().user;
  const end = until.value; // the same for both, whenever each of them came to run
  while (Date.now() < end);
  return process.cpuUsage().user - before;
}

if (isMain(import.meta)) {
  console.log(
    '\n### Two processes on one CPU\n\n| nice | share of the one with nice 0 | by the table |\n|---:|---:|---:|',
  );
  for (const nice of NICES) {
    const [begin, end] = [new Event(), new Value('f64')];
    const pair = [0, nice].map((its) => {
      const ready = new Event();
      return {
        ready,
        one: new Process({ target: burn, args: [ready, begin, end], nice: its, affinity: [0] }),
      };
    });
    for (const { one, ready } of pair) {
      await one.start();
      await ready.wait();
    }
    end.value = Date.now() + MS;
    begin.set();
    const [mine = 0, theirs = 0] = await Promise.all(pair.map(async ({ one }) => await one.result()));
    const weight = WEIGHTS[nice] as number;
    console.log(
      `| ${nice} | ${(mine / (mine + theirs)).toFixed(3)} | ${(1024 / (1024 + weight)).toFixed(3)} |`,
    );
  }
}
