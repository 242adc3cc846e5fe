/** What the doctor makes of what a system says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Check, checksOf } from '../../../../src/cli/doctor/checks.ts';
import type { SystemFacts } from '../../../../src/platform/index.ts';

const FACTS: SystemFacts = {
  platform: 'linux',
  architecture: 'x64',
  kernel: '6.1',
  node: '20.19.0',
  autogroup: false,
  openFiles: 1024,
  processes: Number.POSITIVE_INFINITY,
  shm: { sizeBytes: 64 * 2 ** 20, freeBytes: 32 * 2 ** 20 },
  cgroupCpus: 1.5,
  cgroupMemoryBytes: 2048 * 2 ** 20,
  ptraceScope: 1,
};

function check(name: string, facts: Partial<SystemFacts> = {}): string {
  const found = checksOf({ ...FACTS, ...facts }, []).find((one) => one.name === name);
  assert.ok(found && found.tried !== '');
  return `${found.status}: ${found.found}`;
}

test('A system that has what is needed is well', () => {
  const checks = checksOf(FACTS, [{ name: 'memfd', tried: 'made one', refusal: undefined }]);
  assert.ok(checks.every(({ status }) => status === 'ok' || status === 'info'));
  assert.equal(check('CPU limit'), 'info: 1.5 CPUs');
  assert.equal(check('memory limit'), 'info: 2,048 MiB');
  assert.equal(check('processes'), 'ok: no limit');
});

test('What a probe found refused is bad, in the words of the system', () => {
  const [found] = checksOf(FACTS, [{ name: 'memfd', tried: 'made one', refusal: 'ENOSYS' }]).filter(
    ({ name }) => name === 'memfd',
  );
  assert.deepEqual(found, {
    name: 'memfd',
    status: 'bad',
    found: 'ENOSYS',
    tried: 'made one',
  } satisfies Check);
});

test('Another system, or an old Node.js, is bad', () => {
  assert.match(check('system', { platform: 'darwin' }), /^bad: darwin .*needed is Linux/);
  assert.match(check('system', { architecture: 'riscv64' }), /^bad: /);
  for (const node of ['18.20.0', '20.18.9']) assert.match(check('Node.js', { node }), /^bad: .*20\.19/);
  for (const node of ['20.20.0', '24.0.0']) assert.match(check('Node.js', { node }), /^ok: /);
});

test('What makes something weaker is a warning', () => {
  assert.match(check('autogroup', { autogroup: true }), /^warn: on: niceness/);
  assert.match(
    check('open files', { openFiles: 256 }),
    /^warn: 256 at most: few; raise it with ulimit -n 1024/,
  );
  assert.match(check('/dev/shm', { shm: undefined }), /^warn: not there/);
  assert.match(
    check('/dev/shm', { shm: { sizeBytes: 2 ** 26, freeBytes: 0 } }),
    /^warn: 0 MiB free of 64 MiB/,
  );
});

test('What is not told is said to be so', () => {
  assert.equal(check('autogroup', { autogroup: undefined }), 'info: this kernel has none');
  assert.equal(check('open files', { openFiles: undefined }), 'info: not told');
  assert.equal(check('CPU limit', { cgroupCpus: undefined }), 'info: not told');
  assert.equal(check('memory limit', { cgroupMemoryBytes: Number.POSITIVE_INFINITY }), 'info: none');
});
