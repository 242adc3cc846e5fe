/**
 * The program as people start it, from a pipe to a full disk. `bin/duodao.js` runs what was built; here the
 * sources are started the same way, so that these tests do not depend on a build.
 */
import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inFolder, shell } from './scratch.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const START = `import { main } from ${JSON.stringify(`${ROOT}src/cli/main.ts`)};
process.exitCode = await main(process.argv.slice(2));
`;

async function start(folder: string): Promise<void> {
  await writeFile(`${folder}/start.mts`, START);
}

test('duodao ends quietly when its reader leaves', () =>
  inFolder(async (folder) => {
    await start(folder);
    const { code, stdout, stderr } = await shell(
      'set -o pipefail; $NODE start.mts rush --help | (exec 0<&-; echo gone)',
      folder,
    );
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'gone\n', stderr: '' });
  }));

test('duodao fails when the disk is too full for its output', () =>
  inFolder(async (folder) => {
    await start(folder);
    const { code, stderr } = await shell('$NODE start.mts --help > /dev/full', folder);
    assert.equal(code, 1);
    assert.match(stderr, /^duodao: Cannot write the output: ENOSPC/);
  }));

test('bin/duodao.js says how to build when there is no build', () =>
  inFolder(async (folder) => {
    await mkdir(`${folder}/bin`);
    await writeFile(`${folder}/package.json`, '{"type":"module"}');
    await copyFile(`${ROOT}bin/duodao.js`, `${folder}/bin/duodao.js`);
    assert.deepEqual(await shell('$NODE bin/duodao.js', folder), {
      code: 1,
      stdout: '',
      stderr: 'duodao: this checkout has not been built yet: run "npm run build" first\n',
    });
  }));

test('bin/duodao.js runs the build with its words and ends with its code', () =>
  inFolder(async (folder) => {
    await mkdir(`${folder}/bin`);
    await mkdir(`${folder}/dist/cli`, { recursive: true });
    await writeFile(`${folder}/package.json`, '{"type":"module"}');
    await copyFile(`${ROOT}bin/duodao.js`, `${folder}/bin/duodao.js`);
    await writeFile(
      `${folder}/dist/cli/main.js`,
      'export async function main(words) { console.log(words.join("+")); return 7; }',
    );
    assert.deepEqual(await shell('$NODE bin/duodao.js rush --json', folder), {
      code: 7,
      stdout: 'rush+--json\n',
      stderr: '',
    });
  }));
