/** The file for --trace. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TraceFile } from '../../../../src/cli/map/trace-file.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { inFolder } from '../scratch.ts';

test('A trace is there before the run, and whole after it', () =>
  inFolder(async (folder) => {
    const file = new TraceFile(`${folder}/trace`);
    assert.equal(readFileSync(`${folder}/trace`, 'utf8'), '');
    file.write({ spans: [1] });
    assert.equal(readFileSync(`${folder}/trace`, 'utf8'), '{"spans":[1]}\n');
  }));

test('A trace that cannot be written is refused before the run', () => {
  assert.throws(() => new TraceFile('/nowhere/trace'), UsageError);
});
