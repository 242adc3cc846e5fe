/** Whom a pid names: somebody who runs, or nobody. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { identityOf } from '../../../src/process/identity.ts';
import { entryOf, stillIs } from '../../../src/platform/process-table.ts';

test('identityOf() names a process that runs, and refuses one that is dead, asked for or not', async () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const pid = child.pid as number;
  const exited = once(child, 'exit');
  const identity = identityOf(pid);
  assert.deepEqual(identity, { pid, startTime: entryOf(pid)?.startTime });
  child.kill('SIGKILL');
  // Nobody asks how it ended before our event loop does.
  while (stillIs(identity));
  const refusal = { name: 'DuodaoError', code: 'exited', facts: { pid } };
  assert.throws(() => identityOf(pid), refusal);
  await exited;
  assert.throws(() => identityOf(pid), refusal);
});
