/** Paths that match a pattern. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { glob, withoutBraces } from '../../../../src/cli/map/glob.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { inFolder } from '../scratch.ts';

const FILES = ['a.md', 'b.md', 'c.txt', '.hidden.md', 'x/d.md', 'x/y/e.md', 'x/.git/f.md', '[z].md', 'A+.md'];

async function withFiles(
  run: (find: (pattern: string) => Promise<string[]>, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(`${folder}/x/y`, { recursive: true });
    await mkdir(`${folder}/x/.git`);
    for (const file of FILES) await writeFile(`${folder}/${file}`, '');
    await symlink('..', `${folder}/x/up`);
    await run(async (pattern) => {
      const found: string[] = [];
      for await (const path of glob(pattern, folder)) found.push(path);
      return found;
    }, folder);
  });
}

test('A star matches within a name, and not what begins with a dot', () =>
  withFiles(async (find) => {
    assert.deepEqual(await find('*.md'), ['A+.md', '[z].md', 'a.md', 'b.md']);
    assert.deepEqual(await find('.*.md'), ['.hidden.md']);
    assert.deepEqual(await find('x/*'), ['x/d.md']);
  }));

test('Two stars match any number of folders, and go through no link', () =>
  withFiles(async (find) => {
    assert.deepEqual(await find('x/**/*.md'), ['x/d.md', 'x/y/e.md']);
    assert.deepEqual(await find('**/e.md'), ['x/y/e.md']);
    assert.deepEqual(await find('x/**'), ['x/d.md', 'x/y/e.md']);
    assert.deepEqual(await find('**/y/**/*.md'), ['x/y/e.md']);
  }));

test('A question mark is one character, brackets are one of several', () =>
  withFiles(async (find) => {
    assert.deepEqual(await find('?.md'), ['a.md', 'b.md']);
    assert.deepEqual(await find('[a-b].*'), ['a.md', 'b.md']);
    assert.deepEqual(await find('[!a-b].*'), ['c.txt']);
    assert.deepEqual(await find('[[]z].md'), ['[z].md']);
    assert.deepEqual(await find('\\[z\\].md'), ['[z].md']);
    assert.deepEqual(await find('A+.m?'), ['A+.md']);
  }));

test('Braces are alternatives, also with slashes in them, and each path comes once', () =>
  withFiles(async (find) => {
    assert.deepEqual(await find('{b,a}.md'), ['b.md', 'a.md']);
    assert.deepEqual(await find('{x/d,c}.{md,txt}'), ['x/d.md', 'c.txt']);
    assert.deepEqual(await find('{a,[a]}.md'), ['a.md']);
  }));

test('Folders are no items, unless the pattern ends with a slash', () =>
  withFiles(async (find) => {
    assert.deepEqual(await find('*'), ['A+.md', '[z].md', 'a.md', 'b.md', 'c.txt']);
    assert.deepEqual(await find('*/'), ['x/']);
    assert.deepEqual(await find('x/../a.md'), ['x/../a.md']);
  }));

test('A pattern may be absolute, and what is not there is passed over', () =>
  withFiles(async (find, folder) => {
    assert.deepEqual(await find(`${folder}/c.*`), [`${folder}/c.txt`]);
    assert.deepEqual(await find('nowhere/*/x'), []);
    assert.deepEqual(await find('a.md/*'), []);
  }));

test('withoutBraces multiplies out, and leaves alone what is no alternative', () => {
  assert.deepEqual(withoutBraces('a{b,c{d,e}}f'), ['abf', 'acdf', 'acef']);
  assert.deepEqual(withoutBraces('{a}{b,}'), ['{a}b', '{a}']);
  assert.deepEqual(withoutBraces('\\{a,b}'), ['\\{a,b}']);
  assert.deepEqual(withoutBraces('{a,b'), ['{a,b']);
});

test('A pattern that cannot be is a usage error', () => {
  assert.throws(() => glob(''), UsageError);
  assert.throws(() => glob('a[b'), /a \[ in it is not closed/);
  assert.throws(() => glob('[z-a]'), /no range/);
  assert.throws(() => glob('{a,b}'.repeat(20)), /more than 1000 patterns/);
});
