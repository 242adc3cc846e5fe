/**
 * What this system supports, as a list of checks, each with how it was tried.
 *
 * @module
 */
import type { Probe, SystemFacts } from '../../platform/index.ts';
import { grouped } from '../text.ts';

/** One line of what the doctor says. Its fields are those of `--json`. */
export interface Check {
  readonly name: string;
  /** bad: duodao cannot keep its promises here. warn: something of it is weaker. info: good to know. */
  readonly status: 'ok' | 'info' | 'warn' | 'bad';
  readonly found: string;
  readonly tried: string;
}

const NODE_LEAST: readonly number[] = [20, 19];
/** Each participant needs some descriptors, and one for each other that it rings. */
const FILES_LEAST = 1024;
const PROCESSES_LEAST = 256;
const SHM_LEAST_BYTES = 16 * 2 ** 20;
const MIB = 2 ** 20;

/** All checks that need no process. */
export function checksOf(facts: SystemFacts, probes: readonly Probe[]): Check[] {
  return [
    systemCheck(facts),
    nodeCheck(facts),
    ...probes.map(({ name, tried, refusal }): Check => {
      return { name, tried, status: refusal === undefined ? 'ok' : 'bad', found: refusal ?? 'works' };
    }),
    autogroupCheck(facts),
    limitCheck('open files', facts.openFiles, FILES_LEAST, 'ulimit -n'),
    limitCheck('processes', facts.processes, PROCESSES_LEAST, 'ulimit -u'),
    shmCheck(facts),
    cgroupCheck('CPU limit', facts.cgroupCpus, (cpus) => `${cpus} CPUs`),
    cgroupCheck('memory limit', facts.cgroupMemoryBytes, (bytes) => `${grouped(bytes / MIB)} MiB`),
    ptraceCheck(facts),
  ];
}

function systemCheck({ platform, architecture, kernel }: SystemFacts): Check {
  const isOurs = platform === 'linux' && ['x64', 'arm64'].includes(architecture);
  const found = `${platform} ${kernel} on ${architecture}${isOurs ? '' : '; needed is Linux on x64 or arm64'}`;
  return { name: 'system', status: isOurs ? 'ok' : 'bad', found, tried: 'asked Node.js' };
}

function nodeCheck({ node }: SystemFacts): Check {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [least = 0, leastMinor = 0] = NODE_LEAST;
  const isNew = major > least || (major === least && minor >= leastMinor);
  const found = isNew ? node : `${node}; needed is ${NODE_LEAST.join('.')} or newer`;
  return { name: 'Node.js', status: isNew ? 'ok' : 'bad', found, tried: 'asked Node.js' };
}

function autogroupCheck({ autogroup }: SystemFacts): Check {
  const [status, found] =
    autogroup === undefined
      ? (['info', 'this kernel has none'] as const)
      : autogroup
        ? (['warn', 'on: niceness has little effect between sessions of a terminal'] as const)
        : (['ok', 'off: niceness counts between all processes'] as const);
  return { name: 'autogroup', status, found, tried: 'read /proc/sys/kernel/sched_autogroup_enabled' };
}

function limitCheck(name: string, limit: number | undefined, least: number, command: string): Check {
  const tried = 'read /proc/self/limits';
  if (limit === undefined) return { name, status: 'info', found: 'not told', tried };
  const text = limit === Number.POSITIVE_INFINITY ? 'no limit' : `${grouped(limit)} at most`;
  if (limit >= least) return { name, status: 'ok', found: text, tried };
  return { name, status: 'warn', found: `${text}: few; raise it with ${command} ${least}`, tried };
}

function shmCheck({ shm }: SystemFacts): Check {
  const name = '/dev/shm';
  const tried = 'asked the file system';
  if (!shm) return { name, status: 'warn', found: 'not there: SharedMemory by name does not work', tried };
  const found = `${grouped(shm.freeBytes / MIB)} MiB free of ${grouped(shm.sizeBytes / MIB)} MiB`;
  if (shm.freeBytes >= SHM_LEAST_BYTES) return { name, status: 'ok', found, tried };
  return { name, status: 'warn', found: `${found}: little room for SharedMemory by name`, tried };
}

function cgroupCheck(name: string, limit: number | undefined, text: (limit: number) => string): Check {
  const tried = 'read the files of our control group';
  if (limit === undefined) return { name, status: 'info', found: 'not told', tried };
  return { name, status: 'info', found: limit === Number.POSITIVE_INFINITY ? 'none' : text(limit), tried };
}

function ptraceCheck({ ptraceScope }: SystemFacts): Check {
  const tried = 'read /proc/sys/kernel/yama/ptrace_scope';
  const found = ptraceScope === undefined ? 'this kernel has none' : `${ptraceScope}`;
  return {
    name: 'ptrace scope',
    status: 'info',
    found: `${found}; duodao top needs no debugger's rights`,
    tried,
  };
}
