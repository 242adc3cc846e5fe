/**
 * Ends what would keep a run of the tests from ending.
 *
 * `--test-timeout` ends a test that hangs, but not always its process: Node 24 leaves a file alone that is in
 * an endless loop or keeps its event loop busy, and waits for ever for a process that a test has left behind
 * with the file's output in its hands. So this looks once a second at the children of `node --test`:
 *
 *     a file runs longer than its limit         it is killed, so Node counts it as failed and goes on
 *     no file runs, but the run does not end    what the tests have left behind is killed
 *
 * @module
 */
import { processesLeft } from './leaks.js';
import { argv, command, kill, processes } from './proc.js';

/**
 * Watches the process `runner` run these files, and says what it had to end in `problems`. `past` is what
 * leaks.js noted before the run.
 */
export function hangGuard({ runner, files, past, timeoutMs }) {
  // Node comes first where it can: its own message says more.
  const fileMs = timeoutMs + Math.min(10_000, timeoutMs);
  const idleMs = Math.min(10_000, timeoutMs);
  const names = new Set(files);
  const seenSince = new Map();
  const problems = [];
  let busyAt = performance.now();

  const look = () => {
    const now = performance.now();
    for (const child of processes().values()) {
      const file = child.ppid === runner ? argv(child.pid).find((word) => names.has(word)) : undefined;
      if (file === undefined) continue;
      busyAt = now;
      if (!seenSince.has(child.key)) seenSince.set(child.key, now);
      if (now - seenSince.get(child.key) < fileMs) continue;
      problems.push(`${file} was killed, as it had run for ${fileMs / 1000} s`);
      kill([child]);
    }
    if (now - busyAt < idleMs) return;
    const left = processesLeft(past).filter(({ pid, ppid }) => pid !== runner && ppid !== runner);
    for (const { pid } of left)
      problems.push(`process ${pid} was killed, as the run waited for it: ${command(pid)}`);
    kill(left);
    busyAt = now;
  };

  const timer = setInterval(look, 1000);
  return { problems, stop: () => clearInterval(timer) };
}
