/** Which module is meant, and which of its exports. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findTarget, type Target } from '../../../src/cli/target.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from './scratch.ts';

async function inProject(
  run: (find: (text: string) => Target, url: (path: string) => string) => void,
): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(`${folder}/node_modules/@me/tool`, { recursive: true });
    await mkdir(`${folder}/node_modules/old`);
    await mkdir(`${folder}/lib`);
    await fileIn(folder, 'thumbs.ts', '');
    await fileIn(folder, 'a#b.mjs', '');
    await fileIn(folder, 'lib/deep.js', '');
    const exports = { '.': { types: './t.d.ts', import: './in.mjs' }, './extra': './extra.mjs' };
    await fileIn(folder, 'node_modules/@me/tool/package.json', JSON.stringify({ exports }));
    await fileIn(folder, 'node_modules/old/package.json', '{"main":"old.js"}');
    await fileIn(folder, 'node_modules/old/old.js', '');
    run(
      (text) => findTarget(text, 'map by', folder),
      (path) => pathToFileURL(`${folder}/${path}`).href,
    );
  });
}

test('A file is found from the folder, with or without a name behind the #', () =>
  inProject((find, url) => {
    assert.deepEqual(find('thumbs.ts'), { url: url('thumbs.ts'), name: undefined, module: 'thumbs.ts' });
    assert.deepEqual(find('./lib/deep.js#a.b'), {
      url: url('lib/deep.js'),
      name: 'a.b',
      module: './lib/deep.js',
    });
    assert.equal(find(`${url('thumbs.ts')}#x`).name, 'x');
    assert.equal(find('a#b.mjs').name, undefined);
    assert.equal(find('a#b.mjs#c').url, url('a#b.mjs'));
  }));

test('A package is found as an import would find it, and a module of Node.js by its name', () =>
  inProject((find, url) => {
    assert.equal(find('@me/tool#f').url, url('node_modules/@me/tool/in.mjs'));
    assert.equal(find('@me/tool/extra').url, url('node_modules/@me/tool/extra.mjs'));
    assert.equal(find('old').url, url('node_modules/old/old.js'));
    assert.equal(find('node:path#basename').url, 'node:path');
    assert.equal(find('path#basename').url, 'node:path');
  }));

test('What is not there is a usage error that says what may be meant', () =>
  inProject((find) => {
    assert.throws(
      () => find('thumbs'),
      /^UsageError: Cannot map by "thumbs" as there is no such file or package; did you mean thumbs\.ts\?$/,
    );
    assert.throws(() => find('./lib/depe.js'), /did you mean \.\/lib\/deep\.js\?$/);
    assert.throws(() => find('nowhere/x.ts'), /as there is no such file or package$/);
    assert.throws(() => find('@me/none'), UsageError);
    assert.throws(() => find('lib'), /as it is a folder: name a file in it/);
    assert.throws(() => find('node:nothing'), /as there is no such module/);
    assert.throws(() => find('file:///nowhere.ts'), /as there is no such module/);
  }));

test('Nothing on a side of the # is a usage error', () =>
  inProject((find) => {
    assert.throws(() => find('thumbs.ts#'), /no export stands behind/);
    assert.throws(() => find('#f'), /no module stands before/);
  }));
