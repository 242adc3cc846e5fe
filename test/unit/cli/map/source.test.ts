/** Where the items come from. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Input } from '../../../../src/cli/map/options.ts';
import { openSource, type Source } from '../../../../src/cli/map/source.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from '../scratch.ts';

async function items(source: Source): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of source.batches) found.push(...batch);
  return found;
}

async function read(input: Input, stdin?: Readable): Promise<unknown[]> {
  return await items(await openSource(input, stdin));
}

test('Words are items, and it is known how many', async () => {
  const source = await openSource({ from: 'words', words: ['a', 'b'] });
  assert.deepEqual([source.form, source.total], ['text', 2]);
  assert.deepEqual(await items(source), ['a', 'b']);
});

test('Lines of a file are items, empty ones, too', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'x', 'a\n\nb');
    assert.deepEqual(await read({ from: 'lines', path }), ['a', '', 'b']);
  }));

test('NDJSON has no item for a blank line, and items stay as they were written', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'x', '{"a": 1}\n \n\n[2]\n');
    const source = await openSource({ from: 'ndjson', path });
    assert.equal(source.form, 'json');
    assert.deepEqual(await items(source), ['{"a": 1}', '[2]']);
  }));

test('A dash is standard input', async () => {
  const stdin = Readable.from([Buffer.from('a\0b')]);
  assert.deepEqual(await read({ from: 'null', path: '-' }, stdin), ['a', 'b']);
});

test('Paths that match a pattern are items', () =>
  inFolder(async (folder) => {
    await fileIn(folder, 'x.md', '');
    assert.deepEqual(await read({ from: 'glob', pattern: `${folder}/*.md` }), [`${folder}/x.md`]);
  }));

test('A file that is not there, or is a folder, is a usage error before anything runs', () =>
  inFolder(async (folder) => {
    await assert.rejects(read({ from: 'lines', path: `${folder}/no` }), /as there is no such file or folder/);
    await assert.rejects(read({ from: 'lines', path: folder }), /as it is a folder/);
  }));

test('A failure in the middle names the file', async () => {
  const stdin = Readable.from(
    (async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a\n');
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    })(),
  );
  await assert.rejects(
    read({ from: 'lines', path: '-' }, stdin),
    new UsageError('Cannot read standard input as EIO: i/o error, read'),
  );
});
