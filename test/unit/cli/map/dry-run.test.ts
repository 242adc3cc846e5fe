/** What would be called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../../../src/cli/map/dry-run.ts';
import { openSource } from '../../../../src/cli/map/source.ts';
import { failing, fileIn, inFolder, Kept } from '../scratch.ts';

test('A dry run prints a call for each item', () =>
  inFolder(async (folder) => {
    const out = new Kept();
    assert.equal(await dryRun(await openSource({ from: 'words', words: ['a', '"'] }), 'f.ts#g', out), 0);
    const path = await fileIn(folder, 'x', '{"a": 1}\n');
    await dryRun(await openSource({ from: 'ndjson', path }), 'f.ts#g', out);
    assert.equal(out.text, 'f.ts#g("a")\nf.ts#g("\\"")\nf.ts#g({"a": 1})\n');
  }));

test('A dry run ends quietly when its reader leaves, and fails when the disk is full', async () => {
  const source = await openSource({ from: 'words', words: ['a'] });
  assert.equal(await dryRun(source, 'f', failing('EPIPE')), 0);
  const again = await openSource({ from: 'words', words: ['a'] });
  await assert.rejects(dryRun(again, 'f', failing('ENOSPC')), /ENOSPC/);
});
