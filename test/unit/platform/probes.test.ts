/** The probes try what they say, and leave nothing behind. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { libc, probeSystem } from '../../../src/platform/index.ts';

test('probeSystem() finds that this system carries the core, and says how it knows', () => {
  const before = readdirSync('/proc/self/fd').length;
  const probes = probeSystem();
  assert.equal(readdirSync('/proc/self/fd').length, before);
  assert.deepEqual(
    probes.map(({ name, refusal }) => [name, refusal]),
    ['koffi', 'futex', 'robust futexes', 'memfd', 'open-file locks', 'pidfd'].map((name) => [
      name,
      undefined,
    ]),
  );
  for (const { tried } of probes) assert.ok(tried.length > 10);
});

test('probeSystem() says what is refused, and by whom', (context) => {
  const c = libc();
  context.mock.method(c, 'syscall', () => -1);
  context.mock.method(c, 'fcntl', () => -1);
  context.mock.method(c, 'memfd_create', () => -1);
  const refused = probeSystem().filter(({ refusal }) => refusal !== undefined);
  assert.deepEqual(
    refused.map(({ name }) => name),
    ['futex', 'robust futexes', 'memfd', 'open-file locks', 'pidfd'],
  );
  assert.match(refused[2]!.refusal!, /Cannot create shared memory: the system says/);
});
