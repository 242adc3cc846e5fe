/** What the README shows is run, word for word, with the package as users get it: built, and imported by its name. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../harness/programs.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('The first program of the README prints what its last line says', async () => {
  const program = /```ts\n([\s\S]*?)```/.exec(README)?.[1];
  assert.ok(program, 'the README has a program');
  const promised = /\/\/ (\[.*)$/m.exec(program)?.[1];
  assert.equal(promised, "[ 'done', 'done' ] 5050");
  // Inside the package, so that it finds itself by its name.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'readme-'));
  try {
    const file = join(folder, 'program.ts');
    writeFileSync(file, program);
    const { code, stdout, stderr } = await run(undefined, [file]).end;
    assert.equal(stderr, '');
    assert.equal(stdout.trim(), promised);
    assert.equal(code, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('The scripts that the README names are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const named = [...README.matchAll(/^npm (?:run )?(\w+)/gm)].map(([, name]) => name);
  assert.ok(named.includes('start') && named.includes('test'));
  for (const name of named) assert.ok(Object.hasOwn(scripts, name as string), `npm ${name}`);
});
