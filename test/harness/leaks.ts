/**
 * Finds what a test has left behind inside its own process: open descriptors, child processes, and whatever
 * keeps the event loop alive.
 *
 *     const before = holdings();
 *     …
 *     await assertNoLeaks(before);
 *
 * Closing takes a moment, so the assertion looks again until nothing is left or the grace is over. What a
 * whole run leaves on the machine is another question: see scripts/leaks.js.
 *
 * Not counted, as Node and tsx keep them for good once they needed them: a descriptor of /dev/null, the files
 * of tsx's cache, and the esbuild service with its two sockets; nor the undertaker, which goes after us.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';

export interface Holdings {
  /** What each open descriptor points to. */
  readonly descriptors: ReadonlyMap<string, string>;
  /** The command of each child process. */
  readonly children: ReadonlyMap<string, string>;
  /** The kinds of things that keep the event loop alive, as often as there are things. */
  readonly resources: readonly string[];
}

// The first line that a process prints makes a stream for good, which is none of a test's leaks.
void process.stdout;
void process.stderr;

/** An answer of the kernel; undefined when the process or the descriptor is gone by now. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function descriptors(): Map<string, string> {
  const found = new Map<string, string>();
  for (const fd of readdirSync('/proc/self/fd')) {
    // The descriptor of this very listing is closed by now, and has no target.
    const target = ifThere(() => readlinkSync(`/proc/self/fd/${fd}`));
    if (target !== undefined && target !== '/dev/null' && !/\/tsx-\d+(?:\/|$)/.test(target))
      found.set(fd, target);
  }
  return found;
}

function children(): Map<string, string> {
  const found = new Map<string, string>();
  for (const thread of readdirSync('/proc/self/task')) {
    const list = ifThere(() => readFileSync(`/proc/self/task/${thread}/children`, 'utf8')) ?? '';
    for (const pid of list.split(' ').filter(Boolean)) {
      const command = ifThere(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
      const line = ifThere(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      if (command !== undefined && !line?.includes('duodao-undertaker')) found.set(pid, command);
    }
  }
  return found;
}

/** What this process holds now. */
export function holdings(): Holdings {
  return {
    descriptors: descriptors(),
    children: children(),
    resources: process.getActiveResourcesInfo(),
  };
}

/** What this process holds now and did not hold before, in words. */
export function leaksOf(before: Holdings): string[] {
  const now = holdings();
  const born = [...now.children].filter(([pid]) => !before.children.has(pid));
  const services = born.filter(([, command]) => command === 'esbuild').length;
  const opened = [...now.descriptors].filter(([fd, target]) => before.descriptors.get(fd) !== target);
  const sockets = opened.filter(([, target]) => target.startsWith('socket:'));
  const ofServices = new Set(sockets.slice(0, 2 * services));
  const kept = [...before.resources];
  const added = now.resources.filter((kind) => {
    const index = kept.indexOf(kind);
    if (index >= 0) kept.splice(index, 1);
    return index < 0;
  });
  return [
    ...opened.filter((one) => !ofServices.has(one)).map(([fd, target]) => `descriptor ${fd}: ${target}`),
    ...born
      .filter(([, command]) => command !== 'esbuild')
      .map(([pid, command]) => `child ${pid}: ${command}`),
    ...added.map((kind) => `active: ${kind}`),
  ];
}

/** Fails, naming what is left, unless everything is given back within the grace. */
export async function assertNoLeaks(
  before: Holdings,
  { graceMs = 2000 }: { graceMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + graceMs;
  let left = leaksOf(before);
  while (left.length > 0 && performance.now() < deadline) {
    await later(10);
    left = leaksOf(before);
  }
  if (left.length > 0) assert.fail(`left behind:\n${left.join('\n')}`);
}
