/**
 * What the kernel says about the processes of this machine, read from /proc.
 *
 * Every answer is a moment's truth: a process may be gone before the next line reads more about it, so
 * whatever is no longer there is simply left out.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Reads a file of /proc; undefined when the process is gone or is somebody else's. */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return undefined;
    throw error;
  }
}

/** All processes, by pid. `key` stays unique when a pid is used again. */
export function processes() {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (stat === undefined) continue;
    // The command, in parentheses, may hold spaces and parentheses; the fields after the last one are plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pid = Number(name);
    const startedAt = Number(fields[19]);
    found.set(pid, { pid, state: fields[0], ppid: Number(fields[1]), startedAt, key: `${pid}@${startedAt}` });
  }
  return found;
}

/** What the threads of a process do, and those of its children, the dead ones too: why it is still there. */
export function standing(pid, table = processes()) {
  const children = [...table.values()].filter(({ ppid }) => ppid === pid);
  return [
    `in state ${threadStates(pid)}`,
    ...children.map((one) => `child ${one.pid} ${threadStates(one.pid)}`),
  ].join(', ');
}

/** A letter for each thread, the first one first: a process whose first letter is Z may still have others. */
function threadStates(pid) {
  let threads;
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 'gone';
  }
  const letter = (thread) => read(`/proc/${pid}/task/${thread}/stat`)?.match(/.*\) (\S)/s)?.[1] ?? '';
  return threads.map(letter).join('');
}

/** Whether the process was started with this variable in its environment. */
export function hasVariable(pid, name, value) {
  return read(`/proc/${pid}/environ`)?.split('\0').includes(`${name}=${value}`) ?? false;
}

/** Whether the process was started with this variable in its environment, whatever its value. */
export function isMarked(pid, name) {
  return (
    read(`/proc/${pid}/environ`)
      ?.split('\0')
      .some((entry) => entry.startsWith(`${name}=`)) ?? false
  );
}

/** The words of the command line. */
export function argv(pid) {
  return read(`/proc/${pid}/cmdline`)?.split('\0').filter(Boolean) ?? [];
}

/** The command line, short enough for one line of a report. */
export function command(pid) {
  const line = argv(pid).join(' ');
  return line.length <= 160 ? line : `${line.slice(0, 80)} … ${line.slice(-78)}`;
}

/** What the descriptors of a process point to. */
export function descriptors(pid) {
  const folder = `/proc/${pid}/fd`;
  let names;
  try {
    names = readdirSync(folder);
  } catch {
    return []; // gone, or somebody else's
  }
  return names.flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** The processes that started this one, and theirs, up to the first of all. */
export function ancestors(pid, table = processes()) {
  const chain = [];
  for (let at = table.get(pid)?.ppid; at; at = table.get(at)?.ppid) chain.push(at);
  return chain;
}

/** Ends processes by force, unless their pid belongs to another one by now. */
export function kill(victims) {
  const table = processes();
  for (const { pid, key } of victims) {
    if (table.get(pid)?.key !== key) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
