/** A signal reaches whom it is meant for, or nobody. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { libc } from '../../../src/platform/libc.ts';
import { entryOf, type ProcessIdentity } from '../../../src/platform/process-table.ts';
import { signalProcess } from '../../../src/platform/signals.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { run } from '../../harness/programs.ts';
import { startPart, until } from './part.ts';

let clean: Holdings;
before(() => {
  libc();
  clean = holdings();
});
after(() => assertNoLeaks(clean));

test('signalProcess() reaches the process that is meant, and none that has its number', async () => {
  const { pid, end } = await startPart('hold');
  const identity = entryOf(pid) as ProcessIdentity;
  const { startTime } = identity;
  assert.equal(signalProcess({ pid, startTime: startTime - 1 }, 'SIGKILL'), 'gone');
  assert.equal(signalProcess(identity, 'SIGSTOP'), 'sent');
  await until('it stands', () => entryOf(pid)?.letter === 'T');
  assert.equal(signalProcess(identity, 'SIGKILL'), 'sent');
  // Dead, but nobody has asked how it ended before our event loop does.
  assert.equal(signalProcess(identity, 'SIGKILL'), 'sent');
  assert.equal(await end, 'SIGKILL');
  assert.equal(signalProcess(identity, 'SIGKILL'), 'gone');
});

test('signalProcess() goes by the number where there are no descriptors of processes', async (context) => {
  const c = libc();
  const { syscall } = c;
  const { pid, end } = await startPart('hold');
  const identity = entryOf(pid) as ProcessIdentity;
  let asked = 0;
  context.mock.method(c, 'syscall', (...args: Parameters<typeof syscall>): number => {
    if (args[0] !== c.numbers.pidfdOpen) return syscall(...args);
    asked++;
    return -1;
  });
  assert.equal(signalProcess({ pid, startTime: 1 }, 'SIGKILL'), 'gone');
  assert.equal(signalProcess(identity, 'SIGTERM'), 'sent');
  assert.equal(await end, 'SIGTERM');
  assert.equal(asked, 2);
});

test('signalProcess() is refused by processes of other users', { skip: isNotRoot() }, async () => {
  const { stdout, stderr } = await run('platform/signals-stranger.ts').end;
  assert.equal(stdout, 'refused', stderr);
});

function isNotRoot(): string | false {
  return process.getuid?.() === 0 ? false : 'only root can become another user';
}
