/** A lifeline is there as long as its child and this process: no descriptor of it is left, however a start went. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { onLifeline } from '../../../../src/process/start/lifeline.ts';
import { assertNoLeaks, holdings } from '../../../harness/leaks.ts';
import { until } from '../../../harness/tree.ts';

const pipes = (): number =>
  [...holdings().descriptors.values()].filter((one) => one.startsWith('pipe:')).length;

test('A lifeline is held while the child lives', async () => {
  const before = holdings();
  const had = pipes();
  const child = onLifeline((fd) => spawn('cat', [], { stdio: ['ignore', 'ignore', 'ignore', fd, 'ignore'] }));
  const held = onLifeline((fd) => spawn('cat', [], { stdio: [fd, 'ignore', 'ignore'] }));
  assert.ok(pipes() > had);
  held.kill('SIGKILL');
  await Promise.all([child, held].map((one) => once(one, 'exit')));
  await until('all ends are closed', () => pipes() === had);
  await assertNoLeaks(before);
});

test('A start that fails leaves no lifeline', async () => {
  const before = holdings();
  assert.throws(
    () =>
      onLifeline(() => {
        throw new RangeError('not today');
      }),
    /not today/,
  );
  const nobody = onLifeline((fd) => spawn('/no/such/program', [], { stdio: [fd, 'ignore', 'ignore'] }));
  await once(nobody, 'error');
  await assertNoLeaks(before);
});
