/**
 * Finds what a run of the tests has left behind on this machine.
 *
 *     processes    those that carry the run's marker in their environment, that descend from the runner, or
 *                  that have become orphans holding an arena (a memfd whose name begins with "duodao")
 *     /dev/shm     files that were not there before
 *     TMPDIR       entries that begin with "duodao"
 *
 * The runner gives the marker and a TMPDIR of its own to all its children, so that two runs on one machine
 * do not accuse each other. What is dying or being closed just now is no leak: `settledLeaks` looks again
 * until nothing is left or the grace is over.
 *
 * Not seen: an orphan that has cleared its environment and holds no arena; files such a process leaves in
 * the machine's own temporary folder.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { ancestors, command, descriptors, hasVariable, isMarked, processes, standing } from './proc.js';

/** The variable that every process of a run inherits. */
export const MARKER = 'DUODAO_TEST_RUN';

const SHM = '/dev/shm';

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Notes what is there before a run. `marker` is the run's own value of MARKER, `tmp` its TMPDIR. */
export function before({ marker, tmp }) {
  return {
    marker,
    tmp,
    processes: new Set([...processes().values()].map(({ key }) => key)),
    shm: new Set(entries(SHM)),
    tmpEntries: new Set(entries(tmp)),
  };
}

function arenasOf(pid) {
  return [...new Set(descriptors(pid).filter((target) => target.startsWith('/memfd:duodao')))];
}

/** The processes of a run that still live. */
export function processesLeft(past) {
  const table = processes();
  // An orphan goes to the nearest ancestor of its dead parent that collects orphans; it is one of ours too.
  const above = new Set(ancestors(process.pid, table));
  const isLeft = ({ pid, ppid }) =>
    hasVariable(pid, MARKER, past.marker) ||
    ancestors(pid, table).includes(process.pid) ||
    // But a child of an ancestor that carries another run's mark belongs to that run, inside which this one runs.
    (above.has(ppid) && !isMarked(pid, MARKER) && arenasOf(pid).length > 0);
  return [...table.values()].filter(
    (one) => one.pid !== process.pid && one.state !== 'Z' && !past.processes.has(one.key) && isLeft(one),
  );
}

/** What is left now, each with its name. */
export function leaks(past) {
  const arenas = (pid) => arenasOf(pid).map((name) => `, holds ${name}`);
  return [
    ...processesLeft(past).map(
      ({ pid }) => `process ${pid}: ${command(pid)}${arenas(pid).join('')}, ${standing(pid)}`,
    ),
    ...entries(SHM).flatMap((name) => (past.shm.has(name) ? [] : [`${SHM}/${name}`])),
    ...entries(past.tmp).flatMap((name) =>
      name.startsWith('duodao') && !past.tmpEntries.has(name) ? [`${past.tmp}/${name}`] : [],
    ),
  ];
}

/** What is left once everything that is just ending has had the time to end. */
export async function settledLeaks(past, graceMs = 5000) {
  const deadline = performance.now() + graceMs;
  for (;;) {
    const found = leaks(past);
    if (found.length === 0 || performance.now() >= deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
