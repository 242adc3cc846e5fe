/**
 * What this system is and how much it allows, read from its own files.
 *
 * @module
 */
import { readFileSync, statfsSync } from 'node:fs';
import { release } from 'node:os';

/** What is not told is undefined. A limit that is none is Infinity. */
export interface SystemFacts {
  /** As Node.js names them: linux, x64. */
  readonly platform: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly node: string;
  /** Whether the scheduler weighs sessions before it weighs processes. */
  readonly autogroup: boolean | undefined;
  readonly openFiles: number | undefined;
  readonly processes: number | undefined;
  readonly shm: { readonly sizeBytes: number; readonly freeBytes: number } | undefined;
  /** CPUs' worth of time that the control group of this process may have. */
  readonly cgroupCpus: number | undefined;
  readonly cgroupMemoryBytes: number | undefined;
  /** How far Yama restricts debuggers, 0 to 3. */
  readonly ptraceScope: number | undefined;
}

/** What version 1 of control groups says of memory that is not limited is a little less than 2^63. */
const UNLIMITED = 2 ** 60;

/** Gives the text of a file, or undefined. */
export type ReadText = (path: string) => string | undefined;

export function systemFacts(read: ReadText = readText): SystemFacts {
  const limits = read('/proc/self/limits') ?? '';
  const autogroup = read('/proc/sys/kernel/sched_autogroup_enabled');
  const ptrace = read('/proc/sys/kernel/yama/ptrace_scope');
  return {
    platform: process.platform,
    architecture: process.arch,
    kernel: release(),
    node: process.versions.node,
    autogroup: autogroup === undefined ? undefined : Number(autogroup) !== 0,
    openFiles: limitOf(/^Max open files +(\S+)/m.exec(limits)?.[1]),
    processes: limitOf(/^Max processes +(\S+)/m.exec(limits)?.[1]),
    shm: shmFacts(),
    ...cgroupFacts(read),
    ptraceScope: ptrace === undefined ? undefined : Number(ptrace),
  };
}

type GroupFacts = Pick<SystemFacts, 'cgroupCpus' | 'cgroupMemoryBytes'>;

/** The narrowest limits on the way from the root to our control group. */
function cgroupFacts(read: ReadText): GroupFacts {
  const groups = read('/proc/self/cgroup') ?? '';
  const cpus = groupTexts(read, groups, 'cpu').map(cpusOf);
  const bytes = groupTexts(read, groups, 'memory').map(({ now, before }) => limitOf((now ?? before)?.trim()));
  return { cgroupCpus: least(cpus), cgroupMemoryBytes: least(bytes) };
}

/** What the files of one group say: in version 2 of control groups, and in the one before. */
interface GroupTexts {
  readonly now: string | undefined;
  readonly before: string | undefined;
  readonly period: string | undefined;
}

function groupTexts(read: ReadText, groups: string, controller: 'cpu' | 'memory'): GroupTexts[] {
  const now = /^0::(\/.*)$/m.exec(groups)?.[1];
  const before = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(/.*)$`, 'm').exec(groups)?.[1];
  const old = `/sys/fs/cgroup/${controller}`;
  const isCpu = controller === 'cpu';
  return [
    ...foldersTo(now).map((path) => ({
      now: read(`/sys/fs/cgroup${path}/${controller}.max`),
      before: undefined,
      period: undefined,
    })),
    ...foldersTo(before).map((path) => ({
      now: undefined,
      before: read(`${old}${path}/${isCpu ? 'cpu.cfs_quota_us' : 'memory.limit_in_bytes'}`),
      period: isCpu ? read(`${old}${path}/cpu.cfs_period_us`) : undefined,
    })),
  ];
}

/** The folders of a path, from the root on. */
function foldersTo(path: string | undefined): string[] {
  const names = path?.split('/').filter((name) => name !== '');
  return names ? ['', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)] : [];
}

function cpusOf({ now, before, period }: GroupTexts): number | undefined {
  const [quota, of = period] = (now ?? before ?? '').trim().split(' ');
  const share = limitOf(quota === '-1' ? 'max' : quota || undefined);
  return share === undefined ? undefined : share / (Number(of) || 100_000);
}

function least(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isNone = text === 'max' || text === 'unlimited' || Number(text) >= UNLIMITED;
  return isNone ? Number.POSITIVE_INFINITY : Number(text);
}

function shmFacts(): SystemFacts['shm'] {
  try {
    const { bsize, blocks, bavail } = statfsSync('/dev/shm');
    return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return undefined; // there is none: that is the answer
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // this system does not tell
  }
}
