/** What a program listens to is its own: duodao changes nothing about signals and failures, whatever of it is used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../harness/programs.ts';

test('duodao listens to no signal and to no failure, in the program, its children and its threads', async () => {
  const { code, stdout, stderr } = await run('processes/listens.ts').end;
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { first: [], child: [], thread: [], used: [], last: [] });
});
