/** The words after `duodao top`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTop } from '../../../../src/cli/top/options.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { says } from '../scratch.ts';

test('parseTop() takes the number of a process before, between and after the options', () => {
  assert.deepEqual(parseTop(['--batch']), { tree: false, json: false, pid: undefined });
  for (const words of [
    ['12', '--batch', '--tree'],
    ['--batch', '12', '--tree'],
    ['--batch', '--tree', '12'],
  ])
    assert.deepEqual(parseTop(words), { tree: true, json: false, pid: 12 });
  assert.equal(parseTop(['--json', '--batch']).json, true);
});

test('parseTop() refuses what is no option, and what is no process', () => {
  assert.throws(
    () => parseTop(['--json']),
    says(UsageError, 'Cannot show the table without --batch, which prints it once'),
  );
  assert.throws(() => parseTop(['--bach']), says(UsageError, 'Unknown option --bach; did you mean --batch?'));
  for (const word of ['0', '1.5', 'x', '99999999999'])
    assert.throws(
      () => parseTop(['--batch', word]),
      says(UsageError, `Cannot show "${word}" as a process is named by its number`),
    );
  assert.throws(
    () => parseTop(['--batch', '1', '2']),
    says(UsageError, 'Cannot show "2" as one process was named already: "1"'),
  );
});
