/** How workers are told what they serve. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assignmentIn, workerUrl } from '../../../../src/cli/serve/assignment.ts';

test('The URL of the module of workers says what they serve', () => {
  const assignment = { module: 'file:///a%20b/ä&c?d=1#e.ts', name: 'é&f', isQuiet: true };
  const url = workerUrl(assignment);
  assert.deepEqual(assignmentIn(url), assignment);
  assert.deepEqual(assignmentIn(workerUrl({ ...assignment, isQuiet: false })), {
    ...assignment,
    isQuiet: false,
  });
  assert.ok(existsSync(fileURLToPath(url)), url);
});

test('A URL without it says nothing', () => {
  assert.equal(assignmentIn('file:///worker.ts'), undefined);
  assert.equal(assignmentIn('file:///worker.ts?module=a'), undefined);
});
