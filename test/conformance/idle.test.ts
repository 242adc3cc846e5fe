/**
 * Who waits costs nothing: the kernel is asked how often he woke and how much of a processor he used meanwhile.
 *
 * What remains are the bounded re-checks of waits: one in 50 ms where a thread blocks, one in 250 ms in an event loop.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { Event, Lock, pipe, Process, Queue, SharedArray } from '../../src/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import { AWAITING, BLOCKING, type Nothing, waitInVain } from '../fixtures/ipc/waiters.ts';
import { endsClean } from '../harness/clean-end.ts';
import { endChildren, until } from '../harness/tree.ts';

endsClean();

/** How long they are watched: no time that anything must keep, but what the counts are measured by. */
const WATCHED_MS = 2000;
/** A start leaves the engine with things to do in the background; this long it may go on with them. */
const SETTLE_MS = 500;
const TICK_MS = 10;

interface Use {
  /** How often the main thread went to sleep: that often something woke it. */
  readonly sleeps: number;
  /** How often it lost the processor to somebody else, who may be no part of this program at all. */
  readonly losses: number;
  /** Time of all threads on a processor, in clock ticks. */
  readonly ticks: number;
}

function useOf(pid: number): Use {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const countOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(status)?.[1]);
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    sleeps: countOf('voluntary_ctxt_switches'),
    losses: countOf('nonvoluntary_ctxt_switches'),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

const uses = new Map<string, Use>();
let watchedMs = 0;

before(async () => {
  const [end, other] = pipe<number>();
  const nothing: Nothing = { queue: new Queue(), lock: new Lock(), end, event: new Event() };
  const held = nothing.lock.acquireSync();
  const forms = [...Object.keys(BLOCKING), ...Object.keys(AWAITING)];
  const there = new SharedArray('i32', forms.length);
  const waiters = await Promise.all(
    forms.map(async (form, place) => {
      const { pid } = await new Process({ target: waitInVain, args: [form, nothing, there, place] }).start();
      return { form, pid: pid as number };
    }),
  );
  await until('all wait', () => waiters.every(({ pid }, place) => there.view[place] && isAsleep(pid)));
  await later(SETTLE_MS);
  const begunMs = performance.now();
  const earlier = waiters.map(({ pid }) => useOf(pid));
  await later(WATCHED_MS);
  const now = waiters.map(({ pid }) => useOf(pid));
  watchedMs = performance.now() - begunMs;
  assert.ok(waiters.every(({ pid }) => stateLetterOf(pid) !== undefined));
  for (const [index, { form }] of waiters.entries()) uses.set(form, difference(now[index], earlier[index]));
  await endChildren(); // nothing has come until now
  held.release();
  other.close();
});

function isAsleep(pid: number): boolean {
  return stateLetterOf(pid) === 'S';
}

function difference(now: Use | undefined, earlier: Use | undefined): Use {
  assert.ok(now && earlier);
  return {
    sleeps: now.sleeps - earlier.sleeps,
    losses: now.losses - earlier.losses,
    ticks: now.ticks - earlier.ticks,
  };
}

/** Twice what the re-checks make, and whatever the engine does by itself. */
function mayWake(everyMs: number): number {
  return (2 * watchedMs) / everyMs + 20;
}

for (const [forms, everyMs] of [
  [BLOCKING, 50],
  [AWAITING, 250],
] as const) {
  for (const form of Object.keys(forms)) {
    test(`${form} that waits wakes for the re-checks of ${everyMs} ms only, and takes no processor`, (t) => {
      const { sleeps, losses, ticks } = uses.get(form) as Use;
      const used = `${ticks * TICK_MS} ms of a processor, lost ${losses} times,`;
      t.diagnostic(`${sleeps} sleeps and ${used} in ${watchedMs | 0} ms`);
      assert.ok(sleeps <= mayWake(everyMs), `${sleeps} sleeps`);
      assert.ok(ticks * TICK_MS <= watchedMs / 10, `${ticks} ticks`);
    });
  }
}
