/**
 * A program's tree seen from its root: how much of the arena is used, who takes part, which processes still run.
 *
 * Nothing here sleeps for a time: it looks until something holds, and fails with its name when it does not.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { activeChildren } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { startTimeOf, stateLetterOf } from '../../src/platform/index.ts';

/** Looks until it holds. The limit only turns a hang into a failure. */
export async function until(
  what: string | (() => string),
  holds: () => boolean,
  limitMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline)
      assert.fail(`${typeof what === 'string' ? what : what()}: not within ${limitMs} ms`);
    await later(1);
  }
}

let collect: (() => void) | undefined;

/** Runs the garbage collector, without a flag on the command line that children would inherit. */
export function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** Bytes of the arena in use by anybody. */
export function usedBytes(): number {
  return here().heap.usage().usedBytes;
}

/** Bytes in use once nothing more is given back: what a test starts from. */
export async function restingBytes(): Promise<number> {
  let before = -1;
  for (let same = 0; same < 3; ) {
    collectGarbage();
    await later(2);
    const now = usedBytes();
    same = now === before ? same + 1 : 0;
    before = now;
  }
  return before;
}

/** Waits until no more of the arena is in use than before. */
export async function assertGivenBack(before: number): Promise<void> {
  const look = (): boolean => {
    collectGarbage();
    return usedBytes() <= before;
  };
  await until(() => `the arena is back at ${before} bytes (now ${usedBytes()})`, look);
}

/** How many participants have a slot, alive or not yet buried. */
export function slotsTaken(): number {
  const { slots } = here();
  let taken = 0;
  for (let slot = 0; slot < slots.top; slot++) if (slots.isTaken(slot)) taken++;
  return taken;
}

/** Ends the children that a failed test has left, so that its file comes to an end. */
export async function endChildren(): Promise<void> {
  await Promise.all(
    activeChildren().map((child) => {
      child.kill();
      return child.join();
    }),
  );
}

/** A process that is never mistaken for a later one with the same number. */
export interface Life {
  readonly pid: number;
  readonly startTime: number;
}

export function lifeOf(pid: number): Life {
  return { pid, startTime: startTimeOf(pid) };
}

/** Whether the process runs no more: it is gone, or only waits for its parent to ask how it ended. */
export function hasEnded({ pid, startTime }: Life): boolean {
  return startTimeOf(pid) !== startTime || [undefined, 'Z', 'X'].includes(stateLetterOf(pid));
}

/** The children of a process that have this text in their command lines. */
export function childrenWith(text: string, parent: number): number[] {
  return readdirSync(`/proc/${parent}/task`)
    .flatMap((tid) => childrenOf(parent, tid).split(' '))
    .filter((pid) => pid !== '' && commandOf(pid).includes(text))
    .map(Number);
}

/** What a thread has started; nothing, if it has ended since it was seen. */
function childrenOf(pid: number, tid: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return ''; // it has ended meanwhile
  }
}
