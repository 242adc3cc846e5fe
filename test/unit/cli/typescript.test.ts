/** Modules in TypeScript, for a Node.js that does not read them. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loaderFlag } from '../../../src/cli/typescript.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from './scratch.ts';

const old = { isNative: false, flags: [], folder: '/' };

test('A module that is JavaScript, or a Node.js that reads TypeScript, needs nothing', () => {
  assert.equal(loaderFlag('file:///x.mjs', old), undefined);
  assert.equal(loaderFlag('node:path', old), undefined);
  assert.equal(loaderFlag('file:///x.ts', { ...old, isNative: true }), undefined);
});

test('Who runs with tsx has it already', () => {
  for (const flags of [['--import', 'tsx'], ['--import=tsx/esm'], ['--import=file:///a/tsx/dist/loader.mjs']])
    assert.equal(loaderFlag('file:///x.ts', { ...old, flags }), undefined);
});

test('tsx is found beside the module, and from the folder of the command', () =>
  inFolder(async (folder) => {
    await mkdir(`${folder}/node_modules/tsx`, { recursive: true });
    await mkdir(`${folder}/deep`);
    await fileIn(folder, 'node_modules/tsx/package.json', '{"exports":"./loader.mjs"}');
    await fileIn(folder, 'node_modules/tsx/loader.mjs', '');
    const flag = `--import=${pathToFileURL(`${folder}/node_modules/tsx/loader.mjs`).href}`;
    assert.equal(loaderFlag(pathToFileURL(`${folder}/deep/x.ts`).href, old), flag);
    assert.equal(loaderFlag('file:///nowhere/x.cts', { ...old, folder: `${folder}/deep` }), flag);
  }));

test('Without it a usage error says what to do', () => {
  assert.throws(
    () => loaderFlag('file:///nowhere/x.ts', old),
    (error) => error instanceof UsageError && /install tsx beside it/.test(error.message),
  );
});
