/**
 * One module is the program, however it was named on the command line; in a child and in a thread there is
 * none.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isMain } from '../../../../src/process/start/main-guard.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../../fixtures/functions/program', import.meta.url));

async function answers(args: readonly string[], cwd = folder): Promise<unknown> {
  const { stdout } = await run(process.execPath, [...process.execArgv, ...args], { cwd });
  return JSON.parse(stdout) as unknown;
}

const yes = { program: true, part: false };
const no = { program: false, part: false };

test('isMain() knows the program by its path, without its extension, and by its folder', async () => {
  assert.deepEqual(await answers([join(folder, 'index.js')]), yes);
  assert.deepEqual(await answers(['index']), yes);
  assert.deepEqual(await answers(['.']), yes);
});

test('isMain() knows the program behind a symbolic link', async (t) => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'duodao-main-'));
  t.after(() => rm(elsewhere, { recursive: true }));
  await symlink(join(folder, 'index.js'), join(elsewhere, 'tool'));
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  await symlink(root, join(elsewhere, 'linked'));
  const linked = join(elsewhere, 'linked', relative(root, folder), 'index.js');
  assert.deepEqual(await answers([join(elsewhere, 'tool')], folder), yes);
  assert.deepEqual(await answers(['--preserve-symlinks', join(elsewhere, 'tool')], folder), yes);
  assert.deepEqual(await answers([linked], folder), yes);
  assert.deepEqual(await answers(['--preserve-symlinks-main', linked], folder), yes);
});

test('isMain() is false in a child and in a thread', async () => {
  assert.deepEqual(await answers(['index.js', 'child']), no);
  assert.deepEqual(await answers(['index.js', 'thread']), no);
});

test('isMain() is false where the program is no file', async () => {
  const module = JSON.stringify(new URL('../../../../src/process/start/main-guard.ts', import.meta.url).href);
  const source = `import { isMain } from ${module}; console.log(JSON.stringify(isMain(import.meta)));`;
  assert.equal(await answers(['--input-type=module', '--eval', source]), false);
  assert.equal(await answers(['--input-type=module', '--eval', source, 'no-such-file.js']), false);
});

test('isMain() refuses what is not import.meta', () => {
  for (const meta of [undefined, null, {}, 'file:///x.js'])
    assert.throws(() => isMain(meta as { url: string }), {
      name: 'TypeError',
      message: /must be import\.meta/,
    });
});
