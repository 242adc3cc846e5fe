/** What a system says of itself, and what becomes of it when it says nothing, or something else. */
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { test } from 'node:test';
import { type SystemFacts, systemFacts } from '../../../src/platform/index.ts';

function factsWith(files: Readonly<Record<string, string>>): SystemFacts {
  return systemFacts((path) => files[path]);
}

test('systemFacts() reads this system', () => {
  const { platform, kernel, node, openFiles, shm } = systemFacts();
  assert.deepEqual([platform, kernel, node], ['linux', release(), process.versions.node]);
  assert.ok(openFiles! > 0 && shm!.freeBytes > 0 && shm!.freeBytes <= shm!.sizeBytes);
});

test('systemFacts() leaves out what a system does not tell', () => {
  const { autogroup, openFiles, processes, cgroupCpus, cgroupMemoryBytes, ptraceScope } = factsWith({});
  assert.deepEqual(
    [autogroup, openFiles, processes, cgroupCpus, cgroupMemoryBytes, ptraceScope],
    Array.from({ length: 6 }, () => undefined),
  );
});

test('systemFacts() reads limits, with and without an end', () => {
  const facts = factsWith({
    '/proc/self/limits':
      'Limit         Soft Limit  Hard Limit  Units\n' +
      'Max processes unlimited   unlimited   processes\nMax open files 1024 4096 files\n',
    '/proc/sys/kernel/sched_autogroup_enabled': '0\n',
    '/proc/sys/kernel/yama/ptrace_scope': '1\n',
  });
  assert.deepEqual(
    [facts.openFiles, facts.processes, facts.autogroup, facts.ptraceScope],
    [1024, Number.POSITIVE_INFINITY, false, 1],
  );
});

test('systemFacts() takes the narrowest limit on the way to our control group', () => {
  const { cgroupCpus, cgroupMemoryBytes } = factsWith({
    '/proc/self/cgroup': '0::/a/b\n',
    '/sys/fs/cgroup/a/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/a/memory.max': 'max\n',
    '/sys/fs/cgroup/a/b/memory.max': '1048576\n',
  });
  assert.deepEqual([cgroupCpus, cgroupMemoryBytes], [1.5, 1_048_576]);
});

test('systemFacts() reads control groups of version 1', () => {
  const { cgroupCpus, cgroupMemoryBytes } = factsWith({
    '/proc/self/cgroup': '4:memory:/x\n2:cpu,cpuacct:/y\n1:cpuset:/z\n0::/\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu/y/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu/y/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  });
  assert.deepEqual([cgroupCpus, cgroupMemoryBytes], [0.5, Number.POSITIVE_INFINITY]);
});
