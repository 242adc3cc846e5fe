/** What is built: few files, whatever is entered by name in its place, and each module once. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIST = join(ROOT, 'dist');
const built = { skip: !existsSync(DIST) && 'dist is not built' };

function files(folder: string, end: RegExp): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => end.test(name)).map((name) => join(folder, name));
}

/** The sources that a built file is made of. */
function sourcesOf(file: string): string[] {
  const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
  return sources.map((source) => resolve(file, '..', source));
}

test('What is built has few files, and each module of the sources once', built, () => {
  const scripts = files(DIST, /\.js$/);
  // A command adds four: itself, its options, which the help has too, its worker, and what that has in common with it.
  assert.ok(scripts.length < 60, `${scripts.length} files`);
  const modules = scripts.flatMap(sourcesOf);
  assert.equal(new Set(modules).size, modules.length, 'none is there twice');
  const sources = files(join(ROOT, 'src'), /\.ts$/);
  assert.deepEqual(
    modules.filter((module) => !sources.includes(module)),
    [],
  );
  assert.ok(modules.length > 150, `${modules.length} modules`);
});

test('What is built has no fault points', built, () => {
  const withPoints = files(DIST, /\.js$/).filter((file) =>
    /^[^*\n]*\bpass\('/m.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(withPoints, []);
});

test(
  'What is built has the classes by their names, and maps its lines to those of the sources',
  built,
  () => {
    const program = `
    for (const door of ['index', 'sync/public', 'schedule/index'])
      for (const [name, value] of Object.entries(await import(${JSON.stringify(DIST)} + '/' + door + '.js')))
        if (typeof value === 'function' && value.name !== name) console.log(name, 'is', value.name);
    const { Lock } = await import(${JSON.stringify(join(DIST, 'index.js'))});
    try { new Lock({ fair: 'yes' }); } catch ({ stack }) { console.log(stack); }`;
    const flags = ['--enable-source-maps', '--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, flags, {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    assert.match(stdout, /^TypeError: /, stderr);
    assert.match(stdout, /\/src\/sync\/[a-z-]+\.ts:\d+:\d+/);
  },
);
