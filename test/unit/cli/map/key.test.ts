/** By what --resume knows an item again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { keysOf } from '../../../../src/cli/map/key.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from '../scratch.ts';

test('A key changes with the item, the text of the module, the export, and how items are read', () =>
  inFolder(async (folder) => {
    const one = pathToFileURL(await fileIn(folder, 'one.ts', 'export const f = 1;')).href;
    const other = pathToFileURL(await fileIn(folder, 'other.ts', 'export const f = 2;')).href;
    const keys = [
      keysOf(one, 'f', 'text')('a'),
      keysOf(one, 'f', 'text')('b'),
      keysOf(other, 'f', 'text')('a'),
      keysOf(one, 'g', 'text')('a'),
      keysOf(one, 'f', 'json')('a'),
      keysOf('node:path', 'f', 'text')('a'),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.match(keys[0]!, /^[\w-]{22}$/);
  }));

test('A key is the same for the same text, wherever the module lies', () =>
  inFolder(async (folder) => {
    const urls = [];
    for (const name of ['one.ts', 'two.ts'])
      urls.push(pathToFileURL(await fileIn(folder, name, 'export const f = 1;')).href);
    const [one, two] = urls.map((url) => keysOf(url, 'f', 'text')('a'));
    assert.equal(one, two);
  }));

test('A module that cannot be read is a usage error', () => {
  assert.throws(() => keysOf('file:///nowhere/f.ts', 'f', 'text'), UsageError);
});
