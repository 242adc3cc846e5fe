/** The errors that carry what the kernel said. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import { refused } from '../../../src/platform/errno.ts';
import { libc } from '../../../src/platform/libc.ts';

test('refused() names the errno of the last call', () => {
  libc().close(-1);
  const error = refused('Cannot close it');
  assert.ok(error instanceof DuodaoError);
  assert.equal(error.code, 'unsupported');
  assert.equal(error.message, 'Cannot close it: the system says EBADF');
  assert.deepEqual(error.facts, { errno: 9, name: 'EBADF' });
});

test('refused() has the code that its caller finds right', () => {
  libc().open('/there/is/none', 0, 0);
  const error = refused('Cannot open it', 'no-space');
  assert.equal(error.code, 'no-space');
  assert.equal(error.facts['name'], 'ENOENT');
});
