/** The leak finder must find leaks: each kind is leaked on purpose, found, given back, and not found. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertNoLeaks, holdings, leaksOf } from '../../harness/leaks.ts';

const here = fileURLToPath(import.meta.url);

test('leaksOf() finds nothing when nothing was left', async () => {
  const before = holdings();
  console.log('a line of output is no leak');
  await assertNoLeaks(before);
});

test('leaksOf() finds a descriptor until it is closed', async () => {
  const before = holdings();
  const fd = openSync(here, 'r');
  assert.deepEqual(leaksOf(before), [`descriptor ${fd}: ${here}`]);
  closeSync(fd);
  await assertNoLeaks(before);
});

test('leaksOf() finds a descriptor that took the number of another', async () => {
  const first = openSync('/proc/self/status', 'r');
  const before = holdings();
  closeSync(first);
  const second = openSync(here, 'r');
  assert.equal(second, first);
  assert.deepEqual(leaksOf(before), [`descriptor ${second}: ${here}`]);
  closeSync(second);
  await assertNoLeaks(before);
});

test('leaksOf() finds a child until it has ended', async () => {
  const before = holdings();
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const found = leaksOf(before);
  child.kill('SIGKILL');
  assert.ok(found.includes(`child ${child.pid}: sleep`), found.join());
  assert.ok(found.includes('active: ProcessWrap'), found.join());
  await assertNoLeaks(before);
});

test('leaksOf() finds what keeps the event loop alive, each of them', async () => {
  const before = holdings();
  const timers = [setInterval(() => undefined, 60_000), setInterval(() => undefined, 60_000)];
  assert.deepEqual(leaksOf(before), ['active: Timeout', 'active: Timeout']);
  timers.forEach(clearInterval);
  const server = createServer().listen(0);
  await once(server, 'listening');
  assert.ok(leaksOf(before).includes('active: TCPServerWrap'));
  server.close();
  await assertNoLeaks(before);
});

test('assertNoLeaks() fails with the name of what is left when the grace is over', async () => {
  const before = holdings();
  const fd = openSync(here, 'r');
  await assert.rejects(
    assertNoLeaks(before, { graceMs: 0 }),
    new RegExp(`descriptor ${fd}: .*leaks\\.test\\.ts`),
  );
  closeSync(fd);
});
