/** `duodao rush` from its words to its exit code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rush } from '../../../../src/cli/rush/command.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { Kept } from '../scratch.ts';

test('rush refuses unknown options before it touches a file', async () => {
  await assert.rejects(rush(['--check', '/nowhere', '--colour'], new Kept()), UsageError);
});

test('rush without the office says so', async () => {
  await assert.rejects(rush([], new Kept()), { code: 'unsupported' });
});
